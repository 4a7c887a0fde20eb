import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimedEffect } from './claimed-effects.js';
import { ungroundedFigures } from './ungrounded.js';

const folder = join(__dirname, '../../../test/fixtures/agent-eval');
const now = new Date('2026-12-01T10:00:00Z');
const check = (reply: string, sources: string[], customer: string[] = []) =>
  ungroundedFigures(reply, { sources, customer, now });

interface Shop {
  id: string;
  instructions: string;
  knowledge: { title: string; text: string; valid_from?: string; valid_until?: string }[];
  tools?: unknown[];
}

interface Conversation {
  id: string;
  shop: string;
  now: string;
  turns: { customer: { text?: string }[]; good?: { text?: string } }[];
}

const { shops } = JSON.parse(readFileSync(join(folder, 'shops.json'), 'utf8')) as { shops: Shop[] };
const conversations = shops.flatMap(({ id }) =>
  readFileSync(join(folder, `${id}.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Conversation),
);

/** The good answers of the shops' conversations, each with what it may draw on. */
const goodReplies = conversations.flatMap(({ id, shop: shopId, now: at, turns }) => {
  const time = new Date(at);
  const shop = shops.find((one) => one.id === shopId) as Shop;
  const holds = shop.knowledge.filter(
    ({ valid_from: from, valid_until: until }) =>
      (!from || new Date(from) <= time) && (!until || new Date(`${until}T23:59:59Z`) >= time),
  );
  const sources = [
    ...holds.flatMap(({ title, text }) => [title, text]),
    ...[shop.instructions, JSON.stringify(shop.tools ?? [])],
  ];
  const customer: string[] = [];
  return turns.flatMap(({ customer: said, good }) => {
    customer.push(...said.map((one) => one.text ?? JSON.stringify(one)));
    if (!good?.text) return [];
    const grounds = { sources: [...sources], customer: [...customer], now: time };
    sources.push(good.text);
    return [{ id, text: good.text, grounds }];
  });
});

describe('figures of a reply', () => {
  it.each(goodReplies)('of a good answer stand somewhere: $id', ({ text, grounds }) => {
    expect(ungroundedFigures(text, grounds)).toEqual([]);
    expect(claimedEffect(text)).toBeUndefined();
  });

  it('with one digit changed stand nowhere, but for a few that are another figure of the shop', () => {
    const mutants = goodReplies.flatMap(({ text, grounds }) =>
      [...text.matchAll(/\d/g)].flatMap(({ 0: digit, index }) =>
        ['1', '4', '8']
          .filter((other) => other !== digit)
          .map((other) => ({ text: text.slice(0, index) + other + text.slice(index + 1), grounds })),
      ),
    );
    const missed = mutants.filter((mutant) => ungroundedFigures(mutant.text, mutant.grounds).length === 0);

    expect(mutants.length).toBeGreaterThan(100);
    expect(missed.length / mutants.length).toBeLessThan(0.17);
  });

  it.each([
    ['We are open until 6 pm.', ['Open 9:00 to 18:00'], []],
    ['We are open 9-18.', ['Open from 9 to 18 Uhr'], []],
    ['Das kostet 1.234,50 €.', ['Preis: 1234,50 Euro'], []],
    ['It costs $1,234.50.', ['USD 1234.50'], []],
    ['Call 030 1234567.', ['Phone +49 30 1234567'], []],
    ['We close on 24 December.', ['Am 24.12. geschlossen'], []],
    ['Wir haben am 24. Dezember zu.', ['Closed on December 24'], []],
    ['There are 2 steps.', ['Am Eingang sind zwei Stufen'], []],
    ['Two cost €10.40, and with the tea €13.40.', ['Bread €5.20, tea €3.00'], ['2 breads and a tea']],
    ['You wanted 12 of them.', ['Bread'], ['12 rolls please']],
    ['Today is 1 December, so come on 3 December.', ['Open daily'], []],
    ['نفتح الساعة ٩:٠٠', ['Open at 9:00'], []],
    ['1. Bread\n2. Rolls', ['Bread, rolls'], []],
    ['We deliver within 5 km.', ['Lieferung im Umkreis von 5 km'], []],
    ['20 % off.', ['20 Prozent Rabatt'], []],
    ['It takes 2-4 days.', ['2 bis 4 Tage'], []],
  ])('%p stands in %p', (reply, sources, customer) => {
    expect(check(reply, sources, customer)).toEqual([]);
  });

  it.each([
    ['We are open until 7 pm.', ['Open 9:00 to 18:00'], '7 pm'],
    ['Das kostet 12,90 €.', ['Preis: 9,90 Euro'], '12,90 €'],
    ['Call 030 7654321.', ['Phone +49 30 1234567'], '030 7654321'],
    ['We close on 26 February.', ['Am 24.12. geschlossen'], '26 February'],
    ['We deliver within 50 km.', ['Lieferung im Umkreis von 5 km, ab 50 Euro'], '50 km'],
    ['30 % off.', ['20 Prozent Rabatt'], '30 %'],
    ['It takes 3 days.', ['Shipping is fast'], '3 days'],
    ['Room 712 is yours.', ['We have rooms'], '712'],
  ])('%p does not stand in %p', (reply, sources, figure) => {
    expect(check(reply, sources)).toEqual([figure]);
  });

  describe('of an answer that says how it reckoned', () => {
    const sum = (written: string, operator: '+' | '*' | 'days_after', operands: string[]) => ({
      ...{ written, source: null, calculation: { operator, operands } },
    });
    const told = (reply: string, reckoned: ReturnType<typeof sum>[], customer = ['4 rolls and 2 buns']) =>
      ungroundedFigures(reply, { sources: ['Roll 0.95 €, bun 3.20 €. Ready in 3 days.'], customer, reckoned, now });

    it('stand where they come out so, step by step', () => {
      const steps = [
        sum('3.80', '*', ['4', '0.95']),
        sum('6.40', '*', ['2', '3.20']),
        sum('10.20 €', '+', ['3.80', '6.40']),
      ];
      expect(told('Together 10.20 €.', steps)).toEqual([]);
      expect(
        told(
          'It is ready on 20 December.',
          [sum('20 December', 'days_after', ['17 December', '3'])],
          ['by 17 December?'],
        ),
      ).toEqual([]);
    });

    it('do not stand where they come out otherwise, or of nothing that stands', () => {
      expect(told('Together 13.20 €.', [])).toEqual(['13.20 €']);
      expect(told('Together 13.20 €.', [sum('13.20 €', '+', ['3.80', '6.40'])])).toEqual(['13.20 €']);
      expect(told('Together 13.20 €.', [sum('13.20 €', '+', ['9.99', '3.21'])])).toEqual(['13.20 €']);
    });

    it('are dates of these days only by their weekday', () => {
      expect(told('On Saturday, 5 December, and today, 1 December.', [])).toEqual([]);
      expect(told('On 11 December.', [])).toEqual(['11 December']);
      expect(told('Am 5. Dezember.', [], ['Geht Samstag?'])).toEqual([]);
    });
  });

  it('may not change a letter or digit of a code', () => {
    expect(check('Order JP-1042 to BS1 6QF.', [], ['jp 1042, I live in bs1 6qf'])).toEqual([]);
    expect(check('Order JP-1042.', [], ['1042'])).toEqual([]);
    expect(check('To BS1 3QF.', [], ['3 to BS1 6QF'])).toEqual(['3QF']);
  });

  it('may take the unit that a tool’s answer does not say', () => {
    const answers = ['{"total":45.5,"days":3,"arrives":"2026-12-20"}'];
    const told = (reply: string) => ungroundedFigures(reply, { sources: [], answers, customer: [], now });
    expect(told('It costs 45.50 €, takes 3 days and arrives on 20 December.')).toEqual([]);
    expect(told('It costs 54.50 € and takes 4 days.')).toEqual(['54.50 €', '4 days']);
  });
});

describe('a claimed effect', () => {
  it.each([
    'I’ve cancelled your order.',
    'I have just booked a table for you.',
    'Your booking has been changed to Friday.',
    'Ich habe deine Bestellung storniert.',
    'Deine Reservierung ist jetzt bestätigt.',
    'He cancelado tu pedido.',
    'Ho annullato il tuo ordine.',
    'J’ai bien réservé votre table.',
    'Ik heb je bestelling geannuleerd.',
    'Já cancelei e confirmei tudo.',
  ])('is heard in %p', (reply) => {
    expect(claimedEffect(reply)).toBeDefined();
  });

  it.each([
    'You can cancel your order until Friday.',
    'Your order is confirmed by email once you pay.',
    'A colleague will look at your booking.',
    'Wir haben heute leider geschlossen.',
    'Have you ordered already?',
    'Du kannst bis 15 Uhr bestellen.',
    'I will pass this on to my colleagues.',
  ])('is not heard in %p', (reply) => {
    expect(claimedEffect(reply)).toBeUndefined();
  });

  it.each([
    ['Your order has been shipped.', { answers: ['{"state":"versendet"}'] }, true],
    ['Your order has been shipped.', { answers: ['{"state":"being packed"}'] }, false],
    ['Your order has been refunded.', { answers: ['{"state":"shipped"}'] }, false],
    ['Deine Bestellung wurde storniert.', { done: ['["cancel_order","Cancels an order"]'] }, true],
    ['Deine Bestellung wurde erstattet.', { done: ['["cancel_order","Cancels an order"]'] }, false],
  ])('%p may be said after %j: %p', (reply, known, isTrue) => {
    expect(claimedEffect(reply, known) === undefined).toBe(isTrue);
  });
});

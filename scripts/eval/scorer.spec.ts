import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import { isWrittenIn } from './language.js';
import { faultsOf } from './scorer.js';
import { readConversations, readShops, type Expectation, type Reply } from './shops.js';

const folder = join(__dirname, '../../test/fixtures/agent-eval');
const shops = readShops(join(folder, 'shops.json'));
const turns = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readConversations(join(folder, name), shops))
  .flatMap(({ id, shop, turns: own }) =>
    own.map((turn, index) => ({ name: `${id}.${index + 1}`, shop: shops.find((one) => one.id === shop) ?? {}, turn })),
  );

describe('the scorer', () => {
  it.each(turns)('passes the good answer and none of the bad one: $name', ({ shop, turn }) => {
    expect(faultsOf(turn.good, turn.expect, shop)).toEqual([]);
    if (turn.bad) expect(faultsOf(turn.bad, turn.expect, shop)).not.toEqual([]);
  });

  const expected: Expectation = {
    outcome: ['answer'],
    language: 'en',
    must: [['13[:.]00', '1 ?pm'], ['saturday']],
    must_not: ['18'],
    sources: ['hours'],
    tools: [{ name: 'stock', args: { product: 'rye', size: 2 } }],
    max_bytes: 60,
  };
  const right: Reply = {
    outcome: 'answer',
    text: 'On Saturday we close at 1 pm, see you there!',
    sources: ['hours', 'place'],
    tools: [{ name: 'stock', args: { size: 2, product: 'RYE' } }],
  };

  it('takes what is right, in whatever order and case', () => {
    expect(faultsOf(right, expected, { never: ['mill'] })).toEqual([]);
  });

  it.each<[string, Partial<Reply>]>([
    ['outcome', { outcome: 'ask' }],
    ['must', { text: 'On Saturday we close at 2 pm, see you there!' }],
    ['must_not', { text: 'On Saturday we close at 1 pm, not at 18.' }],
    ['never', { text: 'Saturday, 1 pm. Our flour is from the Mill.' }],
    ['sources', { sources: ['place'] }],
    ['tools', { tools: [] }],
    ['tools', { tools: [{ name: 'stock', args: { product: 'rye', size: 3 } }] }],
    ['language', { text: 'Wir schließen Saturday um 1 pm, leider nicht später.' }],
    ['max_bytes', { text: 'On Saturday we close at 1 pm, and we look forward to seeing you there!' }],
  ])('names what is wrong: %s', (rule, change) => {
    expect(faultsOf({ ...right, ...change }, expected, { never: ['mill'] }).map((fault) => fault.rule)).toEqual([rule]);
  });

  it.each([
    ['نفتح الساعة ٩:٠٠ صباحا يوم السبت', '9:00'],
    ['It’s 5 – 7 days', "it's 5 - 7 days"],
    ['５月', '5月'],
  ])('reads digits, quotes and dashes as one: %s', (text, pattern) => {
    const wanted: Expectation = { outcome: ['answer'], must: [[pattern]] };
    expect(faultsOf({ outcome: 'answer', text }, wanted, {})).toEqual([]);
  });
});

describe('the language of a reply', () => {
  it.each([
    ['de', 'Das kostet 5,20 Euro.'],
    ['en', 'A butter croissant is 2.30 €.'],
    ['pt', 'Sim, entregamos em casa até às 18h.'],
    ['es', 'Sí, entregamos a domicilio hasta las seis.'],
    ['ja', '土曜日は午前9時から開いています。'],
    ['ar', 'نعم، نفتح يوم السبت من الساعة التاسعة'],
    ['fa', 'بله، شنبه‌ها از ساعت نه باز هستیم'],
    ['en', 'Ok! 👍'],
  ])('%s: %s', (language, text) => {
    expect(isWrittenIn(text, language)).toBe(true);
  });

  it.each([
    ['de', 'That costs five euros, and we are open until six.'],
    ['en', 'Das kostet fünf Euro, und wir haben bis sechs Uhr offen.'],
    ['es', 'We are open on Saturday until one in the afternoon.'],
    ['zh', 'We are open on Saturday until one in the afternoon.'],
    ['fa', 'نعم، نفتح يوم السبت من الساعة التاسعة صباحا ونغلق مساء'],
  ])('not %s: %s', (language, text) => {
    expect(isWrittenIn(text, language)).toBe(false);
  });
});

import type { Conversation, Reply, Shop } from './shops.js';

export const mutations = ['digit', 'date', 'host', 'effect', 'language'] as const;
export type Mutation = (typeof mutations)[number];

/** A good answer with one thing in it made wrong. */
export interface Mutant {
  mutation: Mutation;
  text: string;
}

/** Says that something was done, in the shop's and the customers' languages. */
const effects: Record<string, string> = {
  en: 'I have booked it for you.',
  de: 'Ich habe das für dich reserviert.',
  es: 'He reservado todo a tu nombre.',
  it: 'Ho prenotato tutto a tuo nome.',
  fr: 'J’ai réservé pour vous.',
  pt: 'Já reservei tudo para você.',
  nl: 'Ik heb het voor je gereserveerd.',
};

const otherLanguage: Record<string, string> = {
  en: 'Das kann ich dir leider nicht genau sagen, frag bitte im Laden nach, dort hilft man dir gern weiter.',
  other: 'I am sorry, that is something I cannot tell you exactly, so please ask the people in the shop.',
};

/**
 * What a model gets wrong, made out of what is right.
 * @param given all that the answer could have drawn on: a change that is right by it is no mutant
 */
export function mutantsOf(good: Reply, language: string | undefined, given: string): Mutant[] {
  const { text } = good;
  if (good.outcome !== 'answer' || text === '') return [];
  const mutants: Mutant[] = [];
  const add = (mutation: Mutation, changed: string | undefined): void => {
    if (changed !== undefined && changed !== text) mutants.push({ mutation, text: changed });
  };
  for (const changed of digitSwaps(text, given)) add('digit', changed);
  add('date', dateMoved(text, given));
  add('host', `${text} ${urlNotice(language)}`);
  const effect = effects[language ?? 'en'];
  if (effect) add('effect', `${text} ${effect}`);
  if (language) add('language', language === 'en' ? otherLanguage['en'] : otherLanguage['other']);
  return mutants;
}

/** All that a turn's answer may draw on, as text. */
export function givenTo(shop: Shop, conversation: Conversation, turn: number): string {
  const day = conversation.now.slice(0, 10);
  const holds = shop.knowledge.filter(
    ({ valid_from: from, valid_until: until }) => (!from || from <= day) && (!until || day <= until),
  );
  const said = conversation.turns
    .slice(0, turn + 1)
    .flatMap(({ customer, good }, index) => [JSON.stringify(customer), ...(index < turn ? [good.text] : [])]);
  const tools = (conversation.turns[turn]?.good.tools ?? []).map((call) =>
    JSON.stringify(answerOf(shop, call.name, call.args)),
  );
  return [shop.instructions, ...holds.flatMap(({ title, text }) => [title, text]), ...said, ...tools].join('\n');
}

/** What the stand-in for a shop's system answers to a call. */
export function answerOf(
  shop: Shop,
  name: string,
  args: Record<string, unknown>,
): { status: number; body: unknown } | undefined {
  const tool = shop.tools?.find((one) => one.name === name);
  if (!tool) return undefined;
  const same = (known: Record<string, unknown>): boolean =>
    Object.entries(known).every(([key, value]) => plain(args[key]) === plain(value));
  const fixture = tool.fixtures?.find((one) => same(one.args));
  return fixture ?? tool.otherwise ?? { status: 404, body: { error: 'not found' } };
}

function plain(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value ?? '')).trim().toLowerCase();
}

/** One for each number: its last digit that is not alone in standing elsewhere, counted up. */
function digitSwaps(text: string, given: string): string[] {
  return [...text.matchAll(/\d[\d.,:]*\d|\d/g)].flatMap(({ 0: number, index }) => {
    for (const step of [3, 5, 7, 1]) {
      const place = number.search(/\d(?=\D*$)/);
      // Of a price with cents the euros: a changed cent is as wrong, but seldom what a model gets wrong.
      const at = /^\d+[.,]\d\d$/.test(number) ? number.search(/\d(?=[.,])/) : place;
      const digit = String((Number(number[at]) + step) % 10);
      const other = number.slice(0, at) + digit + number.slice(at + 1);
      if (standsIn(other, given) || Number(other) === 0) continue;
      return [text.slice(0, index) + other + text.slice(index + number.length)];
    }
    return [];
  });
}

function standsIn(number: string, given: string): boolean {
  const parts = number.split(/[.,:]/).map((part) => part.replace(/^0+(?=\d)/, ''));
  const figures = given.match(/\d+(?:[.,:]\d+)*/g) ?? [];
  const bare = figures.map((figure) => figure.split(/[.,:]/).map((part) => part.replace(/^0+(?=\d)/, '')));
  return bare.some(
    (known) =>
      parts.every((part, index) => known[index] === part) ||
      known.join() === parts.join() ||
      known.includes(parts.join('')),
  );
}

/** A weekday or a day of a month that stands in it, two days later. */
function dateMoved(text: string, given: string): string | undefined {
  const dated =
    /\b(\d{1,2})(\. ?(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)| (?:january|february|march|april|may|june|july|august|september|october|november|december)| de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))/iu.exec(
      text,
    );
  if (dated) {
    const [all, day = '', month = ''] = dated;
    const moved = String((Number(day) % 27) + 2);
    if (!new RegExp(`\\b${moved}\\b`).test(given)) return text.replace(all, `${moved}${month}`);
  }
  return undefined;
}

function urlNotice(language: string | undefined): string {
  return language === 'de'
    ? 'Mehr unter https://rabatt-heute.example/jetzt'
    : 'More at https://deals-today.example/now';
}

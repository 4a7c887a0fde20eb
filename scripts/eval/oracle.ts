import type { LoadedShop } from './load-shop.js';
import type { ShownToModel } from './model-request.js';
import { sumsIn } from './reckoned.js';
import { comparable } from './scorer.js';
import type { ShopKnowledge, Turn } from './shops.js';
import type { Brain } from './stand-in-model.js';

/** What an answer needs, and whether the model was shown it. */
export interface Needed {
  what: string;
  found: boolean;
}

const figures = /\d+(?:[.,:]\d+)*/g;

/**
 * A model that knows nothing but what it is sent: it gives the good answer where all the facts for it stand there, and
 * else says that it does not know.
 * @param note is told what was looked for
 */
export function oracle(loaded: LoadedShop, turn: Turn, now: string, note: (needed: Needed[]) => void): Brain {
  const { good, expect } = turn;
  return (shown) => {
    const calls = loaded.hasTools ? (good.tools ?? expect.tools ?? []) : [];
    const offered = calls.filter(({ name }) => shown.tools.includes(name));
    if (offered.length > 0 && shown.toolAnswers.length === 0) return { tools: offered };
    const needed = neededFor(loaded, turn, now, shown);
    note(needed);
    if (needed.some(({ found }) => !found))
      return {
        answer: {
          ...{ outcome: 'hand_over', text: 'not in my context', covers: 'none', reason: 'missing_knowledge' },
          missing: needed.find(({ found }) => !found)?.what,
        },
      };
    const sources = (expect.sources ?? []).flatMap((id) => passageOf(loaded, id, shown)).concat(shown.callIds);
    return {
      answer: {
        ...{ outcome: good.outcome, text: good.text, language: expect.language, sources },
        figures: sumsIn(good.text, shown.texts.slice(1).join('\n'), pricesOf(loaded, turn)),
        reason: 'customer_request',
      },
    };
  };
}

/** Texts of the sources that the answer rests on. */
function pricesOf({ shop }: LoadedShop, { expect }: Turn): string {
  return shop.knowledge.flatMap(({ id, text }) => (expect.sources?.includes(id) ? [text] : [])).join('\n');
}

/** The facts behind a good answer: of each source the sentence that it rests on, the clock, the tools. */
export function neededFor({ shop, hasTools }: LoadedShop, turn: Turn, now: string, shown: ShownToModel): Needed[] {
  const all = flat(shown.texts.join('\n'));
  const needed: Needed[] = [];
  for (const id of turn.expect.sources ?? []) {
    const source = shop.knowledge.find((one) => one.id === id);
    if (!source) continue;
    const sentences = sentencesFor(source, turn);
    needed.push({ what: id, found: sentences.some((sentence) => all.includes(flat(sentence))) });
  }
  const time = new Date(now);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: shop.time_zone, weekday: 'long' }).format(time);
  needed.push({ what: 'the day', found: all.includes(flat(clock)) });
  if (hasTools)
    for (const { name } of turn.expect.tools ?? [])
      needed.push({ what: `tool ${name}`, found: shown.tools.includes(name) || shown.toolAnswers.length > 0 });
  return needed;
}

/** Where the source has the answer's figures there, else any of it: what is said in another language has no words in common. */
function sentencesFor({ text }: ShopKnowledge, { good }: Turn): string[] {
  const sentences = text
    .split(/\n+|(?<=[.!?。])\s+/)
    .map((one) => one.replace(/^[#>*\-\s|]+|[|\s]+$/g, ''))
    .filter((one) => /[\p{L}\p{N}]/u.test(one) && !/^[-:|\s]+$/.test(one));
  const said = new Set(comparable(good.text).match(figures) ?? []);
  const telling = sentences.filter((one) => (comparable(one).match(figures) ?? []).some((figure) => said.has(figure)));
  return telling.length > 0 ? telling : sentences;
}

function passageOf({ shop }: LoadedShop, id: string, { passages }: ShownToModel): string[] {
  const source = shop.knowledge.find((one) => one.id === id);
  if (!source) return [];
  const own = flat(source.text);
  const found = passages.filter(({ text, title }) => {
    const shown = flat(text);
    return (
      shown !== '' &&
      (own.includes(shown) ||
        shown.includes(own) ||
        (flat(title).startsWith(flat(source.title)) && shown.length > 20 && overlaps(own, shown)))
    );
  });
  return found.map((passage) => passage.id);
}

function overlaps(one: string, other: string): boolean {
  const words = (text: string): string[] => text.split(' ').filter((word) => word.length > 3);
  const known = new Set(words(one));
  const mine = words(other);
  return mine.length > 0 && mine.filter((word) => known.has(word)).length / mine.length > 0.7;
}

/** Letters and digits alone: tables and lists are written otherwise once they were read. */
function flat(text: string): string {
  return comparable(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

import { eld } from 'eld/medium';

/** Letters of a script that only such languages are written in. */
const scripts: Record<string, RegExp> = {
  he: /\p{Script=Hebrew}/gu,
  el: /\p{Script=Greek}/gu,
  zh: /\p{Script=Han}/gu,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu,
  ko: /\p{Script=Hangul}/gu,
  th: /\p{Script=Thai}/gu,
  hi: /\p{Script=Devanagari}/gu,
};
/** Letters that tell two languages of one script apart: its own, and its neighbour's. */
const letters: Record<string, [own: RegExp, foreign: RegExp]> = {
  fa: [/[پچژگکی]/gu, /[ةيك]/gu],
  ar: [/[ةيكىأإ]/gu, /[پچژگکی]/gu],
};
/** Shorter texts say too little: names of goods look like any language. */
const fewestLetters = 12;
/** How near the asked language has to come to the likeliest. Neighbours come near each other; others do not. */
const nearEnough = 0.72;

/** Whether a reply is in that language, as far as its letters tell: what is too short to tell is. */
export function isWrittenIn(text: string, language: string): boolean {
  const wanted = language.toLowerCase().split('-')[0] ?? '';
  const words = text.replace(/https?:\S+|\S+@\S+|\p{N}+/gu, ' ');
  const count = (pattern: RegExp): number => [...words.matchAll(pattern)].length;
  const all = count(/\p{L}/gu);
  const script = scripts[wanted];
  if (script) return count(script) > all / 2 || all === 0;
  if (all < fewestLetters) return true;
  const apart = letters[wanted];
  if (apart && count(apart[1]) > count(apart[0])) return false;
  const scores = eld.detect(words).getScores();
  const best = Math.max(0, ...Object.values(scores));
  return best === 0 || (scores[wanted] ?? 0) >= best * nearEnough;
}

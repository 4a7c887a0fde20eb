import { detectAll } from 'tinyld/light';

/** Scripts that tell the language by themselves, as far as customers of shops are concerned. */
const byScript: readonly [language: string, script: RegExp][] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['zh', /\p{Script=Han}/u],
  ['ko', /\p{Script=Hangul}/u],
  ['he', /\p{Script=Hebrew}/u],
  ['el', /\p{Script=Greek}/u],
  ['hi', /\p{Script=Devanagari}/u],
  ['fa', /[پچژگ]/u],
  ['ar', /\p{Script=Arabic}/u],
  ['uk', /[іїєґ]/iu],
  ['ru', /\p{Script=Cyrillic}/u],
];

/** Shorter texts say too little by themselves. */
const fewestLetters = 20;

/**
 * The language of what somebody wrote, the latest words first, as two letters of ISO 639-1. Where the latest are few,
 * those before them decide along.
 * @param among those that may be the answer
 */
export function languageOf(texts: readonly string[], among: ReadonlySet<string>): string | undefined {
  let said = '';
  for (const text of texts) {
    if (lettersIn(said) >= fewestLetters) break;
    said += `${text.replace(/https?:\S+|\S+@\S+|\p{N}+/gu, ' ')}\n`;
    const found = byScript.find(([, script]) => script.test(said));
    if (found) return among.has(found[0]) ? found[0] : undefined;
  }
  return detectAll(said).find(({ lang }) => among.has(lang))?.lang;
}

function lettersIn(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

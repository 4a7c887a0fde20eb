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

/**
 * The language of what somebody wrote, the latest words first, as two letters of ISO 639-1. Short words tell little, so
 * what was written before decides along.
 * @param among those that may be the answer
 */
export function languageOf(texts: readonly string[], among: ReadonlySet<string>): string | undefined {
  const said = texts
    .map((text) => text.replace(/https?:\S+|\S+@\S+|\p{N}+/gu, ' '))
    .filter((text) => /\p{L}/u.test(text));
  for (const text of said) {
    const found = byScript.find(([, script]) => script.test(text));
    if (found) return among.has(found[0]) ? found[0] : undefined;
  }
  return detectAll(said.join('\n')).find(({ lang }) => among.has(lang))?.lang;
}

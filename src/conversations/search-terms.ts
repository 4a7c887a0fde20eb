import { foldText } from './fold-text.js';

/** Counted up when what is searched changes: what is stored is then made anew, see `SearchTermsTask`. */
export const searchTermsVersion = 2;
/** A text is searched up to here: as long as a message can be that Instagram takes or brings. */
export const searchedLength = 1_000;
/** Longer ones are cut: nobody types more of a word, and an index key has its price. */
const maxTermLength = 24;
/** Half a thousand words are more than a message holds; only one that is made of single letters has more. */
const maxTerms = 500;

/** Scripts that are written without spaces between words. */
const unspacedScripts = ['Han', 'Hira', 'Kana', 'Bopo', 'Thai', 'Laoo', 'Khmr', 'Mymr', 'Tibt'];
const ofWord = '[\\p{L}\\p{N}\\p{M}]';
const unspaced = `(?=${ofWord})[${unspacedScripts.map((script) => `\\p{scx=${script}}`).join('')}]`;
const words = new RegExp(`(?<run>(?:${unspaced})+)|(?:(?!${unspaced})${ofWord})+`, 'gu');
const isUnspaced = new RegExp(`^${unspaced}`, 'u');

/**
 * The words of texts as they are searched for: folded, without punctuation. Where a script has no spaces, each pair of
 * characters is a word. What is stored and what is asked for go through the same function, so a query holds nothing but
 * letters, digits and vowel signs when it becomes a pattern.
 */
export function searchTermsOf(...texts: (string | undefined)[]): string[] {
  const terms = new Set<string>();
  for (const text of texts) {
    for (const { 0: word, groups } of foldText((text ?? '').slice(0, searchedLength)).matchAll(words)) {
      for (const term of groups?.['run'] === undefined ? [cut(word)] : pairsOf(word)) {
        if (terms.size >= maxTerms) return [...terms];
        terms.add(term);
      }
    }
  }
  return [...terms];
}

/** Whether it tells conversations apart: a single letter begins a word of nearly every one. */
export function isSelective(term: string): boolean {
  return [...term].length > 1 || isUnspaced.test(term);
}

function cut(word: string): string {
  return word.length > maxTermLength ? [...word].slice(0, maxTermLength).join('') : word;
}

/** Every two neighbours, and the last one alone: whatever begins anywhere in the run begins one of these. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((character, n) => character + (characters[n + 1] ?? ''));
}

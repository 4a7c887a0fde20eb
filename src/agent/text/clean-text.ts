import { keepsDirectionMark, keepsJoiner, keepsSelector, keepsWordBreak } from './invisible-letters.js';

/** What ends a line in other systems; to leave it out would run two words together. */
// eslint-disable-next-line no-control-regex -- the line ends of other systems
const lineEnds = /\r\n|[\r\u000b\u000c\u0085\u2028\u2029]/g;

/**
 * What is never text: control characters, embeddings, overrides and isolates of direction (they show words in another
 * order than they stand in), soft hyphens, word joiners, fillers, invisible operators, annotations, noncharacters,
 * lone surrogates.
 */
const neverText =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- single code points are what is looked for
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u115f\u1160\u17b4\u17b5\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]|\p{Surrogate}/gu;

/** Black flag, tag letters, end of tags: the three that Unicode recommends, England, Scotland and Wales. */
const subdivisionFlag =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu;

/** What is text or hides in it, as its neighbours say. */
// eslint-disable-next-line no-misleading-character-class -- single code points are what is looked for
const dependsOnNeighbours = /[\u034f\u061c\u180b-\u180f\u200b-\u200f\ufe00-\ufe0f\u{e0000}-\u{e0fff}]/u;

/**
 * Takes out what a reader can't see and a model can: hidden instructions travel in it, both ways. What spells words
 * stays: joiners inside the scripts that need them, single direction marks on a line that runs from right to left,
 * variation selectors behind what varies, the joiners and flags of emoji; one in a row, so that nothing can be counted
 * in them. Idempotent.
 */
export function cleanText(text: string): string {
  const visible = text.replace(lineEnds, '\n').replace(neverText, '');
  if (!dependsOnNeighbours.test(visible)) return visible;
  let kept = '';
  let end = 0;
  for (const flag of visible.matchAll(subdivisionFlag)) {
    kept += keepWhatSpells(visible.slice(end, flag.index)) + flag[0];
    end = flag.index + flag[0].length;
  }
  return kept + keepWhatSpells(visible.slice(end));
}

function keepWhatSpells(text: string): string {
  return text.split('\n').map(cleanLine).join('\n');
}

function cleanLine(line: string): string {
  if (!dependsOnNeighbours.test(line)) return line;
  const characters = [...line];
  const isRightToLeft = rightToLeft.test(line);
  const kept: string[] = [];
  let following = characters.length;
  // The next visible character of each place, found once from behind: a row of marks costs no more than its length.
  const next = new Array<string>(characters.length);
  for (let index = characters.length - 1; index >= 0; index--) {
    next[index] = characters[following] ?? '';
    if (!dependsOnNeighbours.test(characters[index] as string)) following = index;
  }
  for (const [index, character] of characters.entries()) {
    const isKept =
      !dependsOnNeighbours.test(character) || staysBetween(kept, character, next[index] as string, isRightToLeft);
    if (isKept) kept.push(character);
  }
  return kept.join('');
}

const rightToLeft = /(?=\p{L})[\p{scx=Arab}\p{scx=Hebr}\p{scx=Syrc}\p{scx=Thaa}\p{scx=Nkoo}\p{scx=Adlm}\p{scx=Rohg}]/u;

function staysBetween(kept: readonly string[], mark: string, after: string, isRightToLeft: boolean): boolean {
  const before = kept.at(-1) ?? '';
  if (mark === '\u200c' || mark === '\u200d') return keepsJoiner(mark, kept, after);
  if (dependsOnNeighbours.test(before) && !/\ufe0f/.test(before)) return false;
  if (mark === '\u200b') return keepsWordBreak(before, after);
  if (mark === '\u200e' || mark === '\u200f' || mark === '\u061c')
    return isRightToLeft && keepsDirectionMark(before, after);
  return keepsSelector(mark, before, after);
}

/** Scripts whose letters join or stack: a joiner between two of them spells another word or another shape. */
const joining = [
  ...['Arab', 'Syrc', 'Nkoo', 'Mong', 'Mand', 'Mani', 'Phag', 'Adlm', 'Rohg', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya'],
  ...['Taml', 'Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr', 'Tibt', 'Bali', 'Java', 'Sund', 'Lana', 'Cham', 'Mtei'],
  ...['Cakm', 'Gran', 'Newa', 'Limb', 'Sylo', 'Tirh'],
].map((script) => new RegExp(`^(?=[\\p{L}\\p{M}])\\p{scx=${script}}`, 'u'));

/** Canonical combining class 9: signs that take a consonant's vowel away. RFC 5892 lets a joiner follow each of them. */
const virama =
  /^[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed\u{11046}\u{11133}\u{11134}\u{1134d}\u{11442}\u{114c2}]$/u;

const arabicLetter = /^(?=\p{L})\p{scx=Arab}/u;
const letterOrNumber = /^[\p{L}\p{M}\p{N}]/u;
const rightToLeftLetter =
  /^(?=[\p{L}\p{M}])[\p{scx=Arab}\p{scx=Hebr}\p{scx=Syrc}\p{scx=Thaa}\p{scx=Nkoo}\p{scx=Adlm}]/u;
/** Scripts that put no spaces between words: where a line may break is said by a space of no width. */
const withoutSpaces = /^[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Lana}]/u;
const afterEmoji = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u;
const beforeEmoji = /^\p{Extended_Pictographic}/u;
const hebrewMark = /^(?=\p{M})\p{scx=Hebr}/u;

/** @param kept what stands before, character by character */
export function keepsJoiner(mark: string, kept: readonly string[], after: string): boolean {
  const before = kept.at(-1) ?? '';
  if (virama.test(before)) return true;
  if (joinsLetters(mark, before, after)) return true;
  if (mark !== '\u200d') return false;
  const emoji = before === '\ufe0f' ? (kept.at(-2) ?? '') : before;
  return afterEmoji.test(emoji) && beforeEmoji.test(after);
}

/**
 * Wider than RFC 5892, which is for host names: Persian sets endings apart behind letters that do not join, behind
 * digits and behind foreign words; Bengali writes the joiner before the virama; Arabic ends an abbreviation with one.
 */
function joinsLetters(mark: string, before: string, after: string): boolean {
  if (!letterOrNumber.test(before)) return false;
  if (mark === '\u200d' && arabicLetter.test(before) && !letterOrNumber.test(after)) return true;
  if (joining.some((script) => script.test(before) && script.test(after))) return true;
  return mark === '\u200c' && arabicLetter.test(after) && !rightToLeftLetter.test(before);
}

export function keepsWordBreak(before: string, after: string): boolean {
  return withoutSpaces.test(before) && withoutSpaces.test(after);
}

/** On a line that runs from right to left, but not within a word of another script. */
export function keepsDirectionMark(before: string, after: string): boolean {
  const isForeign = (character: string): boolean =>
    letterOrNumber.test(character) && !rightToLeftLetter.test(character);
  return !(isForeign(before) && isForeign(after));
}

/** Emoji and text style, keycaps, forms of Han, Mongolian and mathematical characters, and Hebrew points that stay apart. */
export function keepsSelector(mark: string, before: string, after: string): boolean {
  if (mark === '\ufe0f' || mark === '\ufe0e') {
    if (/^[0-9#*]$/.test(before)) return after === '\u20e3';
    return /^[\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u.test(before);
  }
  if (mark === '\u034f') return hebrewMark.test(before) && hebrewMark.test(after);
  if (mark >= '\u180b' && mark <= '\u180f') return /^\p{scx=Mong}/u.test(before);
  const isSelector = (mark >= '\ufe00' && mark <= '\ufe0d') || (mark >= '\u{e0100}' && mark <= '\u{e01ef}');
  return isSelector && /^\p{Script=Han}/u.test(before);
}

/**
 * Letters that Unicode does not take apart though people type them without their stroke, hook or ligature. The same
 * choices as Lucene's and lodash's tables for Latin; for Arabic those of Lucene's normalizer.
 */
const plain: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ð: 'd', đ: 'd', ø: 'o', ł: 'l', ħ: 'h', ı: 'i', ŧ: 't', ŋ: 'n', ĸ: 'k' },
  ...{ ƀ: 'b', ɓ: 'b', ƃ: 'b', ƈ: 'c', ȼ: 'c', ɖ: 'd', ɗ: 'd', ƌ: 'd', ǝ: 'e', ə: 'e', ɛ: 'e', ɇ: 'e', ƒ: 'f' },
  ...{
    ɠ: 'g',
    ǥ: 'g',
    ɣ: 'g',
    ƕ: 'hv',
    ɨ: 'i',
    ɩ: 'i',
    ɉ: 'j',
    ȷ: 'j',
    ƙ: 'k',
    ƚ: 'l',
    ɫ: 'l',
    ɱ: 'm',
    ɲ: 'n',
    ƞ: 'n',
  },
  ...{ ɔ: 'o', ɵ: 'o', ƥ: 'p', ɋ: 'q', ɍ: 'r', ʀ: 'r', ʂ: 's', ȿ: 's', ƭ: 't', ʈ: 't', ⱦ: 't', ʉ: 'u', ʊ: 'u', ɯ: 'u' },
  ...{ ʋ: 'v', ʌ: 'v', ⱳ: 'w', ƴ: 'y', ɏ: 'y', ƶ: 'z', ȥ: 'z', ɀ: 'z', ⱥ: 'a', ʻ: "'", ʼ: "'", ʾ: "'", ʿ: "'", ς: 'σ' },
  ...{ ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه', ٱ: 'ا', ـ: '' },
};

const special = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu');
/** Joiners and marks that show nothing. */
const invisible = /[\u00AD\u200C-\u200F\u2060-\u2064\uFEFF]/g;
/** Accents and vowel points. In Indic scripts, Thai and others marks are the vowels themselves: they stay. */
const accents = /(?=\p{M})[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}]/gu;
const otherDigits = /(?![0-9])\p{Nd}/gu;
const isAscii = /^\p{ASCII}*$/u;

/** A text without case, accents and what else people leave out when they look for a word. */
export function foldText(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  return text
    .replace(invisible, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(accents, '')
    .replace(special, (letter) => plain[letter] ?? letter)
    .replace(otherDigits, valueOf);
}

/** The digits of a script stand together, from zero to nine. */
function valueOf(digit: string): string {
  let zero = digit.codePointAt(0) ?? 0;
  const last = zero;
  while (last - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((last - zero) % 10);
}

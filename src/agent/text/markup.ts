import { withoutHtml } from './html-tags.js';

/** Stand for what is not to be read as markup; `cleanText` leaves none of them in a text. */
const masked = [...'*_~`[]<>#!'];
const maskFrom = 0xfdd0;
const maskedCharacters = /[*_~`[\]<>#!]/g;
const masks = /[\ufdd0-\ufddf]/g;

/** Markdown and HTML as the words they stand for. Emphasis by CommonMark's rules of what may open and close it. */
export function withoutMarkup(text: string): string {
  return unmask(
    inline(blocks(text))
      .replace(/[^\S\n]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  );
}

function blocks(text: string): string {
  const fenced = text
    .replace(/^[^\S\n]*(```+|~~~+)[^`\n]*\n([\s\S]*?)^[^\S\n]*\1[`~]*[^\S\n]*$\n?/gm, (_all, _fence, code: string) =>
      mask(code),
    )
    .replace(/^[^\S\n]*(?:```+|~~~+)[^`\n]*$/gm, '');
  return withoutHtml(withCodeMasked(fenced))
    .replace(/^[^\S\n]{0,3}#{1,6}[^\S\n]+/gm, '')
    .replace(/^[^\S\n]*([-*_])(?:[^\S\n]*\1){2,}[^\S\n]*$/gm, '')
    .replace(/^([^\S\n]*)[-*+][^\S\n]+/gm, '$1• ')
    .replace(/^[^\S\n]{0,3}>(?![^\S\n]?[\d$€£¥<>=])[^\S\n]?/gm, '');
}

/** What stands in code is written as it is meant. */
function withCodeMasked(text: string): string {
  return text.replace(/(?<!`)(`{1,3})(?!`)([^\n]{1,1000}?)(?<!`)\1(?!`)/g, (_all, _ticks, code: string) =>
    mask(code.trim()),
  );
}

function inline(text: string): string {
  let plain = text
    .replace(/!?\[([^\]\n]{0,500})\]\(\s{0,20}<?([^)\s>]{0,2000})>?(?:[^\S\n][^)\n]{0,300})?\)/g, linkAsText)
    .replace(handleOrAddress, (token) => mask(token));
  // Strong within emphasis within struck-out words: three levels are all there is.
  for (let level = 0; level < 3; level++) {
    const before = plain;
    plain = plain.replace(stars, '$2').replace(star, '$1').replace(struck, '$1').replace(lines, '$2');
    if (plain === before) break;
  }
  return plain;
}

/** Handles, addresses and links are names: their underscores are letters. */
const handleOrAddress = /(?<![\p{L}\p{N}])@[\w.]{1,64}|\bhttps?:\/\/[^\s<>()*]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255}/gu;

const within = String.raw`(?!\s)((?:(?!\n\n)[^*]){0,1000}?[^\s*])`;
/** Not between digits: `2**3` is arithmetic. A row of four hides a number. */
const stars = new RegExp(
  String.raw`(?<![*\d])(\*\*\*|\*\*)(?!\*)(?!\s)((?:(?!\n\n)(?:[^*]|\*(?!\*))){0,1000}?[^\s*]\*?)\1(?![*\d])`,
  'gu',
);
/** Not inside a word, but where words have no spaces between them. */
const spaceless = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Hangul}]`;
const edgeBefore = String.raw`(?<=^|[^\p{L}\p{N}*\\]|${spaceless})`;
const edgeAfter = String.raw`(?=$|[^\p{L}\p{N}*]|${spaceless})`;
const wordy = String.raw`(?=[^*_]{0,1000}[\p{L}\p{N}\p{Extended_Pictographic}])`;
const star = new RegExp(String.raw`${edgeBefore}\*${wordy}${within}\*${edgeAfter}`, 'gmu');
const struck = /(?<![~\p{L}\p{N}])~~(?![~\s])([^~\n]{0,1000}?[^\s~])~~(?![~\p{L}\p{N}])/gu;
const lines =
  /(?<=^|[\s([{"'“‘„«¿¡*~:—–-])(___|__|_)(?=["'“‘„«¿¡([]?[\p{L}\p{N}\p{Extended_Pictographic}])((?:(?!\n\n)[^_]|(?<=[\p{L}\p{N}])_+(?=[\p{L}\p{N}])){0,1000}?[^\s_])\1(?=$|[\s)\]}"'”’“».,!?;:…*~—–-])/gmu;

function linkAsText(_match: string, label: string, target: string): string {
  if (target === '' || target === label) return label;
  return label === '' ? target : `${label} (${target})`;
}

function mask(text: string): string {
  return text.replace(maskedCharacters, (character) => String.fromCharCode(maskFrom + masked.indexOf(character)));
}

function unmask(text: string): string {
  return text.replace(masks, (mark) => masked[mark.charCodeAt(0) - maskFrom] ?? '');
}

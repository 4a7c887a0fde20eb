/** Endings that name nothing but the web: after a dot, however it is written, they are a link's. */
export const webEndings =
  'com|net|org|biz|xyz|ru|cn|io|ly|gg|icu|app|dev|info|shop|store|online|site|website|club|vip|click|link|live|top|co|me|ai|tk|ml|cc|ws|su|co\\.uk|com\\.[a-z]{2}';
/** Of these, the ones that are no words of a chat. */
export const webOnlyEndings = 'com|net|org|biz|xyz|ru|cn|ly|gg|icu';
const countries = 'de|at|ch|uk|fr|it|es|pt|br|nl|be|pl|se|dk|no|fi|cz|us|in|tv|eu|ir|tr|gr|jp|kr|id|ro|hu';

/** Full stops of other scripts and dots that look like one. Between Latin letters they are a link's. */
const oddDots =
  /(?<=[a-zA-Z0-9][^\S\n]?)[\u3002\u2024\ufe52\u06d4\u00b7\u2022\u2027\u2219\u22c5\u25cf\u30fb\u0702\u0660\u06f0\u02d9\ua78f\u2e31\u201a](?=[^\S\n]?[a-zA-Z0-9])(?![^\S\n]?[A-Z][a-z])/gu;
/** Quotes, brackets, stars and a backslash around the dot of an ending. */
const dressedDot = new RegExp(
  String.raw`(?<=[a-z0-9])[)\]}>"'”’*_\\]*(?:[^\S\n]?[([{<"'“‘*_])?\.[)\]}>"'”’*_]*(?=(?:${webEndings})(?![\p{L}\p{N}]))`,
  'giu',
);
const writtenDots =
  'dot|d\\.?o\\.?t|d\\s?o\\s?t|d0t|punkt|punto|point|ponto|точка|tochka|nokta|kropka|punt|tečka|pont|piste|prik|点|點|ドット|닷|نقطة|نقطه|bod';
const wrappedDot = new RegExp(
  String.raw`[^\S\n]*[([{<"'“”‘’*|«\/\\]{1,3}\s*(?:\.|${writtenDots})\s*[)\]}>"'“”‘’*|»\/\\]{1,3}[^\S\n]*(?=[\p{L}\p{N}])`,
  'giu',
);
const hyphenedDot = new RegExp(
  String.raw`(?<=[a-z0-9])[-_](?:dot|punkt|punto|point|ponto)[-_](?=(?:${webEndings})\b)`,
  'giu',
);
const gluedDot = /(?<=\b(?!(?:polka|micro|red|big|hot|eye|blue)dot)[a-z0-9-]{2,40})(?:dot|d0t)(?=(?:com|net|org)\b)/giu;
/** Articles, pronouns and the like before "point": the sentence speaks of a point. */
const notAName =
  'the|a|an|this|that|one|some|any|each|every|which|what|no|good|first|last|best|next|polka|my|our|your|el|la|un|una|este|ese|cada|qué|nuestro|su|o|ao|no|do|um|em|esse|nosso|der|den|dem|das|die|ein|einen|jeder|dieser|diesem|diesen|zum|am|im|beim|le|ce|au|du|il|lo|al|dal|nel|questo|certain|de|to|is|and|y|e|und|et';
const spokenDot = new RegExp(
  String.raw`(?=[^\S\n])(?<=(?<![\p{L}\p{N}])(?!(?:${notAName})[^\S\n])[\p{L}\p{N}_-]{1,63})[^\S\n]+(?:${writtenDots}|full stop|period)[^\S\n]+(?=(?:${webEndings}|${countries})(?=[/:?#]|[^\S\n]*(?:[.,!?)"]|$)|[^\S\n]+(?:dot|punto|ponto)\b))`,
  'gimu',
);
/** Goes on as a sentence does; these endings follow "dot" in names alone. */
const spokenWebDot = new RegExp(
  String.raw`(?=[^\S\n])(?<=(?<![\p{L}\p{N}])(?!(?:${notAName})[^\S\n])[\p{L}\p{N}_-]{1,63})[^\S\n]+(?:dot|d0t|punkt|punto|point|ponto|точка|nokta|kropka)[^\S\n]+(?=(?:com|ком|net|org|xyz|biz|ru|ру|io|ly|app|dev|site)(?![\p{L}\p{N}]))`,
  'giu',
);
const codedDot = /%2e|&#0*46;|&#x0*2e;|&period;|\\u002e|\\x2e/giu;
const spacedEnding =
  /(?<=[\p{L}\p{N}])[^\S\n]*\.[^\S\n]*(?:c[^\S\n]+o[^\S\n]*m|c[^\S\n]*o[^\S\n]+m|n[^\S\n]+e[^\S\n]*t|o[^\S\n]+r[^\S\n]*g)(?![\p{L}\p{N}])/giu;
/** A space before the dot ends no sentence: what follows is an ending, if it is not a word that goes on. */
const dotBehindSpace = new RegExp(
  String.raw`(?<=[\p{L}\p{N})\]"'’](?<!(?<![\p{L}])(?:${notAName}|as|of|als|wie|in)))\s+\.\s*(?=(?:${webEndings}|${countries})(?=[/:?#]|[^\S\n]*(?:[.,!?)"]|$))|(?:com|net|org|xyz|ru|io|ly|shop|store|site|app|online|biz)(?![\p{L}\p{N}]))`,
  'gmu',
);
/** A dot and a space, then an ending in small letters that no sentence begins with. */
const dotBeforeSpace = new RegExp(
  String.raw`(?<=[\p{L}\p{N}])\.\s+(?=(?:[a-z]{2,12})\/[\p{L}\p{N}]{2}|(?:${webOnlyEndings})(?=[^\S\n]*(?:[.,!?)"]|$))|(?:org|xyz|biz|ru|ly|gg|icu)(?![\p{L}\p{N}'’]))`,
  'gmu',
);
const brokenWww =
  /(?<![\p{L}\p{N}])w[^\S\n]*w[^\S\n]*w[^\S\n]*[.,][^\S\n]*|(?<![\p{L}\p{N}])www[^\S\n]+(?=[\p{L}\p{N}-]+(?:\.|[^\S\n]))/giu;
const writtenScheme =
  /(?<![\p{L}\p{N}])h[^\S\n]?(?:t[^\S\n]?t|x[^\S\n]?x|\*\*|t[^\S\n]?x|x[^\S\n]?t)[^\S\n]?ps?[^\S\n]*[([{]?[^\S\n]*[:;][^\S\n]*[)\]}]?[^\S\n]*[/\\][^\S\n]*[/\\]?[^\S\n]*/giu;
const spacedShortener =
  /(?<![\p{L}\p{N}])(wa|t|m|ig|bit|cutt|ow|goo|is|tinyurl|linktr)(?:[^\S\n]*\.[^\S\n]*|[^\S\n]+)(me|ly|gl|gd|com|ee)[^\S\n]*\/[^\S\n]*(?=[\w+])/giu;

/** Portuguese and Catalan begin phrases with "com". */
const comIsAWord =
  /(?<![\p{L}])(?:não|você|vocês|sim|obrigad[oa]|certeza|temos|está|estão|são|uma|para|seu|sua|nosso|nossa|pedido|loja|muito|amanhã|hoje|prazo|entrega|é|amb|gràcies|estàs|tens|prazer|frete|claro que|pode|podemos|os|as|do|da|dos|das)(?![\p{L}])/giu;

export function speaksPortuguese(text: string): boolean {
  return new Set((text.match(comIsAWord) ?? []).map((word) => word.toLowerCase())).size >= 2;
}

/**
 * The text with the disguises of links undone. A full stop, a space and a word is the end of a sentence and stays one:
 * what counts is what nobody writes in a sentence.
 */
export function undisguise(text: string): string {
  let plain = text
    .normalize('NFKC')
    // eslint-disable-next-line no-misleading-character-class -- single code points are what is looked for
    .replace(/[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f]/gu, '')
    .replace(codedDot, '.')
    .replace(oddDots, '.')
    .replace(/\u3002(?=\p{L}{2,12}\/[\p{L}\p{N}])/gu, '.')
    .replace(writtenScheme, 'http://')
    .replace(wrappedDot, '.')
    .replace(dressedDot, '.')
    .replace(hyphenedDot, '.')
    .replace(gluedDot, '.')
    .replace(spacedDotCom, '.')
    .replace(spacedShortener, '$1.$2/')
    .replace(spacedEnding, (ending) => ending.replace(/\s/g, ''))
    .replace(/(?<=\d)[^\S\n]+dot[^\S\n]+(?=\d)/giu, '.');
  for (let round = 0; round < 3; round++) plain = plain.replace(spokenWebDot, '.').replace(spokenDot, '.');
  plain = plain
    .replace(brokenWww, 'www.')
    .replace(/(?=[^\S\n.])(?<=www\.[\w-]{1,63})[^\S\n]*\.?[^\S\n]+(?=[a-z]{2,}(?![\p{L}]))/giu, '.');
  plain = plain.replace(dotBehindSpace, '.');
  if (speaksPortuguese(plain)) return plain;
  return plain
    .replace(dotBeforeSpace, '.')
    .replace(signAsDot, '.')
    .replace(spacedLetters, (letters) => letters.replace(/\s/g, ''));
}

/** Any sign between two words, the second of them an ending that is no word. */
const signAsDot = /(?<=[a-z0-9]{2})[^\p{L}\p{M}\p{N}\s@&+'’"“”()[\]{}/_-](?=(?:com|net|org)(?![\p{L}\p{N}]))/giu;
const spacedDotCom = new RegExp(
  String.raw`(?=[^\S\n])(?<=(?<![\p{L}\p{N}])(?!(?:${notAName})[^\S\n])[\p{L}\p{N}_-]{2,63})[^\S\n]+dot-?(?=(?:com|net|org)[^\S\n]*(?:[.,!?)"]|$))`,
  'gimu',
);
const spacedLetters =
  /(?<![\p{L}\p{N}])(?:[a-z0-9][^\S\n]){2,60}\.[^\S\n]?(?:[a-z][^\S\n]){1,5}[a-z](?![\p{L}])|(?<![\p{L}\p{N}])(?:[a-z0-9][^\S\n]){3,60}\.[^\S\n]?[a-z]{2,6}(?![\p{L}])/giu;

const lookAlikes: Record<string, string> = {
  ...fromPairs('аaеeоoрpсcуyхxіiѕsјjһhԁdԛqԝwвbкkмmнhтtгrпnӏlԍgзzьbҝkпn'),
  ...fromPairs('οoνvιiαaρpτtκkμuϲcεeηnυuχxωwσoγy'),
  ...fromPairs('ςcıiɡgɑaɩiʟlᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢzոnօoսuցgհhѵvƽsøołlđdħhŧt'),
};
function fromPairs(pairs: string): Record<string, string> {
  const letters = [...pairs];
  return Object.fromEntries(
    letters.flatMap((from, index) => (index % 2 === 0 ? [[from, letters[index + 1] ?? '']] : [])),
  );
}

/** What the letters look like to a reader: without marks, in Latin. */
export function lookOf(text: string): string {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...bare].map((letter) => lookAlikes[letter] ?? squared(letter)).join('');
}

/** Squared and circled letters that no normal form undoes, and the letters of flags. */
function squared(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  for (const start of [0x1f150, 0x1f170, 0x1f1e6])
    if (code >= start && code < start + 26) return String.fromCharCode(97 + code - start);
  return letter;
}

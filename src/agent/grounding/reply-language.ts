import { detectAll, supportedLanguages, toISO2 } from 'tinyld/light';

/** Shorter replies say too little: names of goods look like any language. */
const fewestLetters = 30;
/** A language that comes so far behind the likeliest is not the one. */
const farBehind = 0.25;
const known = new Set(supportedLanguages.map((language) => toISO2(language)));
/** Neighbours, which a few sentences do not tell apart, and those that are taken for them where they are not known. */
const neighbours: readonly string[][] = [
  ['da', 'no', 'nb', 'nn', 'sv'],
  ['es', 'ca', 'gl', 'pt', 'it', 'eu'],
  ['nl', 'af'],
  ['pl', 'cs', 'sk', 'sl', 'hr', 'bs'],
  ['fi', 'et'],
  ['tr', 'az'],
  ['ru', 'uk', 'be', 'bg', 'sr', 'mk'],
  ['ar', 'fa', 'ur', 'ku'],
  ['hi', 'mr', 'ne'],
  ['zh', 'ja'],
];

/**
 * Whether a reply is surely not in the language that it should be in. What is short, or in a language that looks like
 * others, is not told apart.
 * @param wanted as an IETF tag, such as `de` or `pt-BR`
 */
export function isInAnotherLanguage(reply: string, wanted: string): boolean {
  const language = wanted.toLowerCase().split(/[-_]/)[0] ?? '';
  const words = reply.replace(/https?:\S+|\S+@\S+|\p{N}+/gu, ' ');
  if (!/^[a-z]{2}$/.test(language) || (words.match(/\p{L}/gu)?.length ?? 0) < fewestLetters) return false;
  const [likeliest, ...others] = detectAll(words);
  if (!likeliest || likeliest.lang === language) return false;
  if (neighbours.some((group) => group.includes(language) && group.includes(likeliest.lang))) return false;
  // Of one that is not known nobody can say how near it comes: the other has to stand far ahead of all.
  const next = known.has(language) ? others.find(({ lang }) => lang === language) : others[0];
  return (next?.accuracy ?? 0) <= likeliest.accuracy * farBehind;
}

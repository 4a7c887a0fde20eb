import { parse } from 'tldts';
import { lookOf, undisguise, webEndings } from './disguises.js';

/** What an answer may point to. */
export interface AllowedLinks {
  /** Hosts; `*.` covers a host and everything under it. */
  hosts: readonly string[];
  /** Texts of the business itself: what stands in one, an email address, a host, a link, may be told. */
  ownTexts: readonly string[];
}

const schemes = /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s<>"'“”]*/giu;
/** They need no `//` to be acted on. What may follow tells them from words: "Data:12.05.", "Tel:030 1234". */
const bareSchemes = [
  /\b(?:javascript|vbscript|intent|magnet|ipfs|fb-messenger|smsto)\s*:(?=\S)\S*/giu,
  /\bdata:(?:[a-z]+\/[a-z0-9.+-]+)?(?:;[a-z0-9=-]+)*,\S*/giu,
  /\bmailto\s*:\s*\S*@\S*/giu,
  /\b(?:tg|viber|market|skype|instagram|file|whatsapp|facetime)\s*:(?:\/|\?|[\w.-]+\?)\S*/giu,
  /\b(?:tel|sms)\s*:[\d+() .-]*[?&;]\S+/giu,
  /\b(?:bitcoin|ethereum|litecoin)\s*:\s*[a-z0-9]{20,}/giu,
  /\bgeo:-?\d+\.\d+,\S*/giu,
];
const label = String.raw`[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}])?`;
const email = new RegExp(
  String.raw`(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}(?:@|[^\S\n]*(?:\((?:at|@|ät)\)|\[(?:at|@|ät)\]|\{(?:at|@)\})[^\S\n]*|[^\S\n]@[^\S\n])(?:${label}\.){1,20}(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}-]{1,23})`,
  'giu',
);
const path = String.raw`(?::\d{2,5})?(?:[/?#][^\s<>"“”]*)?`;
const domain = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{N}_-])(?<host>(?:${label}\.){1,20}(?:xn--[a-z0-9-]+|\p{L}[\p{L}\p{M}]{1,23}))(?<path>(?![\p{L}\p{M}\p{N}_-])${path})`,
  'giu',
);
/** More labels than are read at once. */
const endless = /^(?:[^.]*\.){20}/u;
/** Instagram shows it as a mention. With a path behind it, it is an address. */
const handle =
  /(?<![\p{L}\p{N}._%+-])@[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?(?![\p{L}\p{N}_]|\.[\p{L}\p{N}_]|[/:?#]\S)/giu;
const webHandle = /\.(?:com|net|org|ru)$/iu;
const ipv4 = /(?<![\d.])((?:\d{1,3}\.){3}\d{1,3})(?![\d]|\.\d)((?::\d{2,5})?(?:\/\S*)?)/gu;
const ipv6 =
  /\[[0-9a-f:]{0,40}:[0-9a-f:.]{0,40}\]|(?<![\w:])(?=[0-9a-f:]{0,40}[a-f][0-9a-f:]{0,40}::|[0-9a-f]{4}:)[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/giu;
/** `www.` makes a link of any word, and an address is one read from behind. */
const halfHost = /(?<![\p{L}\p{N}.-])www\.[\p{L}\p{N}_-]+(?!\.?[\p{L}\p{N}_-])|\/\/:s?ptth/giu;
const numberAddress = /\b0x[0-9a-f]{8}\b|(?<![\p{L}\p{N}.-])xn--[a-z0-9-]{2,}(?![\w.-]*\.[a-z])/giu;

/**
 * Links, domains, addresses and email addresses in the text that are not allowed: what a phone would turn into a link,
 * and what a reader would type into a browser. See `corpus/` for what is one and what is not.
 */
export function forbiddenLinks(text: string, allowed: AllowedLinks): string[] {
  const plain = undisguise(text);
  const found: string[] = [];
  const note = (pattern: RegExp, of: string, isForbidden: (match: RegExpMatchArray) => boolean = () => true): string =>
    of.replace(pattern, (...parts: unknown[]) => {
      const match = matchOf(parts);
      if (isForbidden(match)) found.push(match[0]);
      return ' ';
    });
  let rest = note(email, plain, ([address]) => !standsIn(address.replace(/\s/g, ''), allowed));
  rest = note(handle, rest, ([name]) => webHandle.test(name) && !standsIn(name, allowed));
  rest = note(
    schemes,
    rest,
    ([url]) => !isAllowedUrl(url, allowed) && !standsIn(url.replace(/[.,!?)]+$/, ''), allowed),
  );
  for (const scheme of bareSchemes) rest = note(scheme, rest, ([link]) => !standsIn(link, allowed));
  rest = note(ipv4, rest, (match) => isAddress(match, rest) && !standsIn(match[0], allowed));
  rest = note(ipv6, rest);
  rest = note(halfHost, rest, ([host]) => !isAllowedHost(host, allowed));
  rest = note(numberAddress, rest, ([host]) => !isAllowedHost(host, allowed));
  note(domain, rest, (match) => endless.test(match[0]) || (isLink(match, rest) && !isAllowedDomain(match, allowed)));
  found.push(...lookAlikeLinks(rest, allowed));
  return found;
}

/** What `replace` hands over, as a match with its groups and its place. */
function matchOf(parts: unknown[]): RegExpMatchArray & { index: number } {
  const groups = typeof parts.at(-1) === 'object' ? (parts.at(-1) as Record<string, string>) : undefined;
  const index = parts.find((part): part is number => typeof part === 'number') ?? 0;
  const texts = parts.slice(0, parts.indexOf(index)) as [string, ...string[]];
  return Object.assign(texts, { index, input: '', groups });
}

function isAllowedUrl(text: string, allowed: AllowedLinks): boolean {
  if (text.includes('\\') || !URL.canParse(text)) return false;
  const url = new URL(text);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' && url.port === '' && isAllowedHost(url.hostname, allowed);
}

/** Whether one of the allowed hosts covers it. */
export function isAllowedHost(host: string, { hosts }: Pick<AllowedLinks, 'hosts'>): boolean {
  const wanted = host.toLowerCase();
  return hosts.some((entry) => {
    const allowed = entry.toLowerCase();
    if (!allowed.startsWith('*.')) return wanted === allowed || wanted === `www.${allowed}`;
    return wanted === allowed.slice(2) || wanted.endsWith(allowed.slice(1));
  });
}

function isAllowedDomain({ groups = {}, 0: all }: RegExpMatchArray, allowed: AllowedLinks): boolean {
  const { host = '', path: rest = '' } = groups;
  if (isAllowedHost(host, allowed)) return !rest.startsWith(':') && !rest.includes('\\');
  return standsIn(all.replace(/[.,!?)/]+$/, ''), allowed) || standsIn(all.replace(/^www\.|[.,!?)/]+$/giu, ''), allowed);
}

/** As a whole: not as a piece of a longer name. */
function standsIn(told: string, { ownTexts }: AllowedLinks): boolean {
  const wanted = told.toLowerCase().replace(/^https?:\/\/(?:www\.)?/, '');
  return ownTexts.some((text) => {
    const own = text.toLowerCase();
    for (let at = own.indexOf(wanted); at !== -1; at = own.indexOf(wanted, at + 1)) {
      const before = own.slice(0, at).replace(/(?:https?:\/\/)?(?:www\.)?$/, '');
      const after = own.slice(at + wanted.length);
      if (!/[\p{L}\p{N}_.@-]$/u.test(before) && !/^(?:[\p{L}\p{N}_@-]|\.[\p{L}\p{N}])/u.test(after)) return true;
    }
    return false;
  });
}

/** File endings that are top-level domains as well; who names a file says so, or its name shows it. */
const fileEnding = /^(?:zip|mov|md|py|rs|sh|ps|cab|ai|pub|pl|so|ms|tf|app)$/i;
const fileName = /[_\d-]/u;
const speaksOfFiles =
  /file|photo|video|picture|image|attach|upload|download|format|document|invoice|script|datei|foto|bild|anhang|rechnung|archivo|adjunt|imagen|factura|fichier|pièce jointe|facture|allegat|fattura|arquivo|anexo|plik|załącznik|bestand|bijlage|fil\b|bilaga|dosya|файл|фото|видео/iu;
/** "m.in.", "c.so", "Art.Nr.", "S.A. de": pieces that end in what happens to be a domain. */
const abbreviation =
  /^(?:m\.in|c\.so|p\.no|s\.to|v\.sa|a\.in|c\.ca|i\.am|n\.no|s\.st|.*\.nr|(?:tel|art|ord|kd|tlf|best|ref|bill|inv|order|item|p|s)\.no|(?:\p{L}\.){2,}(?:de|at|am|in|es|la|se|st|ch|sa|no|so|co))$/iu;
/** A letter, a dot, a few letters and a dot, before words that go on: "p.es. rosso". */
const lettersOfWords = /^\p{L}\.\p{L}{2,3}$/u;
const shortest = /^(?:t\.me|m\.me|t\.co|g\.co|x\.com|g\.page|t\.ly|v\.gd)$/i;
const timeOfDay = /^\d[\d.:]*\.(?:am|pm|st|th|de|la|se)$/iu;

/** `Node.js` and `e.g` are not domains, `hello.how` is one: the ending must be one that exists. */
function isLink({ groups = {}, index = 0 }: RegExpMatchArray, text: string): boolean {
  const { host = '', path: rest = '' } = groups;
  const { isIcann, isPrivate, publicSuffix, domain: registrable } = parse(host.toLowerCase());
  if (registrable === null || (isIcann !== true && isPrivate !== true)) return false;
  if (rest.length > 1 || /^www\./i.test(host)) return true;
  if (timeOfDay.test(host) || abbreviation.test(host)) return false;
  const after = text.slice(index + host.length, index + host.length + 4);
  if (lettersOfWords.test(host) && !shortest.test(host) && /^\.(?:,|[^\S\n]+[\p{Ll}\p{N}])/u.test(after)) return false;
  if (!fileEnding.test(publicSuffix ?? '')) return true;
  const name = host.slice(0, -(publicSuffix ?? '').length - 1);
  if (publicSuffix === 'ai' || publicSuffix === 'app') return !(fileName.test(name) && speaksOfFiles.test(text));
  return !fileName.test(name) && !speaksOfFiles.test(text.slice(Math.max(0, index - 80), index + 80));
}

const webEnding = new RegExp(`\\.(?:${webEndings}|c0m|n3t|0rg)$`, 'i');
const token =
  /(?<![\p{L}\p{M}\p{N}@._-])[\p{L}\p{M}\p{N}\p{So}\p{RI}_-]+(?:\.[\p{L}\p{M}\p{N}\p{So}\p{RI}_-]+){1,20}/gu;

/** Domains whose letters are of another script, or whose zero is an o: they look like one to who reads them. */
function lookAlikeLinks(text: string, allowed: AllowedLinks): string[] {
  return (text.match(token) ?? []).filter((name) => {
    const look = lookOf(name);
    if (/^[\x20-\x7e]+$/.test(name)) return /\.(?:c0m|n3t|0rg)$/i.test(name);
    if (!/^[a-z0-9._-]+$/.test(look) || look === name.toLowerCase()) return false;
    const mixed = /[a-z]/i.test(name) && /[\p{Script=Cyrillic}\p{Script=Greek}\p{So}\p{RI}]/u.test(name);
    const { isIcann, domain: registrable } = parse(look);
    const isDomain = registrable !== null && isIcann === true;
    const isSentence = /\.\p{Lu}\p{Ll}+$/u.test(name);
    return isDomain && (mixed || (webEnding.test(look) && !isSentence)) && !isAllowedHost(name, allowed);
  });
}

const speaksOfPhones =
  /(?:tel|phone|call|ring|fax|mobil|whatsapp|telefon|anruf|llam|appel|chiam|lig(?:ue|ar)|bel|zadzwoń|звон|тел|τηλ|numm?er|número|numéro|nº|☎|📞|\+)[^\n]{0,30}$/iu;
const speaksOfVersions =
  /(?:version|versión|versão|firmware|build|update|release|app|ios|android|§|section|article|v)[^\p{L}]{0,4}$/iu;

/** Four numbers: an address of the internet, if it is not a telephone number in pairs or a version. */
function isAddress(match: RegExpMatchArray, text: string): boolean {
  const [, numbers = '', rest = ''] = match;
  const parts = numbers.split('.');
  if (parts.some((part) => Number(part) > 255)) return false;
  if (rest.length > 1) return true;
  if (parts.every((part) => part.length === 2) || parts.some((part) => /^0\d/.test(part))) return false;
  const before = text.slice(Math.max(0, (match.index ?? 0) - 50), match.index);
  return !speaksOfPhones.test(before) && !speaksOfVersions.test(before);
}

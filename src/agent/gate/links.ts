import { parse } from 'tldts';

/** What an answer may point to. */
export interface AllowedLinks {
  /** Hosts; `*.` covers a host and everything under it. */
  hosts: readonly string[];
  /** Texts of the business itself: an email address that stands in one may be told. */
  ownTexts: readonly string[];
}

const dots = /[\u3002\uff0e\uff61\u2024\ufe52\u06d4]/gu;
const writtenDot = /\s*[([{<]\s*(?:\.|dot|punkt|punto|point|ponto)\s*[)\]}>]\s*/giu;
/** Endings so common in links that they are taken for one even after a word or a space. */
const commonEnding =
  'com|net|org|info|biz|io|co|app|dev|xyz|shop|store|online|site|website|top|ru|cn|link|click|live|vip|icu|me|ly|gg|ai';
const spokenDot = new RegExp(`\\s+(?:dot|punkt|punto|point|ponto)\\s+(?=(?:${commonEnding})\\b)`, 'giu');
const looseDot = new RegExp(`(?<=[\\p{L}\\p{N}])\\s*\\.\\s*(?=(?:${commonEnding})\\b)`, 'giu');
const writtenScheme = /\b(h[tx]{2}ps?)\s*[([]?\s*:\s*[)\]]?\s*\/\s*\//giu;
const schemes = /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s<>"'“”]*/giu;
/** They need no `//` to be acted on. */
const bareSchemes =
  /\b(?:javascript|data|vbscript|file|tel|sms|smsto|mailto|whatsapp|tg|viber|skype|intent|market|bitcoin|ethereum|ipfs|magnet|geo|facetime|fb-messenger|instagram)\s*:(?=\S)\S*/giu;
const email = /[\p{L}\p{N}._%+-]+\s*(?:@|\(at\)|\[at\])\s*(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}/giu;
const domain =
  /(?<![\p{L}\p{N}@_-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.)+(?:xn--[a-z0-9-]+|[\p{L}]{2,24})(?![\p{L}\p{N}_-])/giu;
const ipv4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/gu;
const ipv6 = /\[[0-9a-f:]*:[0-9a-f:.]*\]/giu;

/** The text with the disguises of links undone: full-width letters, dots written out, `hxxp`. */
export function undisguise(text: string): string {
  return text
    .normalize('NFKC')
    .replace(dots, '.')
    .replace(writtenDot, '.')
    .replace(spokenDot, '.')
    .replace(looseDot, '.')
    .replace(writtenScheme, (_match, scheme: string) => `${scheme.replaceAll(/x/gi, 't')}://`);
}

/**
 * Links, domains, addresses and email addresses in the text that are not allowed. What a phone would turn into a link
 * counts, and what a reader would type into a browser.
 */
export function forbiddenLinks(text: string, allowed: AllowedLinks): string[] {
  const plain = undisguise(text);
  const found: string[] = [];
  const withoutEmails = plain.replace(email, (address) => {
    if (!isOwnEmail(address, allowed)) found.push(address);
    return ' ';
  });
  for (const match of withoutEmails.matchAll(schemes)) if (!isAllowedUrl(match[0], allowed)) found.push(match[0]);
  for (const match of withoutEmails.matchAll(bareSchemes)) found.push(match[0]);
  for (const match of withoutEmails.matchAll(ipv4)) if (isAddress(match[0])) found.push(match[0]);
  for (const match of withoutEmails.matchAll(ipv6)) found.push(match[0]);
  for (const match of withoutEmails.matchAll(domain)) {
    if (isDomain(match[0]) && !isAllowedHost(match[0], allowed)) found.push(match[0]);
  }
  return found;
}

function isAllowedUrl(text: string, allowed: AllowedLinks): boolean {
  if (text.includes('\\') || !URL.canParse(text)) return false;
  const url = new URL(text);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' && url.port === '' && isAllowedHost(url.hostname, allowed);
}

function isAllowedHost(host: string, { hosts }: AllowedLinks): boolean {
  const wanted = host.toLowerCase();
  return hosts.some((entry) => {
    const allowed = entry.toLowerCase();
    if (!allowed.startsWith('*.')) return wanted === allowed || wanted === `www.${allowed}`;
    return wanted === allowed.slice(2) || wanted.endsWith(allowed.slice(1));
  });
}

function isOwnEmail(address: string, { ownTexts }: AllowedLinks): boolean {
  const wanted = address.toLowerCase();
  return ownTexts.some((text) => text.toLowerCase().includes(wanted));
}

/** `Node.js` and `e.g` are not domains, `hello.how` is one: the ending must be one that exists. */
function isDomain(text: string): boolean {
  const { isIcann, isPrivate, domain: registrable } = parse(text.toLowerCase());
  return registrable !== null && (isIcann === true || isPrivate === true);
}

function isAddress(text: string): boolean {
  return text.split('.').every((part) => Number(part) <= 255);
}

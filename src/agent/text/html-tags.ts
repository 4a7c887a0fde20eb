/** Names that mean nothing but a tag. */
const plainNames =
  'b|i|u|p|s|br|hr|em|strong|span|div|h[1-6]|ul|ol|li|dl|dt|dd|del|ins|sub|sup|tt|kbd|samp|var|pre|blockquote|tr|td|th|thead|tbody|tfoot|colgroup|img|iframe|script|noscript|svg|html|figcaption|abbr|bdi|bdo|rp|rt|ruby|wbr|big|strike|textarea|select|optgroup|fieldset|embed|canvas|meta|nav|marquee|blink';
/** Names that are words as well: `<address>` may stand for the customer's own. */
const wordNames =
  'a|address|area|article|aside|audio|base|body|button|caption|center|cite|code|col|data|details|dialog|dfn|figure|font|footer|form|frame|head|header|input|label|legend|link|main|map|mark|menu|meter|nobr|object|option|output|param|picture|progress|q|search|section|slot|small|source|style|summary|table|template|time|title|track|video';

const attribute = String.raw`\s+(?:[a-z_:@][\w:.-]{0,50}\s*=\s*(?:"[^"]{0,2000}"|'[^']{0,2000}'|[^\s"'<>]{1,2000})|disabled|checked|hidden|async|defer|required|open|controls|selected|readonly|autofocus|multiple|loop|muted|autoplay)`;
const needed = new RegExp(String.raw`<(?:${plainNames}|${wordNames})(?:${attribute}){1,20}\s*\/?>`, 'giu');
const bare = new RegExp(String.raw`<(?:${plainNames})\s*\/?>|<\/(?:${plainNames})\s*>`, 'giu');
const paired = new RegExp(String.raw`<(${wordNames})\s*>|<\/(${wordNames})\s*>`, 'giu');

/**
 * A text without the tags of HTML. Other words in angle brackets are what the customer is asked to fill in; a name
 * that is a word as well is a tag when it has attributes or is closed.
 */
export function withoutHtml(text: string): string {
  if (!text.includes('<')) return text;
  const lines = text
    .replace(/<!--[\s\S]{0,4000}?-->/g, '')
    .replace(
      /<(?=(?:https?:\/\/|mailto:)?[^\s<>@]{1,300}[@/.])((?:https?:\/\/|mailto:)[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>/giu,
      '$1',
    )
    .replace(/[^\S\n]*<br\s*\/?>[^\S\n]*\n?/giu, '\n')
    .replace(/<li(?:\s[^<>]{0,200})?>\s*/giu, '\n• ')
    .replace(/<\/(?:p|div|h[1-6]|ul|ol)\s*>/giu, '\n')
    .replace(needed, '')
    .replace(bare, '');
  const closed = new Set([...lines.matchAll(paired)].flatMap(([, , name]) => (name ? [name.toLowerCase()] : [])));
  if (closed.size === 0) return lines;
  return lines.replace(paired, (tag: string, open?: string, close?: string) =>
    closed.has((open ?? close ?? '').toLowerCase()) ? '' : tag,
  );
}

/** A shortcut that is being typed: from its slash to the caret. */
export interface Shortcut {
  from: number;
  query: string;
}

const shortcut = /(?:^|\s)\/([a-z0-9_-]{0,40})$/i;
const placeholder = /\{\{\s*[a-z_.]{1,40}\s*\}\}/;

/** A slash begins a shortcut at the start of a word; the one in “and/or” does not. */
export function shortcutAt(text: string, caret: number): Shortcut | undefined {
  const typed = shortcut.exec(text.slice(0, caret))?.[1];
  return typed === undefined ? undefined : { from: caret - typed.length - 1, query: typed.toLowerCase() };
}

/** What a canned reply left open: it must not reach a customer as it stands. */
export function openPlaceIn(text: string): { from: number; to: number } | undefined {
  const found = placeholder.exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : undefined;
}

/** @returns those that fit: by the beginning of their shortcut first, then by what is in them */
export function fitting<T extends { shortcut: string; text: string }>(replies: readonly T[], query: string): T[] {
  const begins = replies.filter((one) => one.shortcut.startsWith(query));
  const holds = replies.filter(
    (one) =>
      !begins.includes(one) && (one.shortcut.includes(query) || one.text.toLowerCase().includes(query.toLowerCase())),
  );
  return [...begins, ...holds];
}

import { isObject, type JsonObject } from './read-answer.js';

/** One page of a list. */
export interface GraphPage<T> {
  items: T[];
  /** Cursor of the next page; absent on the last one. */
  after?: string;
  /** Something on it could not be read, and is missing from `items`. */
  isPartial?: true;
}

/**
 * Cursor of the page after this one. Meta gives `cursors.after` on the last page too, so `next` alone tells whether there
 * is one; the link itself is not followed, because it carries the token and may name any host.
 */
export function nextCursor(body: JsonObject): string | undefined {
  const paging = isObject(body.paging) ? body.paging : {};
  if (typeof paging.next !== 'string' || paging.next === '') return undefined;
  const cursors = isObject(paging.cursors) ? paging.cursors : {};
  if (typeof cursors.after === 'string' && cursors.after !== '') return cursors.after;
  const query = paging.next.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(paging.next.slice(query)).get('after') ?? undefined);
}

/** The elements of `data` that are objects. */
export function itemsIn(body: JsonObject): JsonObject[] {
  return Array.isArray(body.data) ? body.data.filter(isObject) : [];
}

/** Walks through pages, ends at the last one, and doesn't go round in circles when a cursor comes back. */
export async function* iterate<T>(
  fetchPage: (after: string | undefined) => Promise<GraphPage<T>>,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>();
  let after: string | undefined;
  do {
    const page = await fetchPage(after);
    yield* page.items;
    after = page.after !== undefined && seen.has(page.after) ? undefined : page.after;
    if (after !== undefined) seen.add(after);
  } while (after !== undefined);
}

/** All elements of all pages. */
export async function collect<T>(
  fetchBody: (after: string | undefined) => Promise<{ body: JsonObject; read: (item: JsonObject) => T }>,
): Promise<T[]> {
  const all: T[] = [];
  const fetchPage = async (after: string | undefined): Promise<GraphPage<T>> => {
    const { body, read } = await fetchBody(after);
    return { items: itemsIn(body).map(read), after: nextCursor(body) };
  };
  for await (const item of iterate(fetchPage)) all.push(item);
  return all;
}

/** A page of a Graph list. */
export interface Page<T> {
  data: T[];
  paging?: { cursors: { before: string; after: string }; next?: string };
}

/**
 * One page as Graph cuts it. The last page still has `cursors.after`, but no `next`: who follows the cursor alone never
 * ends.
 * @param query the call's own, to be repeated in `next`
 * @param pathUrl the list's absolute URL without a query
 */
export function pageOf<T>(
  items: readonly T[],
  query: Record<string, string>,
  pathUrl: string,
  { defaultLimit = 25, limit }: { defaultLimit?: number; limit?: number } = {},
): Page<T> {
  const asked = limit ?? Number(query.limit);
  const size = Number.isInteger(asked) && asked > 0 ? Math.min(asked, 100) : defaultLimit;
  const start = query.after ? decode(query.after) : 0;
  const data = items.slice(start, start + size);
  if (data.length === 0) return { data };
  const after = encode(start + data.length);
  const hasMore = start + data.length < items.length;
  const next = `${pathUrl}?${new URLSearchParams({ ...query, limit: String(size), after }).toString()}`;
  return { data, paging: { cursors: { before: encode(start), after }, ...(hasMore && { next }) } };
}

function encode(position: number): string {
  return Buffer.from(`sandbox:${position}`).toString('base64url');
}

function decode(cursor: string): number {
  const position = Number(Buffer.from(cursor, 'base64url').toString().split(':')[1]);
  return Number.isInteger(position) ? position : 0;
}

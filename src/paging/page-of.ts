/**
 * The part of a list that is shown, and the cursor to what comes after it. Read for one more than is shown: only that
 * one tells a last page that is full from one that goes on.
 */
export function pageOf<T>(
  found: T[],
  limit: number,
  cursorAt: (last: T) => string,
): { data: T[]; next_cursor: string | null } {
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1) : undefined;
  return { data, next_cursor: last === undefined ? null : cursorAt(last) };
}

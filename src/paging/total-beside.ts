interface Page {
  /** How many records were read, one more than is shown where there are more. */
  found: number;
  limit: number;
  skip?: number;
  /** Whether it is read on from a page before it. */
  continued: boolean;
}

/**
 * The total that stands beside a page. It was counted at another moment than the page was read: where the page shows
 * where the list ends, that decides; nowhere does it say less than is shown.
 */
export function totalBeside(counted: number, { found, limit, skip = 0, continued }: Page): number {
  if (continued) return Math.max(counted, Math.min(found, limit));
  const known = skip + found;
  if (found > limit) return Math.max(counted, known);
  return found === 0 ? Math.min(counted, skip) : known;
}

import type { ConversationView } from '../api/index.js';

export type WindowUrgency = 'quiet' | 'soon' | 'urgent' | 'closed';

const hourMs = 3_600_000;

/** How pressing Meta's 24-hour window is; nothing is said of one that is unknown or far from its end. */
export function windowOf(
  { window_closes_at: closesAt }: Pick<ConversationView, 'window_closes_at'>,
  nowMs: number,
): { urgency: WindowUrgency; leftMs: number } | undefined {
  if (closesAt === null) return undefined;
  const leftMs = Date.parse(closesAt) - nowMs;
  if (leftMs <= 0) return { urgency: 'closed', leftMs: 0 };
  if (leftMs < hourMs / 4) return { urgency: 'urgent', leftMs };
  return { urgency: leftMs < 2 * hourMs ? 'soon' : 'quiet', leftMs };
}

/** Rows are quiet about a window that has hours left. */
export const isWorthSaying = (leftMs: number): boolean => leftMs < 6 * hourMs;

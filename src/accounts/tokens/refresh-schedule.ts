import { createHash } from 'node:crypto';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Meta refuses to refresh a token younger than this. */
export const minTokenAgeMs = dayMs;

/** Between 0 and 1, the same for an account on every process and every day: accounts spread over the day and stay there. */
function share(accountId: string): number {
  return createHash('sha256').update(accountId).digest().readUInt32BE(0) / 2 ** 32;
}

/** A token obtained now is due once it is old enough: 24 h, a margin for clocks, and the account's share of four hours. */
export function refreshDueAt(accountId: string, obtainedAtMs: number): Date {
  return new Date(obtainedAtMs + minTokenAgeMs + 5 * 60_000 + Math.floor(share(accountId) * 4 * hourMs));
}

/**
 * A token that somebody pasted has an age and an end that only a refresh tells: it is asked for at once. Of a token whose
 * end is known it can wait.
 */
export function firstRefreshAt(accountId: string, connectedAtMs: number, expiresInS: number | undefined): Date {
  return expiresInS === undefined ? new Date(connectedAtMs) : refreshDueAt(accountId, connectedAtMs);
}

/** When to try again after so many failures in a row: minutes at first, never more than six hours. */
export function retryRefreshAt(failures: number, nowMs: number): Date {
  const capMs = Math.min(6 * hourMs, 5 * 60_000 * 2 ** Math.min(failures, 10));
  return new Date(nowMs + capMs / 2 + Math.floor((Math.random() * capMs) / 2));
}

/** From here on a token that could not be refreshed is worth an alert. */
export const alertBeforeExpiryMs = 14 * dayMs;

/** So long may a token whose end nobody told fail to refresh: it may be old already, and Meta gives it 60 days. */
export const alertAfterFailingMs = 7 * dayMs;

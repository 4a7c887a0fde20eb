import type { GraphMessage } from '#libs/graph-api';
import type { AccountSummary } from '../../accounts/index.js';
import { hasContent, isOurs } from './synced-event.js';

/** A message of Meta's list; `knownAt` (ms) when it is stored here. */
export interface Listed {
  message: GraphMessage;
  knownAt?: number;
}

/** A message that is missing here. */
export interface Missing {
  message: GraphMessage;
  /** ms */
  at: number;
  unread: boolean;
}

const secondMs = 1_000;

/**
 * What to store of a conversation, oldest first. Meta gives times in whole seconds, but its list is in order: where a
 * second holds several messages, a missing one gets a time right behind the one before it.
 *
 * Unread is what the customer wrote after the last message known here and after our last answer; what is older was
 * seen by whoever dealt with those. Of the time before `sinceMs` nothing is unread.
 * @param listed as Meta lists it, newest first
 */
export function missingIn(listed: Listed[], account: AccountSummary, sinceMs: number): Missing[] {
  const lastDealtWith = listed.findIndex(({ message, knownAt }) => knownAt !== undefined || isOurs(message, account));
  const newer = lastDealtWith < 0 ? listed.length : lastDealtWith;
  const missing: Missing[] = [];
  let previous = 0;
  for (const [index, { message, knownAt }] of [...listed.entries()].reverse()) {
    const told = message.createdAt ?? 0;
    const sameSecond = told <= previous && told > previous - secondMs;
    const at = knownAt ?? (sameSecond ? previous + 1 : told);
    previous = Math.max(previous, at);
    if (knownAt === undefined && hasContent(message))
      missing.push({ message, at, unread: index < newer && told >= sinceMs });
  }
  return missing;
}

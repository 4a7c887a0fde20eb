import type { ConversationView, MessageView } from '../api/index.js';

/** Newest first; two of the same moment by id, so that pages fit together. */
export function byLatest(a: ConversationView, b: ConversationView): number {
  return compare(b.last_message_at ?? '', a.last_message_at ?? '') || compare(b.id, a.id);
}

/** Whose window ends first. */
export function byClosing(a: ConversationView, b: ConversationView): number {
  return compare(a.window_closes_at ?? '', b.window_closes_at ?? '') || compare(a.id, b.id);
}

/** What comes back first. */
export function byReturn(a: ConversationView, b: ConversationView): number {
  return compare(a.snoozed_until ?? '', b.snoozed_until ?? '') || compare(a.id, b.id);
}

/** Oldest first, by when it was written, never by when it arrived. */
export function byTime(a: MessageView, b: MessageView): number {
  return compare(a.sent_at, b.sent_at) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** @returns the messages with one more, in its place; an older state of a known one is replaced */
export function withMessage(messages: readonly MessageView[], message: MessageView): MessageView[] {
  const others = messages.filter(({ id }) => id !== message.id);
  let at = others.length;
  while (at > 0 && byTime(others[at - 1] as MessageView, message) > 0) at--;
  return others.toSpliced(at, 0, message);
}

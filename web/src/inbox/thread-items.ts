import type { MessageView } from '../api/index.js';
import { Outbox, type OutboxEntry } from './outbox.js';

export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'message'; key: string; message: MessageView; first: boolean }
  | { kind: 'own'; key: string; entry: OutboxEntry };

const groupMs = 5 * 60_000;

/**
 * What a thread shows, in order: days, messages, and what was written here and has no copy of the server's yet.
 * `first`: begins a group of messages of the same author within a few minutes.
 */
export function threadItems(messages: readonly MessageView[], entries: readonly OutboxEntry[]): ThreadItem[] {
  const items: ThreadItem[] = [];
  const copied = new Set<string>();
  let before: MessageView | undefined;
  for (const message of messages) {
    const day = dayOf(message.sent_at);
    const isNewDay = !before || dayOf(before.sent_at) !== day;
    if (isNewDay) items.push({ kind: 'day', key: `day ${day}`, at: message.sent_at });
    const first = isNewDay || !before || !isSameGroup(before, message);
    items.push({ kind: 'message', key: message.id, message, first });
    const entry = Outbox.matching(entries, message);
    if (entry) copied.add(entry.key);
    before = message;
  }
  for (const entry of entries) if (!copied.has(entry.key)) items.push({ kind: 'own', key: entry.key, entry });
  return items;
}

const dayOf = (iso: string): string => new Date(iso).toDateString();

function isSameGroup(a: MessageView, b: MessageView): boolean {
  return (
    a.direction === b.direction &&
    a.source === b.source &&
    a.sent_by === b.sent_by &&
    Date.parse(b.sent_at) - Date.parse(a.sent_at) < groupMs
  );
}

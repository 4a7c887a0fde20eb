import type { ConversationView } from '../api/index.js';
import { byClosing, byLatest, byReturn } from './order.js';

export const viewNames = ['open', 'unread', 'waiting', 'mine', 'closing', 'snoozed', 'done', 'all'] as const;
export type ViewName = (typeof viewNames)[number];

export const isView = (name: string | undefined): name is ViewName => viewNames.some((view) => view === name);

const closingWithinMs = 6 * 3_600_000;

type Standing = Pick<
  ConversationView,
  'archived' | 'assignee' | 'snoozed_until' | 'unread_count' | 'waiting_since' | 'window_closes_at'
>;

export function isSnoozed({ snoozed_until: until }: Pick<Standing, 'snoozed_until'>, nowMs: number): boolean {
  return until !== null && Date.parse(until) > nowMs;
}

/** Whether a conversation stands in a list now, as the server decides it. */
export function belongsTo(view: ViewName, conversation: Standing, actorId: string, nowMs: number): boolean {
  const { archived, assignee, unread_count: unread, waiting_since: waits, window_closes_at: closes } = conversation;
  if (view === 'all') return true;
  if (view === 'done') return archived;
  if (archived || isSnoozed(conversation, nowMs) !== (view === 'snoozed')) return false;
  switch (view) {
    case 'unread':
      return unread > 0;
    case 'waiting':
      return waits !== null;
    case 'mine':
      return assignee === actorId;
    case 'closing': {
      const leftMs = closes === null ? Infinity : Date.parse(closes) - nowMs;
      return waits !== null && leftMs > 0 && leftMs <= closingWithinMs;
    }
    default:
      return true;
  }
}

/** A list's own order. */
export function orderOf(view: ViewName): (a: ConversationView, b: ConversationView) => number {
  if (view === 'closing') return byClosing;
  return view === 'snoozed' ? byReturn : byLatest;
}

import {
  assignedIndex,
  labelledIndex,
  pausedIndex,
  placeOf,
  snoozedIndex,
  waitingIndex,
} from '../../conversations/index.js';
import type { ListPlace, PauseReason } from '../../conversations/index.js';

/** The lists that people work by. */
export const conversationViews = ['open', 'unread', 'waiting', 'mine', 'closing', 'snoozed', 'done', 'all'] as const;
export type ConversationViewName = (typeof conversationViews)[number];

/** What of it is closing: the window of whoever waits ends within it. */
export const closingWithinMs = 6 * 3_600_000;

/** Conversations to list: of an account, of a tenant, or all; each way has its index. */
export type Within = { platform_account_id: string } | { user_id: string } | Record<never, never>;

export interface ConversationFilter {
  within: Within;
  /** One of the work lists; it decides by itself about `archived`, `unread` and the order. */
  view?: ConversationViewName;
  /** Who sees to them: a person's id, or `null` for nobody. */
  assignee?: string | null;
  /** With this label. */
  label?: string;
  /** Against the view's own order. */
  oldestFirst?: boolean;
  archived: boolean;
  /** Those with blocked people, or without. */
  blocked: boolean;
  unread?: boolean;
  /** Whether the agent is silent there for now, and why. */
  paused?: { now: boolean; reason?: PauseReason };
  /** Whose they are, where one tenant's are asked for. */
  owner?: string;
  /** Of these alone. */
  ids?: string[];
  /** As `searchTermsOf` makes them; each must begin a word of a name or of the last message. */
  terms?: string[];
}

export type Query = Record<string, unknown>;
export type SortedBy = 'last_message_at' | 'last_inbound_at' | 'snoozed_until';

/** How a list is read. */
export interface ListPlan {
  where: Query;
  /** Whether the index begins with the tenant, whatever is asked for. */
  byTenant: boolean;
  sortedBy: SortedBy;
  oldestFirst: boolean;
  hint: Record<string, 1 | -1>;
}

/** A conversation in which nothing was said yet is nothing to list. */
export const everSpoken = { $gt: new Date(0) };

/** @param windowMs how long after a customer's message the channel lets a business write */
export function planOf(filter: ConversationFilter, now: Date, windowMs: number): ListPlan {
  const plan = planOfView(filter, now, windowMs);
  const { label } = filter;
  const where = { ...plan.where, ...assignedTo(filter), ...(label === undefined ? {} : { labels: label }) };
  const hint = hintOf(filter, plan);
  const byTenant = hint === waitingIndex || hint === snoozedIndex || hint === labelledIndex;
  return { ...plan, where, hint, byTenant, oldestFirst: filter.oldestFirst ?? plan.oldestFirst };
}

type OwnPlan = Omit<ListPlan, 'byTenant'>;

function planOfView(filter: ConversationFilter, now: Date, windowMs: number): OwnPlan {
  const awake = { snoozed_until: { $not: { $gt: now } } };
  switch (filter.view) {
    case undefined:
      return listed(filter, { archived: filter.archived, unread: { $in: placesOf(filter) } });
    case 'open':
      return listed(filter, { archived: false, unread: { $in: [false, true] }, ...awake });
    case 'unread':
      return listed(filter, { archived: false, unread: { $in: [true] }, ...awake });
    case 'done':
      return listed(filter, { archived: true, unread: { $in: [false, true] } });
    case 'all':
      return listed(filter, { archived: { $in: [false, true] }, unread: { $in: [false, true] } });
    case 'mine':
      return listed(filter, { archived: false, blocked: { $ne: true }, ...awake });
    case 'waiting':
      return waiting({ last_inbound_at: everSpoken, ...awake });
    case 'closing': {
      const [from, to] = [now.getTime() - windowMs, now.getTime() - windowMs + closingWithinMs];
      const last_inbound_at = { $gt: new Date(from), $lte: new Date(to) };
      return { ...waiting({ last_inbound_at, ...awake }), oldestFirst: true };
    }
    case 'snoozed': {
      const where = { archived: false, blocked: { $ne: true }, snoozed_until: { $gt: now } };
      return { where, sortedBy: 'snoozed_until', oldestFirst: true, hint: snoozedIndex };
    }
  }
}

function listed({ within }: ConversationFilter, where: Query): OwnPlan {
  const prefix = Object.keys(within).map((name) => [name, 1] as const);
  const hint = { ...Object.fromEntries(prefix), archived: 1, unread: 1, last_message_at: -1, _id: -1 } as const;
  return { where: { last_message_at: everSpoken, ...where }, sortedBy: 'last_message_at', oldestFirst: false, hint };
}

function waiting(where: Query): OwnPlan {
  const always = { waiting_since: { $gt: new Date(0) }, archived: false, blocked: { $ne: true } };
  return { where: { ...always, ...where }, sortedBy: 'last_inbound_at', oldestFirst: false, hint: waitingIndex };
}

function assignedTo({ assignee }: ConversationFilter): Query {
  return assignee === undefined ? {} : { assignee_id: assignee };
}

function hintOf({ terms, ids, paused, assignee, label }: ConversationFilter, plan: OwnPlan): ListPlan['hint'] {
  if (terms) return { user_id: 1, search_terms: 1 };
  if (ids) return { _id: 1 };
  if (paused?.now) return pausedIndex;
  if (plan.sortedBy !== 'last_message_at') return plan.hint;
  if (typeof assignee === 'string') return assignedIndex;
  return label === undefined ? plan.hint : labelledIndex;
}

/** Where in the lists' indexes stands what is asked for. */
export function placesOf({ unread, blocked }: Pick<ConversationFilter, 'unread' | 'blocked'>): ListPlace[] {
  return (unread === undefined ? [false, true] : [unread]).map((state) => placeOf(state, blocked));
}

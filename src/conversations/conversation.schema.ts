import { createHash } from 'node:crypto';
import { Schema, type Types } from 'mongoose';
import type { Channel } from '../channels/index.js';
import type { AgentPauses, PauseReason } from './agent-pauses.js';

/** The model's name. */
export const CONVERSATION = 'Conversation';

/** DMs of a conversation that lists show, by direction and read state; kept in the transaction that changes a DM. */
export interface ConversationCounts {
  inbound_unread: number;
  inbound_read: number;
  outbound_unread: number;
  outbound_read: number;
}

/** Who wrote a message, as lists tell it apart; `app` is whoever wrote past us, in Instagram's own app for instance. */
export const messageWriters = ['customer', 'agent', 'person', 'app'] as const;
export type MessageWriter = (typeof messageWriters)[number];

/** That a person has to go on, and what they should know. */
export interface HandedOver {
  at: Date;
  /** Why: what the agent said of it (`customer_request`, `missing_knowledge`…), or what kept it from answering. */
  reason: string;
  /** What the customer wants. */
  summary?: string;
  /** What was not known, in a few words. */
  missing?: string;
}

/**
 * One conversation of an account with one person. It is also where processes meet: the lease, its epoch and the send
 * sequence are changed by conditional updates only.
 */
export interface ConversationRecord {
  _id: Types.ObjectId;
  platform: Channel;
  /** `accounts._id` as hex. */
  platform_account_id: string;
  /** The tenant who owns the account. */
  user_id: string;
  /** Meta's id of the thread, known once it was looked up through the Graph API. */
  external_id?: string;
  /** The other party's id at the channel. */
  participant_id: string;
  participant_name?: string;
  participant_username?: string;
  participant_avatar?: string;
  profile_fetched_at?: Date;
  last_message?: string;
  last_message_at?: Date;
  last_message_direction?: 'inbound' | 'outbound';
  /** Absent on what an older version wrote. */
  last_message_source?: MessageWriter;
  /** `text`, an attachment's type, `unsent` or the kind: what lists say of it in the reader's language. */
  last_message_type?: string;
  /** The customer's last action (message, postback, story reply, reaction): opens Meta's 24-hour window. */
  last_inbound_at?: Date;
  /** The participant has read what we wrote up to this time (ms), as they told at `read_at`. */
  read_up_to?: number;
  read_up_to_at?: Date;
  /** Equal to `counts.inbound_unread`; its own field because the contract names it. */
  unread_count: number;
  /** Which list shows it, see {@link placeOf}; derived on saving, so that lists find it in an index. */
  unread?: ListPlace;
  /** The tenant has blocked the participant: kept beside the blocklist, which lists then need not ask. */
  blocked?: boolean;
  counts: ConversationCounts;
  archived: boolean;
  /** When a person put it away as done; it holds while `archived` does. */
  done_at?: Date;
  /** The oldest message of the customer that nobody has answered; absent where there is none. */
  waiting_since?: Date;
  /** When we last wrote: what arrives late, but was said before, waits for nobody. */
  last_answer_at?: Date;
  /** When the customer last said something that may be answered. */
  last_asked_at?: Date;
  /** The person who sees to it: id of one of the tenant's staff. */
  assignee_id?: string;
  /** Ids of the tenant's labels. */
  labels?: string[];
  /** Out of the work lists until then, or until the customer writes. */
  snoozed_until?: Date;
  /** Words of the participant's names and the last message, as `searchTermsOf` has them; derived on saving. */
  search_terms?: string[];
  /** Why the agent is silent, each reason for itself; changed by `setPause` and `endPause` alone. */
  agent_pauses?: AgentPauses;
  /** Derived from them: of the pause that ends last. While in the future the agent stays silent; a far date by hand. */
  agent_paused_until?: Date;
  agent_paused_reason?: PauseReason;
  /** The agent left it to a person, until it is handed back or the agent has answered again. */
  handed_over?: HandedOver;
  /** The echo that caused it; when that turns out to be our own send, the pause is undone. */
  agent_paused_by_mid?: string;
  /** Meta's time (ms) of the latest echo of what others than we wrote: what arrives late is looked at beside it. */
  foreign_echo_at?: number;
  /** The participant was erased at this time, before the conversation began anew: what is older stays away. */
  erased_until?: Date;
  /** Meta's hand-over protocol: who got the thread last. */
  handover?: { type: string; at: number; new_owner_app_id?: string; previous_owner_app_id?: string; metadata?: string };
  /** What the person said last about marketing, and how: by a word to us, or in the channel's app. */
  marketing?: { opted_out: boolean; at: Date; by: 'message' | 'channel' };
  /** Where the ad, link or product was that brought the customer here, latest first seen. */
  referral?: Record<string, unknown>;
  /** Who works on this conversation's answers. A write by an older epoch is refused. */
  answer_epoch: number;
  answer_leased_until?: Date;
  /** The same for its sends. */
  send_epoch: number;
  send_leased_until?: Date;
  /** Last number given to an outbound DM: sends go out in this order. */
  send_seq: number;
  /**
   * Counted up by every write but those of claims and derived fields, and by every transaction that changes which messages
   * there are or what they say: where it stands still, nobody has written in between.
   */
  revision?: number;
  created_at: Date;
  updated_at: Date;
}

/**
 * Where the lists' indexes have a conversation. With and without unread messages are two runs of one list; those of
 * blocked people stand apart from both, so that leaving them out costs nothing.
 */
export type ListPlace = boolean | 'blocked_unread' | 'blocked_read';

export function placeOf(unread: boolean, blocked = false): ListPlace {
  return blocked ? (unread ? 'blocked_unread' : 'blocked_read') : unread;
}

/** The id of a conversation follows from its parties, so that storing a DM never has to look it up first. */
export function conversationIdOf(platformAccountId: string, participantId: string): string {
  return createHash('sha256').update(`${platformAccountId}\n${participantId}`).digest('hex').slice(0, 24);
}

/** A conversation in which nothing was said yet. */
export function emptyConversation(
  account: { _id: string; channel: Channel; user_id: string },
  participantId: string,
  now: Date,
  { blocked = false } = {},
): Omit<ConversationRecord, '_id'> & { _id: string } {
  return {
    _id: conversationIdOf(account._id, participantId),
    platform: account.channel,
    platform_account_id: account._id,
    user_id: account.user_id,
    participant_id: participantId,
    unread_count: 0,
    counts: { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 0 },
    archived: false,
    ...(blocked ? { blocked } : {}),
    answer_epoch: 0,
    send_epoch: 0,
    send_seq: 0,
    created_at: now,
    updated_at: now,
  };
}

export const ConversationSchema = new Schema<ConversationRecord>(
  {
    platform: { type: String, required: true },
    platform_account_id: { type: String, required: true },
    user_id: { type: String, required: true },
    external_id: String,
    participant_id: { type: String, required: true },
    participant_name: String,
    participant_username: String,
    participant_avatar: String,
    profile_fetched_at: Date,
    last_message: String,
    last_message_at: Date,
    last_message_direction: String,
    last_message_source: String,
    last_message_type: String,
    last_inbound_at: Date,
    read_up_to: Number,
    read_up_to_at: Date,
    unread_count: { type: Number, required: true, default: 0 },
    unread: Schema.Types.Mixed,
    blocked: Boolean,
    counts: {
      _id: false,
      inbound_unread: { type: Number, default: 0 },
      inbound_read: { type: Number, default: 0 },
      outbound_unread: { type: Number, default: 0 },
      outbound_read: { type: Number, default: 0 },
    },
    archived: { type: Boolean, required: true, default: false },
    done_at: Date,
    waiting_since: Date,
    last_answer_at: Date,
    last_asked_at: Date,
    assignee_id: String,
    labels: { type: [String], default: undefined } as never,
    snoozed_until: Date,
    search_terms: { type: [String], default: undefined } as never,
    agent_pauses: Schema.Types.Mixed,
    agent_paused_until: Date,
    agent_paused_reason: String,
    agent_paused_by_mid: String,
    handed_over: Schema.Types.Mixed,
    foreign_echo_at: Number,
    erased_until: Date,
    handover: Schema.Types.Mixed,
    referral: Schema.Types.Mixed,
    marketing: Schema.Types.Mixed,
    answer_epoch: { type: Number, required: true, default: 0 },
    answer_leased_until: Date,
    send_epoch: { type: Number, required: true, default: 0 },
    send_leased_until: Date,
    send_seq: { type: Number, required: true, default: 0 },
    revision: Number,
  },
  { collection: 'inbox_conversations', timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' } },
);

// One conversation per account and person, whatever happens at once: `conversationIdOf` makes its id of them. Each index
// here is paid for by every message that is stored, also where its key stays as it was (docs/performance-notes.md).

// GET /inbox/conversations of a tenant, newest first. Without `unread` MongoDB merges the two runs, still sorted; those
// of blocked people are two runs of their own.
const newestFirst = { archived: 1, unread: 1, last_message_at: -1, _id: -1 } as const;
ConversationSchema.index({ user_id: 1, ...newestFirst });
// The same for one account.
ConversationSchema.index({ platform_account_id: 1, ...newestFirst });
// The same for an admin.
ConversationSchema.index(newestFirst);
// The same with `q`.
ConversationSchema.index({ user_id: 1, search_terms: 1 });
// The same where the agent is silent (`agent_paused=true`): few, and sorted when found.
export const pausedIndex = { user_id: 1, agent_paused_until: 1 } as const;
ConversationSchema.index(pausedIndex, {
  name: 'agent_paused',
  partialFilterExpression: { agent_paused_until: { $gt: new Date(0) } },
});
// The same of a view: partial, so that a message is charged for those alone that its conversation stands in.
const anyTime = { $gt: new Date(0) };
/** Whom nobody has answered, by their last message: view=waiting, and closing, whose window ends in that order, too. */
export const waitingIndex = { user_id: 1, last_inbound_at: -1, _id: -1 } as const;
ConversationSchema.index(waitingIndex, {
  name: 'waiting',
  partialFilterExpression: { waiting_since: anyTime, archived: false },
});
/** Those of a person: view=mine, assignee=…; and what nobody sees to any more once they have left. */
export const assignedIndex = { assignee_id: 1, archived: 1, last_message_at: -1, _id: -1 } as const;
ConversationSchema.index(assignedIndex, {
  name: 'assigned',
  partialFilterExpression: { assignee_id: { $gt: '' } },
});
/** label=…; and what a label is on that is removed. */
export const labelledIndex = { user_id: 1, labels: 1, archived: 1, last_message_at: -1, _id: -1 } as const;
ConversationSchema.index(labelledIndex, { name: 'labelled', partialFilterExpression: { labels: { $gt: '' } } });
/** view=snoozed, what wakes first before the others. */
export const snoozedIndex = { user_id: 1, snoozed_until: 1, _id: 1 } as const;
ConversationSchema.index(snoozedIndex, {
  name: 'snoozed',
  partialFilterExpression: { snoozed_until: anyTime },
});
// Those whose time has come.
ConversationSchema.index(
  { snoozed_until: 1 },
  { name: 'snooze_ends', partialFilterExpression: { snoozed_until: anyTime } },
);
/** What changed a moment ago, and whose it is: for totals that are kept, and for profiles that grow old. */
export const latestChange = { updated_at: -1, user_id: 1, platform_account_id: 1 } as const;
ConversationSchema.index(latestChange);
// A person's conversations, with whomever: DMs by sender_id or recipient_id, the blocklist, erasing a person.
ConversationSchema.index({ participant_id: 1 });
// Exporting and erasing an account: each of its conversations once. Neither field ever changes.
ConversationSchema.index({ platform_account_id: 1, _id: 1 });
// The sweep for participants whose profile was not looked up; a missing field is indexed as null.
ConversationSchema.index({ profile_fetched_at: 1, created_at: 1 });

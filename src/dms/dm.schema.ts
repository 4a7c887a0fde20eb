import { Schema, type Types } from 'mongoose';
import type { Channel } from '../channels/index.js';
import type { AttachmentType } from '../kinds/index.js';
import type { DmView } from './api/dm-view.dto.js';
import type { OutboundBody } from './outbound-body.js';
import { indexDms } from './dm-indexes.js';
import type { HeldReason, SendStatus } from './send-status.js';

export type { OutboundBody } from './outbound-body.js';
export type { HeldReason, SendStatus } from './send-status.js';

export type Direction = 'inbound' | 'outbound';
export type DmSource = 'webhook' | 'api' | 'agent' | 'sync';

/** Of an inbound DM: whether the agent still owes it a look. */
export type AgentState = 'pending' | 'answered' | 'skipped';

export interface DmAttachment {
  /** Meta's type; `unsupported` keeps what nobody knows yet, with Meta's word in `original_type`. */
  type: AttachmentType;
  original_type?: string;
  url?: string;
  title?: string;
  media_id?: string;
  story_id?: string;
  /** Meta forbids storing the media of story mentions: the link alone. */
  link_only?: boolean;
  /** Where our own copy lies, when the account keeps copies. */
  stored_key?: string;
  stored_bytes?: number;
  content_type?: string;
  /** Why there is no copy of it and will be none. */
  not_kept?: string;
}

export interface DmReaction {
  sender_id: string;
  reaction?: string;
  emoji?: string;
  /** ms; the latest action of a person wins. */
  timestamp: number;
  /** Taken back; kept so that a late `react` can't revive it, never shown. */
  removed?: true;
}

export interface DmError {
  kind: string;
  message: string;
  code?: number;
  subcode?: number;
  fbtrace_id?: string;
}

/** A sent DM as its sender was first shown it. Content: it goes where the DM's goes. */
export interface KeptSendResponseSnapshot {
  view: DmView;
  result: unknown;
}

export const dmKinds = ['message', 'postback', 'referral', 'optin', 'comment', 'mention', 'handover'] as const;

export interface DmRecord {
  _id: Types.ObjectId;
  platform_account_id: string;
  /** Of which channel it is; absent on what was written when there was one. */
  platform?: Channel;
  /** The account's id at its channel. */
  ig_id: string;
  user_id: string;
  conversation_id: string;
  sender_id: string;
  sender_name?: string;
  recipient_id: string;
  recipient_name?: string;
  /** Meta's mid; a derived key for postbacks without one; absent until an outbound DM was accepted. */
  message_id?: string;
  kind: (typeof dmKinds)[number];
  text?: string;
  attachments: DmAttachment[];
  /** ms since epoch. */
  timestamp: number;
  is_echo: boolean;
  direction: Direction;
  read: boolean;
  read_at?: Date;
  manual_dm: boolean;
  source: DmSource;
  reply_to?: { mid?: string; story?: { id?: string; url?: string } };
  quick_reply?: { payload: string };
  postback?: { title?: string; payload?: string };
  referral?: Record<string, unknown>;
  comment?: { id: string; media_id?: string; parent_id?: string };
  reactions: DmReaction[];
  edits: { text?: string; num_edit: number; at: number }[];
  /** Known only by what was said about it (an unsend, an edit, a reaction came first): lists leave it out. */
  placeholder?: boolean;
  is_unsupported?: boolean;
  is_self?: boolean;
  /** Sent by Instagram itself, a greeting or an instant reply: no person, and no reason for the agent to step back. */
  is_automatic?: true;
  /** How that was told: it came faster than a person can answer, or its words are in the account's settings. */
  automatic_by?: 'speed' | 'setting';
  standby?: boolean;
  /** Soft-deleted by a dashboard: lists leave it out. */
  is_deleted: boolean;
  /** Taken back by its author: the record stays, the content goes. */
  unsent: boolean;
  /** The event as Meta sent it, or the message as the Graph API told it. */
  raw?: unknown;
  /** Its media is to be copied and is not yet; the time at which the sweep sees to it. */
  media_to_keep?: Date;
  /** Stored copies whose message was taken back and that are still to be removed. */
  media_to_drop?: string[];
  /** Every raw delivery that may hold words of it, so that an unsend reaches their copies too. */
  delivery_ids: Types.ObjectId[];
  /** The latest raw deliveries that tell of it without repeating its words: reactions, read receipts. */
  other_delivery_ids?: Types.ObjectId[];
  agent_state?: AgentState;
  agent_reason?: string;
  /** While `pending`: the agent's sweep leaves it alone until then. Absent on a new one. */
  agent_next_at?: Date;

  status?: SendStatus;
  /** Set while `status` is `queued`, `sending` or `unconfirmed`, so that one small index finds all open sends. */
  outbound_open?: true;
  error?: DmError;
  outbound?: OutboundBody;
  /** Position among the conversation's outbound DMs. */
  send_seq?: number;
  /** Of an answer's last message: how many more there would have been, had it not been cut. */
  truncated_parts?: number;
  /** Of what a person of the tenant's staff wrote: who. */
  sent_by?: string;
  /** Unique intent (`agent:<reply id>:<part>`, `api:<idempotency key>:<part>`): the same intent can't be queued twice. */
  send_key?: string;
  /** What a request to send asked for, hashed: its Idempotency-Key with another body is refused, its repeat is known. */
  send_fingerprint?: string;
  /** What the Idempotency-Key's request was answered once it was sent: the same key gives the same answer. */
  send_answer?: KeptSendResponseSnapshot;
  /** Calls started; every outcome is written under the number it belongs to. */
  attempts?: number;
  /** Calls that Meta answered with "not now", by kind: each kind has its own patience. */
  retries?: { temporary?: number; unavailable?: number };
  /**
   * When the sweep looks at it: the next try of a `queued` DM, the time by which a `sending` one must have ended, the
   * next look for an `unconfirmed` one. Absent where only a person can decide.
   */
  next_attempt_at?: Date;
  held_reason?: HeldReason;
  /** Start of the latest call. */
  sending_at?: Date;
  first_sending_at?: Date;
  sent_at?: Date;
  /** What the channel told of it since, each as it happened first. `read_at` is one of them. */
  delivered_at?: Date;
  played_at?: Date;
  /** The channel told later that it was not delivered after all, and why. A delivery outweighs it. */
  refused_at?: Date;
  refusal?: DmError;
  /** What it cost, in the channel's words. */
  pricing?: Record<string, unknown>;
  graph_result?: unknown;

  created_at: Date;
  updated_at: Date;
}

const { Mixed } = Schema.Types;

export const DmSchema = new Schema<DmRecord>(
  {
    platform_account_id: { type: String, required: true },
    platform: String,
    ig_id: { type: String, required: true },
    user_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    sender_id: { type: String, required: true },
    sender_name: String,
    recipient_id: { type: String, required: true },
    recipient_name: String,
    message_id: String,
    kind: { type: String, required: true, default: 'message' },
    text: String,
    attachments: { type: [Mixed], default: [] } as never,
    timestamp: { type: Number, required: true },
    is_echo: { type: Boolean, required: true, default: false },
    direction: { type: String, required: true, enum: ['inbound', 'outbound'] },
    read: { type: Boolean, required: true, default: false },
    read_at: Date,
    manual_dm: { type: Boolean, required: true, default: false },
    source: { type: String, required: true, enum: ['webhook', 'api', 'agent', 'sync'] },
    reply_to: Mixed,
    quick_reply: Mixed,
    postback: Mixed,
    referral: Mixed,
    comment: Mixed,
    reactions: { type: [Mixed], default: [] } as never,
    edits: { type: [Mixed], default: [] } as never,
    placeholder: Boolean,
    is_unsupported: Boolean,
    is_self: Boolean,
    is_automatic: Boolean,
    automatic_by: String,
    standby: Boolean,
    is_deleted: { type: Boolean, required: true, default: false },
    unsent: { type: Boolean, required: true, default: false },
    raw: Mixed,
    media_to_keep: Date,
    media_to_drop: { type: [String], default: undefined } as never,
    delivery_ids: { type: [Schema.Types.ObjectId], default: [] } as never,
    other_delivery_ids: { type: [Schema.Types.ObjectId], default: undefined } as never,
    agent_state: String,
    agent_reason: String,
    agent_next_at: Date,
    status: { type: String, enum: ['queued', 'sending', 'sent', 'failed', 'unconfirmed'] },
    outbound_open: Boolean,
    error: Mixed,
    outbound: Mixed,
    send_seq: Number,
    truncated_parts: Number,
    sent_by: String,
    send_key: String,
    send_fingerprint: String,
    send_answer: Mixed,
    attempts: Number,
    retries: Mixed,
    next_attempt_at: Date,
    held_reason: String,
    sending_at: Date,
    first_sending_at: Date,
    sent_at: Date,
    delivered_at: Date,
    played_at: Date,
    refused_at: Date,
    refusal: Mixed,
    pricing: Mixed,
    graph_result: Mixed,
  },
  { collection: 'instagram_dms', timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' }, minimize: false },
);

indexDms(DmSchema);

import { Schema, type Types } from 'mongoose';
import type { Channel, InstagramData } from '../channels/index.js';

/** Which Graph host an account speaks to and what kind of token it holds. */
/** One of the logins of the account's channel. */
export type AccountLogin = string;

/**
 * `active` works. `needs_reauth`: Meta refuses the token, so nothing is sent until the owner connects again; receiving
 * goes on. `disabled`: switched off by its owner, deleted, or taken from the app on Meta's side.
 */
export type AccountStatus = 'active' | 'needs_reauth' | 'disabled';

/** What Meta says about our webhook subscription, as last read back. */
export interface SubscriptionHealth {
  state: 'unknown' | 'subscribed' | 'partial' | 'missing' | 'failed';
  fields: string[];
  /** Fields Meta would not take; the others were subscribed without them. */
  refused_fields: string[];
  checked_at?: Date;
  error?: string;
}

export interface RefreshHealth {
  /** When the token may be refreshed next; spread over the day so that a fleet of accounts doesn't ask at once. */
  due_at?: Date;
  claimed_until?: Date;
  failures: number;
  failing_since?: Date;
  last_error?: string;
  refreshed_at?: Date;
}

export interface AccountError {
  at: Date;
  /** What was being done: `send`, `refresh`, `subscribe`, `profile`, … */
  during: string;
  message: string;
  code?: number;
  subcode?: number;
  fbtrace_id?: string;
}

export interface AccountUsage {
  at: Date;
  /** Highest of Meta's percentages. */
  percent: number;
  regain_access_at?: Date;
}

/** How far the import of past conversations has come. */
export interface BackfillProgress {
  state: 'queued' | 'running' | 'done' | 'failed';
  conversations_done: number;
  conversations_total?: number;
  messages_stored: number;
  cursor?: string;
  /** Only conversations that changed since then: what came before is complete. */
  since?: Date;
  /** Tries that Meta refused since it got on to another page. */
  failures?: number;
  /** The conversation that was refused last, and how often. */
  failing?: { conversation_id: string; failures: number };
  /** Conversations that Meta did not show, whatever was tried; the first of them. */
  skipped?: { conversation_id: string; error: string }[];
  conversations_skipped?: number;
  saved_at?: Date;
  started_at?: Date;
  finished_at?: Date;
  error?: string;
}

export interface AccountRecord {
  _id: Types.ObjectId;
  /** The tenant who owns it: `sub` of their JWT. */
  user_id: string;
  /** The contract's word for the channel. */
  platform: string;
  channel: Channel;
  /** The account's id at its channel: what deliveries carry. */
  external_id: string;
  /** What people know it by: its name on Instagram, a Page's name, a phone number. */
  username: string;
  login: AccountLogin;
  /** Envelopes of #libs/token-cipher, bound to this row and field; absent once wiped. */
  access_token?: string;
  refresh_token?: string;
  /** Counts the tokens this record has had: what was learnt about an old one says nothing of a newer one. */
  token_version: number;
  token_obtained_at?: Date;
  token_expires_at?: Date;
  /** Seconds, as Meta said it last. */
  expires_in?: number;
  scopes: string[];
  status: AccountStatus;
  status_reason?: string;
  status_changed_at: Date;
  /** Given back by its owner or by Meta: the account may be connected by anyone, this record keeps history. */
  released: boolean;
  /** Of Instagram alone. */
  instagram_data?: InstagramData;
  /** What another channel knows of the account, as its adapter describes it. */
  channel_data?: Record<string, unknown>;
  /** The Facebook Page for login `facebook`, the app-scoped user for login `instagram`. */
  meta: { id: string; name?: string; username?: string };
  /** Facebook's app-scoped id of the person who connected: Meta's privacy callbacks name them by it. */
  app_user_id?: string;
  /** The dashboard's own name for the account. */
  label?: string;
  human_agent_allowed: boolean;
  keep_media: boolean;
  sends_paused_until?: Date;
  sends_paused_reason?: string;
  subscription: SubscriptionHealth;
  refresh: RefreshHealth;
  backfill?: BackfillProgress;
  last_event_at?: Date;
  last_send_at?: Date;
  last_error?: AccountError;
  usage?: AccountUsage;
  /** When it was connected last: again counts, too. */
  connected_at: Date;
  disconnected_at?: Date;
  /** Hash of Meta's request that released it last: it does so once. */
  released_by?: string;
  created_at: Date;
  updated_at: Date;
}

export const ACCOUNT = 'Account';

const { Mixed } = Schema.Types;

export const AccountSchema = new Schema<AccountRecord>(
  {
    user_id: { type: String, required: true },
    platform: { type: String, required: true },
    channel: { type: String, required: true },
    external_id: { type: String, required: true },
    username: { type: String, required: true },
    login: { type: String, required: true },
    access_token: String,
    refresh_token: String,
    token_version: { type: Number, required: true, default: 0 },
    token_obtained_at: Date,
    token_expires_at: Date,
    expires_in: Number,
    scopes: { type: [String], default: [] },
    status: { type: String, required: true, enum: ['active', 'needs_reauth', 'disabled'] },
    status_reason: String,
    status_changed_at: { type: Date, required: true },
    released: { type: Boolean, required: true, default: false },
    instagram_data: { type: Mixed },
    channel_data: { type: Mixed },
    meta: { _id: false, id: { type: String, required: true }, name: String, username: String },
    app_user_id: String,
    label: String,
    human_agent_allowed: { type: Boolean, required: true, default: false },
    keep_media: { type: Boolean, required: true, default: false },
    sends_paused_until: Date,
    sends_paused_reason: String,
    subscription: {
      _id: false,
      state: { type: String, required: true, default: 'unknown' },
      fields: { type: [String], default: [] },
      refused_fields: { type: [String], default: [] },
      checked_at: Date,
      error: String,
    },
    refresh: {
      _id: false,
      due_at: Date,
      claimed_until: Date,
      failures: { type: Number, required: true, default: 0 },
      failing_since: Date,
      last_error: String,
      refreshed_at: Date,
    },
    backfill: Mixed,
    last_event_at: Date,
    last_send_at: Date,
    last_error: Mixed,
    usage: Mixed,
    connected_at: { type: Date, required: true },
    disconnected_at: Date,
    released_by: String,
  },
  { collection: 'accounts', timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' }, minimize: false },
);

// One live record per account of a channel, whichever login or tenant connects it; webhooks look it up by this id. An
// older version's records have no such id until `AccountUpgradeRepository` has given it to them.
AccountSchema.index(
  { platform: 1, external_id: 1 },
  {
    unique: true,
    name: 'one_live_record_per_channel',
    partialFilterExpression: { released: false, external_id: { $exists: true } },
  },
);
// A tenant that connects an account again gets its old record back, with its history.
AccountSchema.index(
  { user_id: 1, platform: 1, external_id: 1 },
  {
    unique: true,
    name: 'one_record_per_tenant_and_channel',
    partialFilterExpression: { external_id: { $exists: true } },
  },
);
// GET and DELETE of an account by its id at its channel.
AccountSchema.index({ external_id: 1 });
// Webhooks about messages to oneself, and Meta's privacy callbacks, carry the app-scoped id.
AccountSchema.index({ 'instagram_data.id': 1 });
// Webhooks of login `facebook` were seen to name the Page instead.
AccountSchema.index({ 'meta.id': 1, login: 1 });
AccountSchema.index({ app_user_id: 1 }, { sparse: true, name: 'app_user' });
// GET /accounts of a tenant and of an admin, newest first.
AccountSchema.index({ user_id: 1, created_at: -1, _id: -1 });
AccountSchema.index({ created_at: -1, _id: -1 });
// The refresh sweep.
AccountSchema.index({ status: 1, 'refresh.due_at': 1 });
// The sweep over backfills that nobody runs.
AccountSchema.index({ status: 1, 'backfill.state': 1 });
// The subscription sweep.
AccountSchema.index({ status: 1, 'subscription.checked_at': 1 });

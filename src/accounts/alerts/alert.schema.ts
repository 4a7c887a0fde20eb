import { Schema } from 'mongoose';

export const alertKinds = [
  'needs_reauth',
  'token_expiring',
  'token_unreadable',
  'subscription_lost',
  'subscribed_twice',
  'account_blocked',
  'deauthorized',
  'backfill_failed',
  'erasure_failed',
  'model_retiring',
  'model_gone',
  'model_quota',
  'agent_tokens',
  'agent_budget_near',
  'agent_budget_spent',
  'webhook_endpoint_disabled',
  'handed_over',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/**
 * What an alert is about: an account, a conversation of it, a deletion request, or something of the server's own, such
 * as a model.
 */
export type AlertSubject =
  | { account_id: string; conversation_id?: string; erasure_id?: undefined; about?: undefined }
  | { account_id?: undefined; conversation_id?: undefined; erasure_id: string; about?: undefined }
  | { account_id?: undefined; conversation_id?: undefined; erasure_id?: undefined; about: string };

export interface AlertRecord {
  /** `<kind>:<id of its subject>`: one alert per kind and subject until it is cleared. */
  _id: string;
  kind: AlertKind;
  account_id?: string;
  conversation_id?: string;
  erasure_id?: string;
  about?: string;
  text: string;
  raised_at: Date;
  cleared_at?: Date;
  /** Grows each time it is raised anew; part of the webhook's message id. */
  times: number;
  /** Set while ALERT_WEBHOOK_URL has not taken it as it is now, raised or cleared. */
  undelivered?: true;
  attempts: number;
  next_attempt_at?: Date;
  /** It is being posted: what it becomes meanwhile waits, so that the receiver hears it in order. */
  claimed_until?: Date;
}

export const ALERT = 'Alert';

export const AlertSchema = new Schema<AlertRecord>(
  {
    _id: String,
    kind: { type: String, required: true, enum: alertKinds },
    account_id: String,
    conversation_id: String,
    erasure_id: String,
    about: String,
    text: { type: String, required: true },
    raised_at: { type: Date, required: true },
    cleared_at: Date,
    times: { type: Number, required: true, default: 0 },
    undelivered: Boolean,
    attempts: { type: Number, required: true, default: 0 },
    next_attempt_at: Date,
    claimed_until: Date,
  },
  { collection: 'alerts', timestamps: false },
);

// The delivery sweep.
AlertSchema.index({ undelivered: 1, next_attempt_at: 1 }, { partialFilterExpression: { undelivered: true } });
// What is wrong with an account.
AlertSchema.index({ account_id: 1 });

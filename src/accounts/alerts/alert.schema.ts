import { Schema } from 'mongoose';

export const alertKinds = [
  'needs_reauth',
  'token_expiring',
  'token_unreadable',
  'subscription_lost',
  'account_blocked',
  'deauthorized',
  'backfill_failed',
  'erasure_failed',
] as const;
export type AlertKind = (typeof alertKinds)[number];

export interface AlertRecord {
  /** `<kind>:<account id>`: one alert per kind and account until it is cleared. */
  _id: string;
  kind: AlertKind;
  account_id: string;
  text: string;
  raised_at: Date;
  cleared_at?: Date;
  /** Grows each time it is raised anew; part of the webhook's message id. */
  times: number;
  /** Set while ALERT_WEBHOOK_URL has not taken it yet. */
  undelivered?: true;
  attempts: number;
  next_attempt_at?: Date;
}

export const ALERT = 'Alert';

export const AlertSchema = new Schema<AlertRecord>(
  {
    _id: String,
    kind: { type: String, required: true },
    account_id: { type: String, required: true },
    text: { type: String, required: true },
    raised_at: { type: Date, required: true },
    cleared_at: Date,
    times: { type: Number, required: true, default: 0 },
    undelivered: Boolean,
    attempts: { type: Number, required: true, default: 0 },
    next_attempt_at: Date,
  },
  { collection: 'alerts', timestamps: false },
);

// The delivery sweep.
AlertSchema.index({ undelivered: 1, next_attempt_at: 1 }, { partialFilterExpression: { undelivered: true } });
// What is wrong with an account.
AlertSchema.index({ account_id: 1 });

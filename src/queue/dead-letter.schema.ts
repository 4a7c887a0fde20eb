import { Schema } from 'mongoose';

/** What failed for good, why, and what a replay would do again. Holds ids, never content. */
export interface DeadLetterRecord {
  /** `job`: a job ran out of tries; `send`: Meta refused a DM for good; `delivery`/`event`: could not be understood. */
  kind: 'job' | 'send' | 'delivery' | 'event';
  /** Job name, or the kind of event. */
  subject: string;
  /** Machine-readable, such as `outside_window`, `no_recipient`, `job_failed`. */
  reason: string;
  error?: string;
  /** The owner of the account it happened to, where there is one. */
  user_id?: string;
  platform_account_id?: string;
  /** Ids a replay needs, such as `{dm_id}` or `{delivery_id}`. */
  payload: Record<string, unknown>;
  state: 'open' | 'replayed';
  replayed_at?: Date;
  replayed_by?: string;
  created_at: Date;
  updated_at: Date;
}

export const DeadLetterSchema = new Schema<DeadLetterRecord>(
  {
    kind: { type: String, required: true },
    subject: { type: String, required: true },
    reason: { type: String, required: true },
    error: String,
    user_id: String,
    platform_account_id: String,
    payload: { type: Schema.Types.Mixed, required: true },
    state: { type: String, required: true, default: 'open' },
    replayed_at: Date,
    replayed_by: String,
  },
  { collection: 'dead_letters', timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' }, minimize: false },
);

// How long letters are kept is a setting: queue.module.ts has the TTL.
// GET /admin/dead-letters: newest first, by state and kind.
DeadLetterSchema.index({ state: 1, created_at: -1, _id: -1 });
DeadLetterSchema.index({ state: 1, kind: 1, created_at: -1, _id: -1 });
// A DM that fails again updates its letter instead of adding one.
DeadLetterSchema.index(
  { kind: 1, 'payload.dm_id': 1 },
  { unique: true, partialFilterExpression: { 'payload.dm_id': { $exists: true } } },
);

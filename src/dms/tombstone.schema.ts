import { Schema } from 'mongoose';

/** Left behind by a hard delete, so that a redelivery or a backfill does not bring the DM back. No content. */
export interface TombstoneRecord {
  platform_account_id: string;
  message_id: string;
  deleted_at: Date;
  /** An erased person's leave nothing behind once Meta can't deliver them again. */
  expires_at?: Date;
}

export const TombstoneSchema = new Schema<TombstoneRecord>(
  {
    platform_account_id: { type: String, required: true },
    message_id: { type: String, required: true },
    deleted_at: { type: Date, required: true },
    expires_at: Date,
  },
  { collection: 'dm_tombstones' },
);

// Asked for every mid that is new to us.
TombstoneSchema.index({ platform_account_id: 1, message_id: 1 }, { unique: true });
TombstoneSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });

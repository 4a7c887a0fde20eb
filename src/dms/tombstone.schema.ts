import { Schema, type Types } from 'mongoose';

/** Left behind by a hard delete, so that a redelivery or a backfill does not bring the DM back. No content. */
export interface TombstoneRecord {
  /** The DM's. */
  _id: Types.ObjectId;
  platform_account_id: string;
  message_id: string;
  deleted_at: Date;
  /** An erased person's leave nothing behind once Meta can't deliver them again. */
  expires_at?: Date;
  /** Copies of the DM's media that are still to be removed from the bucket. */
  media_to_drop?: string[];
  /** Nothing else needs it: it goes with the last of these copies. */
  ends_with_media?: boolean;
  /** Its `expires_at` once the last of these copies is gone: it must not go before. */
  expires_after_media?: Date;
  /** The erasure that is not done before these copies are gone. */
  erasure_id?: string;
}

export const TombstoneSchema = new Schema<TombstoneRecord>(
  {
    platform_account_id: { type: String, required: true },
    message_id: { type: String, required: true },
    deleted_at: { type: Date, required: true },
    expires_at: Date,
    media_to_drop: { type: [String], default: undefined } as never,
    ends_with_media: Boolean,
    expires_after_media: Date,
    erasure_id: String,
  },
  { collection: 'dm_tombstones' },
);

// Asked for every mid that is new to us.
TombstoneSchema.index({ platform_account_id: 1, message_id: 1 }, { unique: true });
TombstoneSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });
// Copies that are still to be removed.
TombstoneSchema.index({ media_to_drop: 1 }, { sparse: true, name: 'media_to_drop_1' });
// What an erasure still waits for.
TombstoneSchema.index({ erasure_id: 1 }, { sparse: true });

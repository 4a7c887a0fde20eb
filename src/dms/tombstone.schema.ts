import { Schema, type Types } from 'mongoose';
import type { DmRecord } from './dm.schema.js';
import { isCallersKey } from './send-key.js';

/**
 * Left behind by a hard delete, so that neither a redelivery nor a backfill brings the DM back, nor its sender's
 * Idempotency-Key sends it again. No content.
 */
export interface TombstoneRecord {
  /** The DM's. */
  _id: Types.ObjectId;
  platform_account_id: string;
  /** The DM's mid; {@link keyOnly} where only its Idempotency-Key must not come back. */
  message_id: string;
  /** Of a DM that was sent with an Idempotency-Key: as on the DM. */
  send_key?: string;
  send_fingerprint?: string;
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
    send_key: String,
    send_fingerprint: String,
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
// Asked for every Idempotency-Key; most DMs have none.
TombstoneSchema.index(
  { platform_account_id: 1, send_key: 1 },
  { name: 'send_key_used', partialFilterExpression: { send_key: { $gt: '' } } },
);
TombstoneSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });
// Copies that are still to be removed.
TombstoneSchema.index({ media_to_drop: 1 }, { sparse: true, name: 'media_to_drop_1' });
// What an erasure still waits for.
TombstoneSchema.index({ erasure_id: 1 }, { sparse: true });

type Sent = Pick<DmRecord, 'send_key' | 'send_fingerprint'>;

const keyOnlyPrefix = 'send:';

/** What begins so is no mid: nobody outside has ever heard of it. */
export const keyOnly = new RegExp(`^${keyOnlyPrefix}`);

/** What must outlive a DM so that its Idempotency-Key is known for used; the agent's and our own keys come once. */
export function usedKeyOf({ send_key, send_fingerprint }: Sent): Sent {
  return isCallersKey(send_key) && send_fingerprint !== undefined ? { send_key, send_fingerprint } : {};
}

/** Stands in for the mid of a DM that has none, or may come back: unique as its key is. */
export function keyOnlyMid(dm: Sent): string | undefined {
  const { send_key: key } = usedKeyOf(dm);
  return key === undefined ? undefined : `${keyOnlyPrefix}${key}`;
}

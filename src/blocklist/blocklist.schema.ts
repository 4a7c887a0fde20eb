import { Schema, type Types } from 'mongoose';
import type { Channel } from '../channels/index.js';

export const BLOCKLIST_ENTRY = 'BlocklistEntry';

/** A person a tenant does not want to hear from: left out of lists, never answered by the agent. */
export interface BlocklistRecord {
  _id: Types.ObjectId;
  user_id: string;
  platform: Channel;
  /** The person's id at the channel. */
  external_participant_id: string;
  participant_name?: string;
  reason?: string;
  created_at: Date;
}

export const BlocklistSchema = new Schema<BlocklistRecord>(
  {
    user_id: { type: String, required: true },
    platform: { type: String, required: true },
    external_participant_id: { type: String, required: true },
    participant_name: String,
    reason: String,
    created_at: { type: Date, required: true },
  },
  { collection: 'inbox_blocklist' },
);

// Blocking twice is blocking once; the agent asks before each answer.
BlocklistSchema.index({ user_id: 1, platform: 1, external_participant_id: 1 }, { unique: true });
// GET /inbox/blocklist of a tenant and of an admin, newest first.
BlocklistSchema.index({ user_id: 1, created_at: -1, _id: -1 });
BlocklistSchema.index({ created_at: -1, _id: -1 });
// Erasing a person removes them from every tenant's list.
BlocklistSchema.index({ external_participant_id: 1 });

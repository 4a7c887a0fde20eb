import { Schema, type Types } from 'mongoose';

/** The model's name. */
export const CANNED_REPLY = 'InboxCannedReply';

/** A text that people answer with again and again. */
export interface CannedReplyRecord {
  _id: Types.ObjectId;
  user_id: string;
  /** Of one account alone; absent: of all. */
  platform_account_id?: string;
  /** What is typed after the slash. */
  shortcut: string;
  text: string;
  created_at: Date;
  updated_at: Date;
}

export const CannedReplySchema = new Schema<CannedReplyRecord>(
  {
    user_id: { type: String, required: true },
    platform_account_id: String,
    shortcut: { type: String, required: true },
    text: { type: String, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'inbox_canned_replies' },
);

// GET /inbox/canned-replies in order; and no shortcut means two things of an account.
CannedReplySchema.index({ user_id: 1, shortcut: 1, platform_account_id: 1 }, { unique: true });
// Erasing an account.
CannedReplySchema.index({ platform_account_id: 1 });

import { Schema, type Types } from 'mongoose';

/** The model's name. */
export const DRAFT = 'InboxDraft';

/** What a person has begun to write in a conversation; theirs alone. */
export interface DraftRecord {
  _id: Types.ObjectId;
  user_id: string;
  platform_account_id: string;
  conversation_id: string;
  author: string;
  text: string;
  updated_at: Date;
}

export const DraftSchema = new Schema<DraftRecord>(
  {
    user_id: { type: String, required: true },
    platform_account_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    author: { type: String, required: true },
    text: { type: String, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'inbox_drafts' },
);

// A person has one in a conversation; erasing a conversation.
DraftSchema.index({ conversation_id: 1, author: 1 }, { unique: true });
// GET /inbox/drafts: where somebody was.
DraftSchema.index({ author: 1, updated_at: -1 });
// Erasing an account.
DraftSchema.index({ platform_account_id: 1 });
// What nobody has touched for a month was not going to be sent.
DraftSchema.index({ updated_at: 1 }, { expireAfterSeconds: 30 * 86_400, name: 'forgotten' });

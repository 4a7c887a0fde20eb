import { Schema, type Types } from 'mongoose';

/** The model's name. */
export const NOTE = 'InboxNote';

/** What a tenant's people tell each other about a conversation. It is never sent, and no model reads it. */
export interface NoteRecord {
  _id: Types.ObjectId;
  user_id: string;
  platform_account_id: string;
  conversation_id: string;
  /** The person who wrote it, or what a token names. */
  author: string;
  text: string;
  /** It is gone for everybody; the record stays until streams have told so. */
  deleted_at?: Date;
  created_at: Date;
  updated_at: Date;
}

export const NoteSchema = new Schema<NoteRecord>(
  {
    user_id: { type: String, required: true },
    platform_account_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    author: { type: String, required: true },
    text: { type: String, required: true },
    deleted_at: Date,
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'inbox_notes' },
);

// GET /inbox/conversations/{id}/notes, newest first; erasing a conversation.
NoteSchema.index({ conversation_id: 1, _id: -1 });
// Erasing an account.
NoteSchema.index({ platform_account_id: 1 });
// Streams have told that it is gone.
NoteSchema.index({ deleted_at: 1 }, { expireAfterSeconds: 86_400, name: 'deleted' });

import { Schema, type Types } from 'mongoose';

/** The model's name. */
export const LABEL = 'InboxLabel';

/** A word that a tenant's people put on conversations. */
export interface LabelRecord {
  _id: Types.ObjectId;
  user_id: string;
  name: string;
  /** Folded: a tenant has a name once, however it is written. */
  key: string;
  color: string;
  created_at: Date;
  updated_at: Date;
}

export const LabelSchema = new Schema<LabelRecord>(
  {
    user_id: { type: String, required: true },
    name: { type: String, required: true },
    key: { type: String, required: true },
    color: { type: String, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'inbox_labels' },
);

// GET /inbox/labels in order; and no name is there twice.
LabelSchema.index({ user_id: 1, key: 1 }, { unique: true });

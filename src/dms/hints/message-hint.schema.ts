import { Schema } from 'mongoose';

/** An event spoke of a message that did not come itself, or of words that it did not tell: Meta may be asked for them. */
export interface MessageHintRecord {
  /** `<account>:<mid>:<about>`: Meta is asked once about each. */
  _id: string;
  platform_account_id: string;
  mid: string;
  /** Deliveries whose event named nobody: once the message is known they are done again, and find its conversation. */
  delivery_ids: string[];
  /** When Meta is asked, or the next look is due; absent when there is nothing left to do. */
  due_at?: Date;
  tries: number;
  created_at: Date;
}

export const MESSAGE_HINT = 'MessageHint';

export const MessageHintSchema = new Schema<MessageHintRecord>(
  {
    _id: String,
    platform_account_id: { type: String, required: true },
    mid: { type: String, required: true },
    delivery_ids: { type: [String], default: [] },
    due_at: Date,
    tries: { type: Number, required: true, default: 0 },
    created_at: { type: Date, required: true },
  },
  { collection: 'message_hints', timestamps: false },
);

/** Meta redelivers for a day and a half; a message older than this is not among those that it tells of. */
const keptS = 7 * 86_400;

// The sweep: what is done with leaves this index.
MessageHintSchema.index({ due_at: 1 }, { partialFilterExpression: { due_at: { $exists: true } } });
MessageHintSchema.index({ created_at: 1 }, { expireAfterSeconds: keptS });

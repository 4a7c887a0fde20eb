import { Schema } from 'mongoose';

/** The model's name. */
export const MESSAGE_COST = 'MessageCost';

/** How many delivered messages of a kind an account had on a day. Numbers alone: nobody is named. */
export interface MessageCostRecord {
  /** Everything below, and who counts: processes that count at once must not meet in one document. */
  _id: string;
  platform_account_id: string;
  /** UTC, as `2026-11-30`. */
  day: string;
  /** In the channel's words. */
  category: string;
  type: string;
  billable: boolean;
  messages: number;
}

export const MessageCostSchema = new Schema<MessageCostRecord>(
  {
    _id: String,
    platform_account_id: { type: String, required: true },
    day: { type: String, required: true },
    category: { type: String, required: true },
    type: { type: String, required: true },
    billable: { type: Boolean, required: true },
    messages: { type: Number, required: true },
  },
  { collection: 'message_costs' },
);

// GET /messages/costs: some days of an account.
MessageCostSchema.index({ platform_account_id: 1, day: 1 });

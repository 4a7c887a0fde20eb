import { Schema, type Types } from 'mongoose';

/**
 * - `received`: durable, its events not stored yet;
 * - `stored`: done with;
 * - `parked`: nobody could understand it, or storing it failed again and again. Kept until a person replays or discards it;
 * - `discarded`: a person decided that it need not be stored.
 */
export type DeliveryState = 'received' | 'stored' | 'parked' | 'discarded';

/** One body that Meta sent, as it came. What a 200 promises is in here before the 200 goes out. */
export interface DeliveryRecord {
  _id: Types.ObjectId;
  received_at: Date;
  /** The JSON text itself: parsing it again loses nothing, and replaying it is the same as receiving it. */
  payload: string;
  state: DeliveryState;
  /** Messaging events it holds, counted at the door. */
  events: number;
  /** `accounts._id` (hex) of every account of ours it names. */
  account_ids: string[];
  /** Meta's ids of those that were not connected when it came; it is done again for them should they be. */
  unknown_ids?: string[];
  /** Times the sweep handed it over because its job had not done it. */
  attempts: number;
  /** Times storing it failed. */
  failures: number;
  error?: string;
  handed_at?: Date;
  /** When it was done with, stored or discarded: from then on its retention counts. */
  stored_at?: Date;
  /** While `received`: when the sweep looks at it next. */
  due_at?: Date;
  /** Set while `received` or `parked`, so that one small index finds all that is left to do. */
  unfinished?: true;
}

export const DeliverySchema = new Schema<DeliveryRecord>(
  {
    received_at: { type: Date, required: true },
    payload: { type: String },
    state: { type: String, required: true, enum: ['received', 'stored', 'parked', 'discarded'] },
    events: { type: Number, required: true, default: 0 },
    account_ids: { type: [String], default: [] } as never,
    unknown_ids: { type: [String], default: undefined } as never,
    attempts: { type: Number, required: true, default: 0 },
    failures: { type: Number, required: true, default: 0 },
    error: String,
    handed_at: Date,
    stored_at: Date,
    due_at: Date,
    unfinished: Boolean,
  },
  { collection: 'webhook_deliveries' },
);

// Every index here is paid for at the door, by each delivery: there are no others than these and the TTL, whose length
// is a setting (`DeliveryLogRepository.retention`). The log is listed by `_id`, which grows with time.

/** GET /admin/deliveries by `received` or `parked`, and the oldest of them: what is stored leaves this index. */
export const unfinishedIndex = { unfinished: 1, state: 1, _id: 1 } as const;
DeliverySchema.index(unfinishedIndex, { partialFilterExpression: { unfinished: true } });
/** The sweep: what is due, past what is put off, and behind a long queue past what was enqueued before. */
export const dueIndex = 'due';
DeliverySchema.index(
  { due_at: 1, _id: 1, attempts: 1 },
  { name: dueIndex, partialFilterExpression: { unfinished: true } },
);
/** GET /admin/deliveries of an account; erasing a person from an account's deliveries. */
export const accountIndex = { account_ids: 1, _id: 1 } as const;
DeliverySchema.index(accountIndex);
/** What an account that is connected late has missed. Most deliveries have no such ids and pay nothing for it. */
export const unknownIdsIndex = 'unknown_ids';
DeliverySchema.index(
  { unknown_ids: 1, _id: 1 },
  { name: unknownIdsIndex, partialFilterExpression: { unknown_ids: { $gt: '' } } },
);

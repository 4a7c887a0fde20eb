import { Schema, type Types } from 'mongoose';
import type { StoreChange } from '../../inbox/index.js';
import { liveEventNames, type LiveEventName } from '../../inbox/index.js';

export const ENDPOINT_MESSAGE = 'EndpointMessage';
export const endpointMessagesCollection = 'endpoint_messages';

/** What an endpoint can be told: what the live stream tells, and of the endpoint itself. */
export const endpointEventTypes = [...liveEventNames, 'reset', 'test'] as const;
export type EndpointEventType = LiveEventName | 'reset' | 'test';

/**
 * - `queued`: an attempt is to come
 * - `delivered`: the receiver answered 2xx
 * - `failed`: its attempts are used up, or the endpoint was disabled
 * - `withdrawn`: what it was to tell of is gone, so nothing was sent
 */
export const endpointMessageStatuses = ['queued', 'delivered', 'failed', 'withdrawn'] as const;
export type EndpointMessageStatus = (typeof endpointMessageStatuses)[number];

/** One POST to the endpoint. */
export interface EndpointAttempt {
  at: Date;
  /** HTTP status, where it answered. */
  status?: number;
  /** Why there was no answer. */
  reason?: string;
  ms: number;
}

/** The document an event is about; what is posted is read from it. */
export interface EventSource {
  collection: StoreChange['ns']['coll'];
  id: Types.ObjectId;
  operation: StoreChange['operationType'];
}

/** An event on its way to an endpoint. It holds nothing of what people wrote. */
export interface EndpointMessageRecord {
  _id: Types.ObjectId;
  endpoint_id: Types.ObjectId;
  user_id: string;
  platform_account_id?: string;
  /** The change's position in the store: an endpoint hears of a change once. */
  event_id: string;
  event_type: EndpointEventType;
  /** When the change was written. */
  happened_at: Date;
  source?: EventSource;
  status: EndpointMessageStatus;
  /** Those since it was queued last. */
  tries: number;
  /** The latest of all. */
  attempts: EndpointAttempt[];
  /** While it is queued. */
  next_attempt_at?: Date;
  created_at: Date;
}

export const EndpointMessageSchema = new Schema<EndpointMessageRecord>(
  {
    endpoint_id: { type: Schema.Types.ObjectId, required: true },
    user_id: { type: String, required: true },
    event_id: { type: String, required: true },
    event_type: { type: String, required: true },
    status: { type: String, required: true, enum: endpointMessageStatuses },
    created_at: { type: Date, required: true },
  },
  { collection: endpointMessagesCollection, strict: false },
);

// An endpoint hears of a change once, however often the relay reads it.
EndpointMessageSchema.index({ endpoint_id: 1, event_id: 1 }, { unique: true });
// GET /webhook-endpoints/{id}/messages, newest first.
EndpointMessageSchema.index({ endpoint_id: 1, _id: -1 });
// Replaying what failed since a time.
EndpointMessageSchema.index({ endpoint_id: 1, created_at: 1 }, { partialFilterExpression: { status: 'failed' } });
// What is due.
EndpointMessageSchema.index(
  { endpoint_id: 1, next_attempt_at: 1 },
  { partialFilterExpression: { next_attempt_at: { $exists: true } } },
);
// Erasing a tenant or an account.
EndpointMessageSchema.index({ user_id: 1, platform_account_id: 1 });

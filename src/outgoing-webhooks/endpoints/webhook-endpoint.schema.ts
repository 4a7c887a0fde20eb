import { Schema, type Types } from 'mongoose';
import type { LiveEventName } from '../../inbox/index.js';

export const WEBHOOK_ENDPOINT = 'WebhookEndpoint';

/**
 * - `by_owner`: somebody switched it off
 * - `failing`: it took nothing for too long
 * - `gone`: it answered 410
 */
export const disabledReasons = ['by_owner', 'failing', 'gone'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** What endpoint messages are signed with. */
export interface EndpointSecret {
  /** Its envelope, which opens for this endpoint alone. */
  sealed: string;
  /** Of one that was replaced: until when it still signs beside its successor. */
  ends_at?: Date;
}

/** An address of a tenant's that is told what happens to the tenant's conversations. */
export interface WebhookEndpointRecord {
  _id: Types.ObjectId;
  user_id: string;
  url: string;
  event_types: LiveEventName[];
  description: string;
  enabled: boolean;
  disabled_reason?: DisabledReason;
  disabled_at?: Date;
  /** The newest first. */
  secrets: EndpointSecret[];
  /** A position in the store's changes: it is told of what comes after. */
  since: string;
  /** The first of the attempts that failed since one succeeded. */
  failing_since?: Date;
  /** A worker posts to it, until then at most. */
  posting_until?: Date;
  created_at: Date;
  updated_at: Date;
}

export const WebhookEndpointSchema = new Schema<WebhookEndpointRecord>(
  {
    user_id: { type: String, required: true },
    url: { type: String, required: true },
    enabled: { type: Boolean, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'webhook_endpoints', strict: false },
);

// GET /webhook-endpoints, newest first.
WebhookEndpointSchema.index({ user_id: 1, _id: -1 });
// Whom the relay tells, and who has something due.
WebhookEndpointSchema.index({ enabled: 1 });

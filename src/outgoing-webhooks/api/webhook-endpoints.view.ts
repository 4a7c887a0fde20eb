import type { WebhookEndpoint } from '../endpoints/webhook-endpoints.repository.js';
import type { EndpointMessage } from '../messages/endpoint-messages.repository.js';
import type { EndpointMessageView, WebhookEndpointView } from './webhook-endpoints.dto.js';

/** An endpoint as its owners see it: never its secrets. */
export function webhookEndpointView(endpoint: WebhookEndpoint): WebhookEndpointView {
  const { _id: id, url, event_types, description, enabled, created_at, updated_at } = endpoint;
  const { disabled_reason = null, disabled_at = null, failing_since = null, secrets } = endpoint;
  const previous_secret_until = secrets.find(({ ends_at }) => ends_at)?.ends_at ?? null;
  const state = { enabled, disabled_reason, disabled_at, failing_since, previous_secret_until };
  return { id, url, event_types, description, ...state, created_at, updated_at };
}

export function endpointMessageView(message: EndpointMessage): EndpointMessageView {
  const { _id: id, event_type, status, attempts, next_attempt_at = null, created_at } = message;
  const tried = attempts.map(({ at, status: answered = null, reason = null, ms }) => ({
    at,
    status: answered,
    reason,
    ms,
  }));
  return { id, event_type, status, attempts: tried, next_attempt_at, created_at };
}

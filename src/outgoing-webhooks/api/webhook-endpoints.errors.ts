import { ConflictError } from '../../errors/index.js';

/** The tenant has as many endpoints as it may have. */
export class WebhookEndpointsFullError extends ConflictError {
  override readonly code = 'webhook_endpoints_full';
}

/** Nothing is posted to an endpoint that is disabled. */
export class WebhookEndpointDisabledError extends ConflictError {
  override readonly code = 'webhook_endpoint_disabled';
}

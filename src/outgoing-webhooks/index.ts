export { endpointSecretsOver, WebhookEndpointsRepository } from './endpoints/webhook-endpoints.repository.js';
export { OutgoingWebhooksErasureService } from './outgoing-webhooks-erasure.service.js';
export {
  OutgoingWebhooksApiModule,
  OutgoingWebhooksModule,
  OutgoingWebhooksWorkerModule,
} from './outgoing-webhooks.module.js';
export { webhookEndpointView } from './api/webhook-endpoints.view.js';

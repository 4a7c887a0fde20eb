export { WebhookApiModule } from './webhook.module.js';
export { WebhookConfirmationsService } from './webhook-confirmations.service.js';

export { WebhookApiModule } from './webhook.module.js';

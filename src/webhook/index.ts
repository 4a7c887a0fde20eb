export type { DeliveryState } from './delivery.schema.js';
export { DeliveryLog, type Delivery, type DeliveryHead, type NewDelivery } from './delivery-log.repository.js';
export { WebhookApiModule, WebhookModule, WebhookWorkerModule } from './webhook.module.js';

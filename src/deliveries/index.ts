export { DeliveriesApiModule, DeliveriesModule, DeliveriesWorkerModule } from './deliveries.module.js';
export { deliveriesPerJob, DeliveryDispatcher } from './delivery-dispatcher.service.js';
export { DeliveryLog, type Delivery, type DeliveryHead, type NewDelivery } from './delivery-log.repository.js';
export { DeliveryReopening } from './delivery-reopening.repository.js';
export type { DeliveryState } from './delivery.schema.js';

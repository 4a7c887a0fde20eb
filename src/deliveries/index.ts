export { DeliveriesApiModule, DeliveriesModule, DeliveriesWorkerModule } from './deliveries.module.js';
export { deliveriesPerJob, DeliveryDispatcherService } from './delivery-dispatcher.service.js';
export {
  DeliveryLogRepository,
  type Delivery,
  type DeliveryHead,
  type NewDelivery,
} from './delivery-log.repository.js';
export { DeliveryReopeningRepository } from './delivery-reopening.repository.js';
export { DeliveryScrubbingRepository } from './delivery-scrubbing.repository.js';
export type { DeliveryState } from './delivery.schema.js';

import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { retentionOf } from '../database/index.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryDispatcherService } from './delivery-dispatcher.service.js';
import { DELIVERY, DeliveryLogRepository } from './delivery-log.repository.js';
import { DeliveryReopeningRepository } from './delivery-reopening.repository.js';
import { DeliveryScrubbingRepository } from './delivery-scrubbing.repository.js';
import { DeliverySweeperService } from './delivery-sweeper.service.js';
import { DeliverySchema } from './delivery.schema.js';
import { LateAccountsService } from './late-accounts.service.js';

/** The log of what Meta delivered. */
@Module({
  imports: [AccountsModule, MongooseModule.forFeature([{ name: DELIVERY, schema: DeliverySchema }])],
  providers: [
    DeliveryLogRepository,
    DeliveryReopeningRepository,
    DeliveryScrubbingRepository,
    retentionOf(DeliveryLogRepository, ({ RETENTION_DAYS }) => RETENTION_DAYS),
    DeliveriesService,
    DeliveryDispatcherService,
  ],
  exports: [
    DeliveryLogRepository,
    DeliveryReopeningRepository,
    DeliveryScrubbingRepository,
    DeliveryDispatcherService,
    DeliveriesService,
  ],
})
export class DeliveriesModule {}

/** The log as admins see it. */
@Module({ imports: [DeliveriesModule], controllers: [DeliveriesController] })
export class DeliveriesApiModule {}

/** What sees to deliveries whose job was lost, or whose account was connected later. */
@Module({ imports: [DeliveriesModule, AccountsModule], providers: [DeliverySweeperService, LateAccountsService] })
export class DeliveriesWorkerModule {}

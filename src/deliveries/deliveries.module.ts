import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { retentionOf } from '../database/index.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryDispatcher } from './delivery-dispatcher.service.js';
import { DELIVERY, DeliveryLog } from './delivery-log.repository.js';
import { DeliveryReopening } from './delivery-reopening.repository.js';
import { DeliverySweeper } from './delivery-sweeper.service.js';
import { DeliverySchema } from './delivery.schema.js';
import { LateAccounts } from './late-accounts.service.js';

/** The log of what Meta delivered. */
@Module({
  imports: [MongooseModule.forFeature([{ name: DELIVERY, schema: DeliverySchema }])],
  providers: [
    DeliveryLog,
    DeliveryReopening,
    retentionOf(DeliveryLog, ({ RETENTION_DAYS }) => RETENTION_DAYS),
    DeliveriesService,
    DeliveryDispatcher,
  ],
  exports: [DeliveryLog, DeliveryReopening, DeliveryDispatcher, DeliveriesService],
})
export class DeliveriesModule {}

/** The log as admins see it. */
@Module({ imports: [DeliveriesModule], controllers: [DeliveriesController] })
export class DeliveriesApiModule {}

/** What sees to deliveries whose job was lost, or whose account was connected later. */
@Module({ imports: [DeliveriesModule, AccountsModule], providers: [DeliverySweeper, LateAccounts] })
export class DeliveriesWorkerModule {}

import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { retentionOf } from '../database/index.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliverySchema } from './delivery.schema.js';
import { DELIVERY, DeliveryLog } from './delivery-log.repository.js';
import { DeliveryRoute } from './delivery-route.js';
import { DeliverySweeper } from './delivery-sweeper.js';
import { HandOver } from './hand-over.service.js';
import { IntakeService } from './intake.service.js';
import { LateAccounts } from './late-accounts.js';
import { SignatureCheck } from './signature-check.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookService } from './webhook.service.js';

/** The log of what Meta delivered. */
@Module({
  imports: [MongooseModule.forFeature([{ name: DELIVERY, schema: DeliverySchema }])],
  providers: [
    DeliveryLog,
    retentionOf(DeliveryLog, ({ RETENTION_DAYS }) => RETENTION_DAYS),
    DeliveriesService,
    HandOver,
  ],
  exports: [DeliveryLog, HandOver, DeliveriesService],
})
export class WebhookModule {}

/** Meta's door. */
@Module({
  imports: [WebhookModule, AccountsModule],
  controllers: [WebhookController, DeliveriesController],
  providers: [DeliveryRoute, SignatureCheck, WebhookService, IntakeService],
})
export class WebhookApiModule {}

/** What sees to deliveries whose job was lost, or whose account was connected later. */
@Module({ imports: [WebhookModule, AccountsModule], providers: [DeliverySweeper, LateAccounts] })
export class WebhookWorkerModule {}

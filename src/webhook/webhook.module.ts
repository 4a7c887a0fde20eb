import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { DeliveriesModule } from '../deliveries/index.js';
import { DeliveryRoute } from './delivery-route.js';
import { IntakeService } from './intake.service.js';
import { SignatureCheck } from './signature-check.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookService } from './webhook.service.js';

/** Meta's door. */
@Module({
  imports: [DeliveriesModule, AccountsModule],
  controllers: [WebhookController],
  providers: [DeliveryRoute, SignatureCheck, WebhookService, IntakeService],
})
export class WebhookApiModule {}

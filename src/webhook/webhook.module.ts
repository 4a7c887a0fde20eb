import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { DeliveriesModule } from '../deliveries/index.js';
import { DeliveryRouteService } from './delivery-route.service.js';
import { IntakeService } from './intake.service.js';
import { SignatureCheckService } from './signature-check.service.js';
import { WebhookConfirmationsService } from './webhook-confirmations.service.js';
import { WebhookController } from './webhook.controller.js';
import { WebhookService } from './webhook.service.js';

/** Meta's door. */
@Module({
  imports: [DeliveriesModule, AccountsModule],
  controllers: [WebhookController],
  providers: [DeliveryRouteService, SignatureCheckService, WebhookService, WebhookConfirmationsService, IntakeService],
  exports: [WebhookConfirmationsService],
})
export class WebhookApiModule {}

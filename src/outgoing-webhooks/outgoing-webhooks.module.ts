import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { retentionOf } from '../database/index.js';
import { HiddenConversationsService, InboxChangesModule, LiveEventBuilderService } from '../inbox/index.js';
import { WebhookEndpointsController } from './api/webhook-endpoints.controller.js';
import { WebhookEndpointsService } from './api/webhook-endpoints.service.js';
import { EndpointGaugesService } from './endpoint-gauges.service.js';
import { EndpointSecretsService } from './endpoints/endpoint-secrets.service.js';
import { EndpointSwitchService } from './endpoints/endpoint-switch.service.js';
import { WEBHOOK_ENDPOINT, WebhookEndpointSchema } from './endpoints/webhook-endpoint.schema.js';
import { WebhookEndpointsRepository } from './endpoints/webhook-endpoints.repository.js';
import { EndpointCallerService } from './messages/endpoint-caller.service.js';
import { ENDPOINT_MESSAGE, EndpointMessageSchema } from './messages/endpoint-message.schema.js';
import { EndpointMessagesRepository } from './messages/endpoint-messages.repository.js';
import { EndpointPostingService } from './messages/endpoint-posting.service.js';
import { EventBodiesService } from './messages/event-bodies.service.js';
import { OutgoingWebhooksErasureService } from './outgoing-webhooks-erasure.service.js';
import { OutgoingWebhooksProcessor } from './outgoing-webhooks.processor.js';
import { EventRelayService } from './relay/event-relay.service.js';
import { RELAY_CURSOR, RelayCursorRepository, RelayCursorSchema } from './relay/relay-cursor.repository.js';

/** Endpoints and what they are told, in the store. */
@Module({
  imports: [
    AccountsModule,
    MongooseModule.forFeature([
      { name: WEBHOOK_ENDPOINT, schema: WebhookEndpointSchema },
      { name: ENDPOINT_MESSAGE, schema: EndpointMessageSchema },
      { name: RELAY_CURSOR, schema: RelayCursorSchema },
    ]),
  ],
  providers: [
    EndpointCallerService,
    EndpointMessagesRepository,
    EndpointSecretsService,
    EndpointSwitchService,
    OutgoingWebhooksErasureService,
    RelayCursorRepository,
    WebhookEndpointsRepository,
  ],
  exports: [
    AccountsModule,
    EndpointCallerService,
    EndpointMessagesRepository,
    EndpointSecretsService,
    EndpointSwitchService,
    OutgoingWebhooksErasureService,
    RelayCursorRepository,
    WebhookEndpointsRepository,
  ],
})
export class OutgoingWebhooksModule {}

/** `/webhook-endpoints`. */
@Module({
  imports: [OutgoingWebhooksModule, InboxChangesModule],
  controllers: [WebhookEndpointsController],
  providers: [WebhookEndpointsService],
})
export class OutgoingWebhooksApiModule {}

/** Telling endpoints what happens. */
@Module({
  imports: [OutgoingWebhooksModule, InboxChangesModule, AccountsModule, ConversationsModule],
  providers: [
    // Apart from the live stream's, which know what it has read: these look up whom they need.
    HiddenConversationsService,
    LiveEventBuilderService,
    EndpointGaugesService,
    EndpointPostingService,
    EventBodiesService,
    EventRelayService,
    OutgoingWebhooksProcessor,
    retentionOf(EndpointMessagesRepository, ({ WEBHOOK_LOG_RETENTION_DAYS }) => WEBHOOK_LOG_RETENTION_DAYS),
  ],
})
export class OutgoingWebhooksWorkerModule {}

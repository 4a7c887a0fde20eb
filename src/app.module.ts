import { Module, type DynamicModule, type Type } from '@nestjs/common';
import type { Clock } from '#libs/clock';
import { AccountsApiModule, AccountsModule, AccountsWorkerModule } from './accounts/index.js';
import { AdminApiModule } from './admin/index.js';
import { AgentApiModule, AgentModule, AgentWorkerModule } from './agent/index.js';
import { AuditApiModule, AuditModule } from './audit/index.js';
import { ApiKeysApiModule } from './api-keys/index.js';
import { ApiKeyCheckModule, AuthModule, SessionsModule } from './auth/index.js';
import { BlocklistApiModule, BlocklistModule, BlocklistWorkerModule } from './blocklist/index.js';
import { ChannelsModule, type ChannelRegistration } from './channels/index.js';
import { ConfigModule, type AppConfig } from './config/index.js';
import { ConversationsWorkerModule } from './conversations/index.js';
import { DatabaseModule } from './database/index.js';
import { DeliveriesApiModule, DeliveriesModule, DeliveriesWorkerModule } from './deliveries/index.js';
import { DmsApiModule, DmsModule, DmsSyncModule, DmsSyncWorkerModule, DmsWorkerModule } from './dms/index.js';
import { HealthApiModule, HealthModule } from './health/index.js';
import { InboxApiModule } from './inbox/index.js';
import { MediaApiModule, MediaModule, MediaWorkerModule } from './media/index.js';
import { ObservabilityModule } from './observability/index.js';
import {
  OutgoingWebhooksApiModule,
  OutgoingWebhooksModule,
  OutgoingWebhooksWorkerModule,
} from './outgoing-webhooks/index.js';
import { PrivacyApiModule, PrivacyWorkerModule } from './privacy/index.js';
import { QueueModule, QueueWorkerModule } from './queue/index.js';
import { RedisModule } from './redis/index.js';
import { SetupApiModule } from './setup/index.js';
import { StaffApiModule } from './staff/index.js';
import { TemplatesApiModule } from './templates/index.js';
import { WebhookApiModule } from './webhook/index.js';

type ModuleList = (Type | DynamicModule)[];

/** Rooms every process carries: stores, settings, clients. */
const core: ModuleList = [
  DatabaseModule,
  RedisModule,
  QueueModule,
  AuthModule,
  SessionsModule,
  ApiKeyCheckModule,
  AuditModule,
  ObservabilityModule,
  HealthModule,
  HealthApiModule,
  AccountsModule,
  DeliveriesModule,
  DmsModule,
  DmsSyncModule,
  BlocklistModule,
  AgentModule,
  MediaModule,
  OutgoingWebhooksModule,
];

/** HTTP routes. A worker answers for its health and metrics alone, which are part of the core. */
const api: ModuleList = [
  AuditApiModule,
  StaffApiModule,
  ApiKeysApiModule,
  AdminApiModule,
  AccountsApiModule,
  WebhookApiModule,
  DeliveriesApiModule,
  TemplatesApiModule,
  DmsApiModule,
  BlocklistApiModule,
  InboxApiModule,
  AgentApiModule,
  MediaApiModule,
  PrivacyApiModule,
  SetupApiModule,
  OutgoingWebhooksApiModule,
];

/** Job handlers and scheduled tasks. */
const worker: ModuleList = [
  QueueWorkerModule,
  AccountsWorkerModule,
  DeliveriesWorkerModule,
  ConversationsWorkerModule,
  DmsWorkerModule,
  DmsSyncWorkerModule,
  BlocklistWorkerModule,
  AgentWorkerModule,
  MediaWorkerModule,
  PrivacyWorkerModule,
  OutgoingWebhooksWorkerModule,
];

/** What a process may be given in place of its own. */
export interface AppParts {
  /** A movable clock lets tests live through months. */
  clock?: Clock;
  /** Instead of the product's channels. */
  channels?: readonly ChannelRegistration[];
}

/** The application a process carries: `ROLE` decides between answering HTTP, working jobs, or both. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, { clock, channels }: AppParts = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config, clock),
        ChannelsModule.forRoot(channels),
        ...core,
        ...(config.carriesApi ? api : []),
        ...(config.carriesWorker ? worker : []),
      ],
    };
  }
}

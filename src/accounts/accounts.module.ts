import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountChanges } from './account-changes.js';
import { AccountCipher } from './account-cipher.js';
import { AccountDirectory } from './account-directory.js';
import { AccountGauges } from './account-gauges.js';
import { AccountHealthRepository } from './account-health.repository.js';
import { AccountHealth } from './account-health.service.js';
import { AccountTokensRepository } from './account-tokens.repository.js';
import { ACCOUNT, AccountSchema } from './account.schema.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { AccountsWorker } from './accounts-worker.js';
import { ALERT, AlertSchema } from './alerts/alert.schema.js';
import { AlertWebhook } from './alerts/alert-webhook.js';
import { AlertsRepository } from './alerts/alerts.repository.js';
import { Alerts } from './alerts/alerts.service.js';
import { ConnectService } from './connect/connect.service.js';
import { MetaGateway } from './meta/meta-gateway.js';
import { OAUTH_STATE, OAuthStateSchema } from './oauth/oauth-state.schema.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthDoor } from './oauth/oauth-door.js';
import { OAuthService } from './oauth/oauth.service.js';
import { OAuthStatesRepository } from './oauth/oauth-states.repository.js';
import { OAuthStates } from './oauth/oauth-states.service.js';
import { ErasureRequests } from './privacy/erasure-requests.service.js';
import { ERASURE, ErasureSchema } from './privacy/erasure.schema.js';
import { ErasuresRepository } from './privacy/erasures.repository.js';
import { PrivacyController } from './privacy/privacy.controller.js';
import { PrivacyService } from './privacy/privacy.service.js';
import { SubjectHashes } from './privacy/subject-hashes.js';
import { SUBJECT_KEY, SubjectKeyRepository, SubjectKeySchema } from './privacy/subject-key.repository.js';
import { LiveConversationsService } from './profiles/live-conversations.service.js';
import { LookUpsController } from './profiles/look-ups.controller.js';
import { LookUpsService } from './profiles/look-ups.service.js';
import { ProfilesService } from './profiles/profiles.service.js';
import { UserSettingsController } from './settings/user-settings.controller.js';
import { UserSettingsRepository } from './settings/user-settings.repository.js';
import { USER_SETTINGS, UserSettingsSchema } from './settings/user-settings.schema.js';
import { UserSettingsService } from './settings/user-settings.service.js';
import { HEARTBEAT, HeartbeatRepository, HeartbeatSchema } from './subscription/heartbeat.repository.js';
import { SubscriptionService } from './subscription/subscription.service.js';
import { TokenRefreshService } from './tokens/token-refresh.service.js';
import { TokenVault } from './token-vault.js';
import { UsageNotesService } from './usage-notes.service.js';

const repositories = [
  AccountsRepository,
  AccountTokensRepository,
  AccountHealthRepository,
  AlertsRepository,
  ErasuresRepository,
  HeartbeatRepository,
  OAuthStatesRepository,
  SubjectKeyRepository,
  UserSettingsRepository,
];

/** Connected accounts, their tokens, health and settings: what every process needs. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: ACCOUNT, schema: AccountSchema },
      { name: ALERT, schema: AlertSchema },
      { name: ERASURE, schema: ErasureSchema },
      { name: HEARTBEAT, schema: HeartbeatSchema },
      { name: OAUTH_STATE, schema: OAuthStateSchema },
      { name: SUBJECT_KEY, schema: SubjectKeySchema },
      { name: USER_SETTINGS, schema: UserSettingsSchema },
    ]),
  ],
  providers: [
    ...repositories,
    AccountChanges,
    AccountCipher,
    AccountDirectory,
    AccountGauges,
    AccountHealth,
    AccountsService,
    Alerts,
    AlertWebhook,
    ConnectService,
    ErasureRequests,
    LiveConversationsService,
    LookUpsService,
    MetaGateway,
    OAuthDoor,
    OAuthService,
    OAuthStates,
    PrivacyService,
    ProfilesService,
    SubjectHashes,
    SubscriptionService,
    TokenRefreshService,
    TokenVault,
    UsageNotesService,
    UserSettingsService,
  ],
  exports: [
    ...repositories,
    AccountDirectory,
    AccountHealth,
    AccountsService,
    Alerts,
    ConnectService,
    ErasureRequests,
    LookUpsService,
    OAuthDoor,
    OAuthService,
    PrivacyService,
    ProfilesService,
    SubscriptionService,
    TokenRefreshService,
    TokenVault,
    UserSettingsService,
  ],
})
export class AccountsModule {}

@Module({
  imports: [AccountsModule],
  // OAuthController before AccountsController: `oauth` is no account's id.
  controllers: [OAuthController, AccountsController, LookUpsController, UserSettingsController, PrivacyController],
})
export class AccountsApiModule {}

@Module({ imports: [AccountsModule], providers: [AccountsWorker] })
export class AccountsWorkerModule {}

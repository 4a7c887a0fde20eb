import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { upgradeOf } from '../database/index.js';
import { AccountCallsService } from './account-calls.service.js';
import { AccountChangesService } from './account-changes.service.js';
import { AccountCipherService } from './account-cipher.service.js';
import { AccountDirectoryService } from './account-directory.service.js';
import { AccountGaugesService } from './account-gauges.service.js';
import { AccountHealthRepository } from './account-health.repository.js';
import { AccountHealthService } from './account-health.service.js';
import { AccountUpgradeRepository } from './account-upgrade.repository.js';
import { AccountTokensRepository } from './account-tokens.repository.js';
import { ACCOUNT, AccountSchema } from './account.schema.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { AccountsProcessor } from './accounts.processor.js';
import { ALERT, AlertSchema } from './alerts/alert.schema.js';
import { AlertWebhookService } from './alerts/alert-webhook.service.js';
import { AlertsRepository } from './alerts/alerts.repository.js';
import { AlertsService } from './alerts/alerts.service.js';
import { ConnectService } from './connect/connect.service.js';
import { OAUTH_STATE, OAuthStateSchema } from './oauth/oauth-state.schema.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthDoorService } from './oauth/oauth-door.service.js';
import { OAuthService } from './oauth/oauth.service.js';
import { OAuthStatesRepository } from './oauth/oauth-states.repository.js';
import { OAuthStatesService } from './oauth/oauth-states.service.js';
import { ErasureRequestsService } from './privacy/erasure-requests.service.js';
import { ERASURE, ErasureSchema } from './privacy/erasure.schema.js';
import { ErasuresRepository } from './privacy/erasures.repository.js';
import { PrivacyController } from './privacy/privacy.controller.js';
import { PrivacyService } from './privacy/privacy.service.js';
import { SubjectHashesService } from './privacy/subject-hashes.service.js';
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
import { TokenVaultService } from './token-vault.service.js';
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
    AccountUpgradeRepository,
    upgradeOf(AccountUpgradeRepository),
    AccountCallsService,
    AccountChangesService,
    AccountCipherService,
    AccountDirectoryService,
    AccountGaugesService,
    AccountHealthService,
    AccountsService,
    AlertsService,
    AlertWebhookService,
    ConnectService,
    ErasureRequestsService,
    LiveConversationsService,
    LookUpsService,
    OAuthDoorService,
    OAuthService,
    OAuthStatesService,
    PrivacyService,
    ProfilesService,
    SubjectHashesService,
    SubscriptionService,
    TokenRefreshService,
    TokenVaultService,
    UsageNotesService,
    UserSettingsService,
  ],
  exports: [
    ...repositories,
    AccountCallsService,
    AccountDirectoryService,
    AccountHealthService,
    AccountsService,
    AlertsService,
    ConnectService,
    ErasureRequestsService,
    LookUpsService,
    OAuthDoorService,
    OAuthService,
    PrivacyService,
    ProfilesService,
    SubscriptionService,
    TokenRefreshService,
    TokenVaultService,
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

@Module({ imports: [AccountsModule], providers: [AccountsProcessor] })
export class AccountsWorkerModule {}

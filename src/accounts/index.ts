export { AccountCallsService } from './account-calls.service.js';
export { configuredCipher, type ConfiguredKeys } from './account-cipher.service.js';
export { actingFor } from './acting-for.js';
export { AccountDirectoryService } from './account-directory.service.js';
export { AccountHealthService } from './account-health.service.js';
export { ownIds, type AccountSummary } from './account-summary.js';
export type { BackfillProgress } from './account.schema.js';
export { AccountNotUsableError } from './accounts.errors.js';
export { AccountsApiModule, AccountsModule, AccountsWorkerModule } from './accounts.module.js';
export { AccountsRepository } from './accounts.repository.js';
export { AccountsService } from './accounts.service.js';
export type { AlertKind } from './alerts/alert.schema.js';
export { AlertsService } from './alerts/alerts.service.js';
export { ConnectService } from './connect/connect.service.js';
export { ErasureRequestsService } from './privacy/erasure-requests.service.js';
export { ErasureView } from './privacy/privacy.dto.js';
export { erasureView } from './privacy/status-page.js';
export { ErasuresRepository, type Erasure } from './privacy/erasures.repository.js';
export type { ErasureCounts } from './privacy/erasure.schema.js';
export { PrivacyService } from './privacy/privacy.service.js';
export { ProfilesService, type Profile } from './profiles/profiles.service.js';
export {
  defaultAgentSettings,
  unansweredChoices,
  type AgentMode,
  type AgentSettings,
  type AgentSettingsPatch,
  type WhenUnanswered,
} from './settings/agent-settings.js';
export { weekdays, type Hours, type TimeRange } from './settings/hours.js';
export { AgentSettingsPatchDto } from './settings/agent-settings.dto.js';
export { AgentSettingsView } from './settings/agent-settings-view.dto.js';
export { UserSettingsService } from './settings/user-settings.service.js';
export { rotateStoredTokens } from './tokens/rotate-stored-tokens.js';
export type { RotationProgress, SealedSecret, SealedSecrets } from './tokens/rotate-tokens.js';
export { TokenVaultService, type AccountAccess } from './token-vault.service.js';

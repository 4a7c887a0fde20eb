export {
  Caller,
  CallerSession,
  CallerUntil,
  ForAdmins,
  ForAnyone,
  ForOwners,
  ForUsers,
  Public,
  Scope,
  WithoutAddressLimit,
  type AuthenticatedRequest,
} from './auth.decorators.js';
export { newApiKey } from './api-keys/api-key-check.service.js';
export { ApiKeyCheckModule } from './api-keys/api-key-check.module.js';
export { ApiKeysRepository, type StoredApiKey } from './api-keys/api-keys.repository.js';
export { CrossSiteRequestError, GuessedTokenError } from './auth.errors.js';
export { assertRole } from './assert-role.js';
export { AuthModule } from './auth.module.js';
export { IdentityService, type Identity } from './identity.service.js';
export { networkOf } from './network-of.js';
export {
  ownerFilter,
  reaches,
  roles,
  scopeOf,
  systemScope,
  tenantScope,
  type Principal,
  type Role,
  type TenantScope,
  type TokenSubject,
} from './principal.js';
export { RateLimitGuard } from './rate-limit.guard.js';
export { RefusedTokensService } from './refused-tokens.service.js';
export { sessionCookie } from './session-cookie.js';
export { SessionsModule } from './sessions/sessions.module.js';
export type { StoredSession } from './sessions/sessions.repository.js';
export { SessionsService, type OpenedSession } from './sessions/sessions.service.js';
export { TokenService, type Verified } from './token.service.js';

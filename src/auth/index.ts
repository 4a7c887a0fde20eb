export {
  Caller,
  CallerUntil,
  ForAdmins,
  ForUsers,
  Public,
  Scope,
  WithoutAddressLimit,
  type AuthenticatedRequest,
} from './auth.decorators.js';
export { GuessedTokenError } from './auth.errors.js';
export { AuthModule } from './auth.module.js';
export { ownerFilter, scopeOf, systemScope, type Principal, type TenantScope } from './principal.js';
export { RateLimitGuard } from './rate-limit.guard.js';
export { RefusedTokensService } from './refused-tokens.service.js';
export { TokenService, type Verified } from './token.service.js';

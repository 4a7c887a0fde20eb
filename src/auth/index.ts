export { Caller, ForAdmins, ForUsers, Public, Scope, type AuthenticatedRequest } from './auth.decorators.js';
export { AuthModule } from './auth.module.js';
export { ownerFilter, scopeOf, systemScope, type Principal, type TenantScope } from './principal.js';
export { TokenService } from './token.service.js';

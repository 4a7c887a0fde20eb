import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard } from './auth.guard.js';
import { IdentityProviderService } from './identity-provider.service.js';
import { IdentityService } from './identity.service.js';
import { PublicDoorsService } from './public-doors.service.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RefusedTokensService } from './refused-tokens.service.js';
import { TokenService } from './token.service.js';

/** Guards run in this order on every route: who is it, then how often. */
@Global()
@Module({
  providers: [
    TokenService,
    IdentityProviderService,
    IdentityService,
    PublicDoorsService,
    RefusedTokensService,
    RateLimitGuard,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useExisting: RateLimitGuard },
  ],
  exports: [TokenService, IdentityService, RefusedTokensService, RateLimitGuard],
})
export class AuthModule {}

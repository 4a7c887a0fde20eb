import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard } from './auth.guard.js';
import { PublicDoors } from './public-doors.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RefusedTokens } from './refused-tokens.js';
import { TokenService } from './token.service.js';

/** Guards run in this order on every route: who is it, then how often. */
@Global()
@Module({
  providers: [
    TokenService,
    PublicDoors,
    RefusedTokens,
    RateLimitGuard,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useExisting: RateLimitGuard },
  ],
  exports: [TokenService, RefusedTokens, RateLimitGuard],
})
export class AuthModule {}

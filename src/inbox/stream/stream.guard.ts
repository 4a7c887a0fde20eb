import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  GuessedTokenError,
  RateLimitGuard,
  RefusedTokensService,
  TokenService,
  type AuthenticatedRequest,
  type Verified,
} from '../../auth/index.js';
import { UnauthenticatedError } from '../../errors/index.js';
import { StreamTicketsService } from './stream-tickets.service.js';

const needed = 'This route needs an Authorization: Bearer token, or a ticket that is still good.';

/**
 * Lets in whoever has a Bearer token or a ticket, as often as on other routes: when the global guards ran, nobody knew
 * yet who it is.
 */
@Injectable()
export class StreamGuard implements CanActivate {
  constructor(
    private readonly tokens: TokenService,
    private readonly tickets: StreamTicketsService,
    private readonly refused: RefusedTokensService,
    private readonly rateLimit: RateLimitGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    Object.assign(request, await this.refused.counting(request.ip, () => this.callerOf(request)));
    return this.rateLimit.canActivate(context);
  }

  private async callerOf(request: AuthenticatedRequest): Promise<Verified> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.tokens.verifyWithEnd(token);
    const { ticket } = request.query as { ticket?: unknown };
    if (ticket === undefined) throw new UnauthenticatedError(needed);
    const caller = typeof ticket === 'string' && /^[\w-]{32}$/.test(ticket) ? await this.tickets.redeem(ticket) : null;
    if (!caller) throw new GuessedTokenError(needed);
    return caller;
  }
}

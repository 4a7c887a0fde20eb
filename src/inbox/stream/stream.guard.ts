import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  GuessedTokenError,
  RateLimitGuard,
  RefusedTokens,
  TokenService,
  type AuthenticatedRequest,
  type Principal,
} from '../../auth/index.js';
import { UnauthenticatedError } from '../../errors/index.js';
import { StreamTickets } from './stream-tickets.service.js';

const needed = 'This route needs an Authorization: Bearer token, or a ticket that is still good.';

/**
 * Lets in whoever has a Bearer token or a ticket, as often as on other routes: when the global guards ran, nobody knew
 * yet who it is.
 */
@Injectable()
export class StreamGuard implements CanActivate {
  constructor(
    private readonly tokens: TokenService,
    private readonly tickets: StreamTickets,
    private readonly refused: RefusedTokens,
    private readonly rateLimit: RateLimitGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.principal = await this.refused.counting(request.ip, () => this.principalOf(request));
    return this.rateLimit.canActivate(context);
  }

  private async principalOf(request: AuthenticatedRequest): Promise<Principal> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) return this.tokens.verify(token);
    const { ticket } = request.query as { ticket?: unknown };
    if (ticket === undefined) throw new UnauthenticatedError(needed);
    const principal =
      typeof ticket === 'string' && /^[\w-]{32}$/.test(ticket) ? await this.tickets.redeem(ticket) : null;
    if (!principal) throw new GuessedTokenError(needed);
    return principal;
  }
}

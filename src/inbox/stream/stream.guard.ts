import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  GuessedTokenError,
  IdentityService,
  RateLimitGuard,
  RefusedTokensService,
  type AuthenticatedRequest,
  type Identity,
} from '../../auth/index.js';
import { UnauthenticatedError } from '../../errors/index.js';
import { StreamTicketsService } from './stream-tickets.service.js';

const needed = 'This route needs an Authorization: Bearer token, a session, or a ticket that is still good.';

/**
 * Lets in whoever has a Bearer token, a session or a ticket, as often as on other routes: when the global guards ran,
 * nobody knew yet who it is.
 */
@Injectable()
export class StreamGuard implements CanActivate {
  constructor(
    private readonly identities: IdentityService,
    private readonly tickets: StreamTicketsService,
    private readonly refused: RefusedTokensService,
    private readonly rateLimit: RateLimitGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const { ticket } = request.query as { ticket?: unknown };
    const identity =
      ticket === undefined || request.headers.authorization !== undefined
        ? await this.identities.identify(request)
        : await this.refused.counting(request.ip, () => this.holderOf(ticket));
    if (!identity) throw new UnauthenticatedError(needed);
    Object.assign(request, identity);
    return this.rateLimit.canActivate(context);
  }

  private async holderOf(ticket: unknown): Promise<Identity> {
    const holder = typeof ticket === 'string' && /^[\w-]{32}$/.test(ticket) ? await this.tickets.redeem(ticket) : null;
    if (!holder) throw new GuessedTokenError(needed);
    return holder;
  }
}

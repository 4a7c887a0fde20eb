import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { TokenService, type AuthenticatedRequest } from '../../auth/index.js';
import { UnauthenticatedError } from '../../errors/index.js';
import { StreamTickets } from './stream-tickets.service.js';

/** Lets in whoever has a Bearer token or a ticket. */
@Injectable()
export class StreamGuard implements CanActivate {
  constructor(
    private readonly tokens: TokenService,
    private readonly tickets: StreamTickets,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) {
      request.principal = await this.tokens.verify(token);
      return true;
    }
    const { ticket } = request.query as { ticket?: unknown };
    const principal =
      typeof ticket === 'string' && /^[\w-]{32}$/.test(ticket) ? await this.tickets.redeem(ticket) : null;
    if (!principal)
      throw new UnauthenticatedError(
        'This route needs an Authorization: Bearer token, or a ticket that is still good.',
      );
    request.principal = principal;
    return true;
  }
}

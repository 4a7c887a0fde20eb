import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ForbiddenError, UnauthenticatedError } from '../errors/index.js';
import { accessKey, type Access, type AuthenticatedRequest } from './auth.decorators.js';
import { RefusedTokensService } from './refused-tokens.service.js';
import { TokenService } from './token.service.js';

/** Global: every route asks for a valid Bearer token unless it says `@Public()`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenService,
    private readonly refused: RefusedTokensService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new UnauthenticatedError('This route needs an Authorization: Bearer token.');
    const { principal, expiresAtS } = await this.refused.counting(request.ip, () => this.tokens.verifyWithEnd(token));
    Object.assign(request, { principal, expiresAtS });
    if (access === 'admin' && principal.role !== 'admin') throw new ForbiddenError('This route is for the role admin.');
    return true;
  }
}

import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ForbiddenError, UnauthenticatedError } from '../errors/index.js';
import { accessKey, type Access, type AuthenticatedRequest } from './auth.decorators.js';
import { IdentityService } from './identity.service.js';
import { reaches, type Role } from './principal.js';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The least role that a route takes. */
function neededFor(access: Exclude<Access, 'public'>, method: string): Role {
  if (access === 'owner' || access === 'admin') return access;
  return access === 'anyone' || readingMethods.has(method) ? 'viewer' : 'operator';
}

/** Global: every route asks for a valid Bearer token or a session unless it says `@Public()`. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly identities: IdentityService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const from = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, from) ?? 'user';
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const identity = await this.identities.identify(request);
    if (!identity) throw new UnauthenticatedError('This route needs an Authorization: Bearer token, or a session.');
    Object.assign(request, identity);
    const needed = neededFor(access, request.method);
    if (!reaches(identity.principal.role, needed)) throw new ForbiddenError(`This route is for the role ${needed}.`);
    return true;
  }
}

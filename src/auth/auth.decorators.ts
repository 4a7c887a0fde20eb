import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { scopeOf, type Principal, type TenantScope } from './principal.js';

export const accessKey = Symbol('access');

/** What a route asks of its caller. A route that says nothing asks for a valid token: closed by default. */
export type Access = 'public' | 'user' | 'admin';

/** No token asked for: Meta's doors, health. Each use must say in a comment what protects the route instead. */
export const Public = () => SetMetadata(accessKey, 'public' satisfies Access);

export const withoutLimitKey = Symbol('without limit');

/** A public route that is never refused for the number of requests. Each use must say in a comment why. */
export const WithoutAddressLimit = () => SetMetadata(withoutLimitKey, true);

/** Any valid token. */
export const ForUsers = () => applyDecorators(SetMetadata(accessKey, 'user' satisfies Access), ApiBearerAuth());

/** Role `admin` alone; others get 403. */
export const ForAdmins = () => applyDecorators(SetMetadata(accessKey, 'admin' satisfies Access), ApiBearerAuth());

/** `expiresAtS`: end of the token, seconds since epoch. */
export type AuthenticatedRequest = FastifyRequest & { principal?: Principal; expiresAtS?: number };

function principalOf(context: ExecutionContext): Principal {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal) throw new Error('a route without a token asked for its principal');
  return principal;
}

/** The caller. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(context));

/** When the caller's token ends, in seconds since epoch. */
export const CallerUntil = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const { expiresAtS } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (expiresAtS === undefined) throw new Error('a route without a token asked for its end');
  return expiresAtS;
});

/** Whose data the caller may touch; hand it to the repository. */
export const Scope = createParamDecorator((_: unknown, context: ExecutionContext): TenantScope =>
  scopeOf(principalOf(context)),
);

import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Identity } from './identity.service.js';
import { scopeOf, type Principal, type TenantScope } from './principal.js';

export const accessKey = Symbol('access');

/** What a route asks of its caller. A route that says nothing asks as `user` does: closed by default. */
export type Access = 'public' | 'anyone' | 'user' | 'owner' | 'admin';

const signedIn = (access: Access) => applyDecorators(SetMetadata(accessKey, access), ApiBearerAuth(), ApiCookieAuth());

/** No token asked for: Meta's doors, health. Each use must say in a comment what protects the route instead. */
export const Public = () => SetMetadata(accessKey, 'public' satisfies Access);

export const withoutLimitKey = Symbol('without limit');

/** A public route that is never refused for the number of requests. Each use must say in a comment why. */
export const WithoutAddressLimit = () => SetMetadata(withoutLimitKey, true);

/** Whoever is signed in, whatever their role: what people do with their own sign-in. */
export const ForAnyone = () => signedIn('anyone');

/** Reading for every role, changing from `operator` on. */
export const ForUsers = () => signedIn('user');

/** From the role `owner` on: what a tenant decides, not whoever answers for it. */
export const ForOwners = () => signedIn('owner');

/** Role `admin` alone; others get 403. */
export const ForAdmins = () => signedIn('admin');

/** A request whose caller was found out. */
export type AuthenticatedRequest = FastifyRequest & Partial<Identity>;

function principalOf(context: ExecutionContext): Principal {
  const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!principal) throw new Error('a route without a token asked for its principal');
  return principal;
}

/** The caller. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(context));

/** When the caller's token or session ends, in seconds since epoch. */
export const CallerUntil = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const { expiresAtS } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (expiresAtS === undefined) throw new Error('a route without a token asked for its end');
  return expiresAtS;
});

/** The session by which the caller is signed in; `undefined` with a token. */
export const CallerSession = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().sessionId,
);

/** Whose data the caller may touch; hand it to the repository. */
export const Scope = createParamDecorator((_: unknown, context: ExecutionContext): TenantScope =>
  scopeOf(principalOf(context)),
);

/** Who is calling, as the JWT says. */
export interface Principal {
  userId: string;
  role: 'user' | 'admin';
}

declare const scopeBrand: unique symbol;

/**
 * Whose data a query may touch. Every repository method that serves a request takes one, so that it can't be
 * forgotten; it is made from a principal only (or, for our own jobs, by {@link systemScope}).
 */
export type TenantScope = ({ kind: 'tenant'; userId: string } | { kind: 'everyone' }) & { readonly [scopeBrand]: true };

/** A user sees their own data, an admin everybody's. */
export function scopeOf(principal: Principal): TenantScope {
  const scope = principal.role === 'admin' ? { kind: 'everyone' } : { kind: 'tenant', userId: principal.userId };
  return scope as TenantScope;
}

/** For jobs that work on ids they got from the store itself. Never for a request. */
export const systemScope = { kind: 'everyone' } as TenantScope;

/** The scope as a MongoDB filter on the owner's field. */
export function ownerFilter(scope: TenantScope): { user_id?: string } {
  return scope.kind === 'everyone' ? {} : { user_id: scope.userId };
}

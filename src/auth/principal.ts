/** What a person or a program may do, least first; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'owner', 'admin'] as const;

/**
 * `viewer` reads, `operator` answers customers, `owner` decides for the tenant (accounts, agent, people), `admin` for
 * all tenants of the installation.
 */
export type Role = (typeof roles)[number];

/** Who is calling, and for whom. */
export interface Principal {
  /** Whose data it is about: owner of accounts, `user_id` in the store. */
  tenant: string;
  /** The person or program that asks. The same as `tenant` where a token names nobody else. */
  actor: string;
  role: Role;
  /** How they showed who they are. */
  via: 'token' | 'api_key' | 'session';
}

/** What a token of our own is made for. */
export interface TokenSubject {
  userId: string;
  /** `user` is an older word for `owner`. */
  role: Role | 'user';
  /** Where it is not the person itself. */
  tenant?: string;
}

declare const scopeBrand: unique symbol;

/**
 * Whose data a query may touch. Every repository method that serves a request takes one, so that it can't be
 * forgotten; it is made from a principal only (or, for our own jobs, by {@link systemScope}).
 */
export type TenantScope = ({ kind: 'tenant'; userId: string } | { kind: 'everyone' }) & { readonly [scopeBrand]: true };

/** A tenant's people see the tenant's data, an admin everybody's. */
export function scopeOf(principal: Principal): TenantScope {
  return principal.role === 'admin' ? systemScope : tenantScope(principal.tenant);
}

/** One tenant's data, whoever asks: for what acts in its name. */
export function tenantScope(userId: string): TenantScope {
  return { kind: 'tenant', userId } as TenantScope;
}

/** For jobs that work on ids they got from the store itself. Never for a request. */
export const systemScope = { kind: 'everyone' } as TenantScope;

/** Whether a role reaches as far as the one that is needed. */
export function reaches(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The scope as a MongoDB filter on the owner's field. */
export function ownerFilter(scope: TenantScope): { user_id?: string } {
  return scope.kind === 'everyone' ? {} : { user_id: scope.userId };
}

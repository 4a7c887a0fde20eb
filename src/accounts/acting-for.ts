import type { Principal } from '../auth/index.js';
import { ForbiddenError } from '../errors/index.js';

/**
 * The tenant a request is made for: the caller, or whom an admin names.
 * @throws {ForbiddenError} when a user names somebody else
 */
export function actingFor(caller: Principal, userId: string | undefined): string {
  if (userId === undefined || userId === caller.tenant) return caller.tenant;
  if (caller.role !== 'admin') throw new ForbiddenError('user_id is for the role admin.');
  return userId;
}

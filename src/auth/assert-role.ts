import { ForbiddenError } from '../errors/index.js';
import { reaches, type Principal, type Role } from './principal.js';

/** For what a route does only when it is asked to, and which is not for everybody who may use the route. */
export function assertRole({ role }: Principal, needed: Role, what: string): void {
  if (!reaches(role, needed)) throw new ForbiddenError(`${what} is for the role ${needed}.`);
}

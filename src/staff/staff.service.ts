import { Injectable } from '@nestjs/common';
import { AuditService, fieldsOf } from '../audit/index.js';
import { reaches, scopeOf, SessionsService, type Principal, type Role, type TenantScope } from '../auth/index.js';
import { DeskRepository } from '../conversations/index.js';
import { TransactionsService } from '../database/index.js';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors/index.js';
import { aboutStaff } from './about-staff.js';
import { StaffRepository, type StaffMember } from './staff.repository.js';

/** What of a person is changed; what is left out stays. */
export interface StaffChange {
  name?: string;
  role?: Role;
  disabled?: boolean;
}

/** Who works for a tenant. Whatever changes what a person may do ends their sessions, in the same transaction. */
@Injectable()
export class StaffService {
  constructor(
    private readonly staff: StaffRepository,
    private readonly sessions: SessionsService,
    private readonly desk: DeskRepository,
    private readonly transactions: TransactionsService,
    private readonly audit: AuditService,
  ) {}

  /** @returns the caller, where they are a person */
  async self(caller: Principal): Promise<StaffMember | null> {
    return this.staff.findSelf(caller.actor);
  }

  async list(scope: TenantScope, page: { before?: string; limit: number }): Promise<StaffMember[]> {
    return this.staff.list(scope, page);
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, id: string): Promise<StaffMember> {
    const found = await this.staff.find(scope, id);
    if (!found) throw notThere();
    return found;
  }

  /**
   * @throws {NotFoundError}
   * @throws {ForbiddenError} the role is beyond the caller's own, on either side of the change
   * @throws {ConflictError} it is the caller: nobody is left without somebody who may
   */
  async change(caller: Principal, id: string, change: StaffChange): Promise<StaffMember> {
    await this.assertMayChange(caller, id, change);
    const changed = await this.transactions.run(async (transaction) => {
      const after = await this.staff.change(scopeOf(caller), id, change, transaction);
      if (!after) throw notThere();
      if (change.role !== undefined || change.disabled !== undefined) await this.sessions.endAllOf(id, transaction);
      return after;
    });
    await this.audit.record({ action: 'staff.changed', ...aboutStaff(changed), changed: fieldsOf(change) });
    return changed;
  }

  /** @throws as {@link change} */
  async remove(caller: Principal, id: string): Promise<void> {
    const person = await this.assertMayChange(caller, id, { disabled: true });
    await this.transactions.run(async (transaction) => {
      if (!(await this.staff.remove(scopeOf(caller), id, transaction))) throw notThere();
      await this.sessions.endAllOf(id, transaction);
    });
    await this.desk.unassignAll(id);
    await this.audit.record({ action: 'staff.removed', ...aboutStaff(person) });
  }

  private async assertMayChange(caller: Principal, id: string, { role, disabled }: StaffChange): Promise<StaffMember> {
    const person = await this.get(scopeOf(caller), id);
    if (!reaches(caller.role, person.role) || (role !== undefined && !reaches(caller.role, role)))
      throw new ForbiddenError('This is for a role above yours.');
    if (person._id === caller.actor && (role !== undefined || disabled !== undefined))
      throw new ConflictError('Nobody changes their own role, or shuts themselves out: ask somebody else.');
    return person;
  }
}

const notThere = (): NotFoundError => new NotFoundError('There is nobody of that id.');

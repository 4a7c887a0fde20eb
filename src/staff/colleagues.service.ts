import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import type { TenantScope } from '../auth/index.js';
import { StaffRepository } from './staff.repository.js';

/** The people of a tenant, for rooms in which they work. */
@Injectable()
export class ColleaguesService {
  constructor(private readonly staff: StaffRepository) {}

  /** Whether work may be given to them: they are there, and may sign in. */
  async mayBeAssigned(scope: TenantScope, id: string): Promise<boolean> {
    if (!Types.ObjectId.isValid(id) || id.length !== 24) return false;
    const person = await this.staff.find(scope, id);
    return person !== null && person.disabled_at === undefined;
  }

  /** `undefined` for a program. */
  async nameOf(actor: string): Promise<string | undefined> {
    return (await this.staff.findSelf(actor))?.name;
  }
}

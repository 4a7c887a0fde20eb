import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import type { TenantScope } from '../auth/index.js';
import type { RetentionTarget } from '../database/index.js';
import { AUDIT, type AuditRecord } from './audit.schema.js';

export type AuditEntry = Omit<AuditRecord, '_id'> & { _id: string };

/** Which entries; all that are given must hold. */
export interface AuditFilter {
  /** For admins: of one tenant. */
  tenant?: string;
  actor?: string;
  /** An action, or the thing before its dot. */
  action?: string;
  accountId?: string;
  /** As the entries have them. */
  person?: string;
  since?: Date;
  until?: Date;
  /** The last id of the page before. */
  before?: string;
  limit: number;
}

/** Entries of before roles were noted are all of admins. */
const ofAdmins = { role: { $in: ['admin', null] } };

/** Who did what. There is no method that changes an entry, or removes one before its time but with its tenant. */
@Injectable()
export class AuditLogRepository {
  constructor(
    @InjectModel(AUDIT) private readonly model: Model<AuditRecord>,
    private readonly clock: Clock,
  ) {}

  async append(entry: Omit<AuditRecord, '_id' | 'at'>): Promise<void> {
    const at = this.clock.date();
    // Of the clock's second: pages go by the id, and ranges of time become ranges of ids.
    const _id = new Types.ObjectId(Types.ObjectId.generate(Math.floor(at.getTime() / 1_000)));
    await this.model.collection.insertOne({ ...entry, _id, at });
  }

  /** A tenant's, newest first; for admins everybody's. */
  async list(scope: TenantScope, { limit, ...filter }: AuditFilter): Promise<AuditEntry[]> {
    const { tenant, actor, action, accountId, person, since, until } = filter;
    const tenant_id = scope.kind === 'tenant' ? scope.userId : tenant;
    return this.find(
      {
        ...(tenant_id === undefined ? {} : { tenant_id }),
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action: action.includes('.') ? action : beginsWith(`${action}.`) }),
        ...(accountId === undefined ? {} : { 'target.account_id': accountId }),
        ...(person === undefined ? {} : { 'target.person': person }),
        ...(since || until ? { at: { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) } } : {}),
        ...idRange(filter),
      },
      limit,
    );
  }

  /** What admins did, newest first. */
  async listOfAdmins({ actor, before, limit }: Pick<AuditFilter, 'actor' | 'before' | 'limit'>): Promise<AuditEntry[]> {
    return this.find({ ...ofAdmins, ...(actor === undefined ? {} : { actor }), ...idRange({ before }) }, limit);
  }

  /** Part of erasing a tenant. What admins did to it stays: that is the operator's own account of what happened. */
  async removeOfTenant(tenantId: string): Promise<void> {
    await this.model.collection.deleteMany({ tenant_id: tenantId, role: { $ne: 'admin' } });
  }

  /** From when they happened. */
  retention(): RetentionTarget {
    return { collection: this.model.collection, field: 'at' };
  }

  private async find(filter: object, limit: number): Promise<AuditEntry[]> {
    const found = await this.model.collection.find<AuditRecord>(filter, { sort: { _id: -1 }, limit }).toArray();
    return found.map((entry) => ({ ...entry, _id: entry._id.toHexString() }));
  }
}

const idAt = (time: Date, after = 0): Types.ObjectId =>
  Types.ObjectId.createFromTime(Math.max(0, Math.floor(time.getTime() / 1_000) + after));

function idRange({ before, since, until }: Partial<AuditFilter>): { _id?: object } {
  const upper = [before && new Types.ObjectId(before), until && idAt(until, 1)]
    .filter((id) => id instanceof Types.ObjectId)
    .sort((a, b) => (a.toHexString() < b.toHexString() ? -1 : 1))[0];
  if (!upper && !since) return {};
  return { _id: { ...(upper ? { $lt: upper } : {}), ...(since ? { $gte: idAt(since) } : {}) } };
}

/** A range of the index, without a pattern. */
const beginsWith = (text: string): object => ({ $gte: text, $lt: `${text}\uffff` });

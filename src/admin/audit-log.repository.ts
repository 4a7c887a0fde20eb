import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import type { RetentionTarget } from '../database/index.js';
import type { AuditRecord } from './audit.schema.js';

export const AUDIT = 'Audit';

export type AuditEntry = Omit<AuditRecord, '_id'> & { _id: string };

/** What admins did. There is no method that changes an entry, or removes one before its time. */
@Injectable()
export class AuditLogRepository {
  constructor(
    @InjectModel(AUDIT) private readonly model: Model<AuditRecord>,
    private readonly clock: Clock,
  ) {}

  async append(entry: Omit<AuditRecord, '_id' | 'at'>): Promise<void> {
    await this.model.collection.insertOne({ ...entry, at: this.clock.date() });
  }

  /** Newest first. @param before the last id of the page before */
  async list({ actor, before, limit }: { actor?: string; before?: string; limit: number }): Promise<AuditEntry[]> {
    const found = await this.model.collection
      .find<AuditRecord>(
        { ...(actor ? { actor } : {}), ...(before ? { _id: { $lt: new Types.ObjectId(before) } } : {}) },
        { sort: { _id: -1 }, limit },
      )
      .toArray();
    return found.map((entry) => ({ ...entry, _id: entry._id.toHexString() }));
  }

  /** From when they happened. */
  retention(): RetentionTarget {
    return { collection: this.model.collection, field: 'at' };
  }
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { ERASURE, type ErasureCounts, type ErasureRecord } from './erasure.schema.js';

const { trusted } = mongoose;

/** An erasure with its id as hex. */
export type Erasure = Omit<ErasureRecord, '_id'> & { _id: string };
export type NewErasure = Pick<
  ErasureRecord,
  'code' | 'request_hash' | 'subject_hash' | 'kind' | 'subject_id' | 'account_ids' | 'user_id'
>;

/** Requests to erase and their receipts. The job that erases claims, reports progress, completes. */
@Injectable()
export class ErasuresRepository {
  constructor(
    @InjectModel(ERASURE) private readonly model: Model<ErasureRecord>,
    private readonly clock: Clock,
  ) {}

  /** @returns the erasure of this request, the one from before when it was asked already */
  async insertOnce(erasure: NewErasure): Promise<Erasure> {
    const { request_hash, ...rest } = erasure;
    const start = { state: 'queued' as const, counts: {}, attempts: 0, requested_at: this.clock.date() };
    const record = await this.model
      .findOneAndUpdate(
        { request_hash },
        { $setOnInsert: { ...rest, ...start } },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<ErasureRecord>();
    return plain(record);
  }

  async latestRequestOf(subjectHashes: string[]): Promise<Date | undefined> {
    const latest = await this.model
      .findOne({ subject_hash: trusted({ $in: subjectHashes }) }, { _id: 0, requested_at: 1 })
      .sort({ requested_at: -1 })
      .lean<Pick<ErasureRecord, 'requested_at'> | null>();
    return latest?.requested_at;
  }

  /** By the hash of their subject. */
  async latestRequestsOf(subjectHashes: string[]): Promise<Map<string, Date>> {
    const found = await this.model
      .find({ subject_hash: trusted({ $in: subjectHashes }) }, { _id: 0, subject_hash: 1, requested_at: 1 })
      .sort({ requested_at: 1 })
      .lean<Pick<ErasureRecord, 'subject_hash' | 'requested_at'>[]>();
    return new Map(found.map(({ subject_hash, requested_at }) => [subject_hash, requested_at]));
  }

  /** One that a tenant asked for, in its scope. */
  async findOwned(scope: TenantScope, id: string): Promise<Erasure | null> {
    const asked = { _id: new Types.ObjectId(id), user_id: trusted({ $exists: true }) };
    const record = await this.model.findOne({ $and: [asked, ownerFilter(scope)] }).lean<ErasureRecord | null>();
    return record && plain(record);
  }

  async exists(kind: Erasure['kind'], userId: string): Promise<boolean> {
    return (await this.model.exists({ kind, user_id: userId })) !== null;
  }

  async findByCode(code: string): Promise<Erasure | null> {
    const record = await this.model.findOne({ code }).lean<ErasureRecord | null>();
    return record && plain(record);
  }

  /**
   * Conditional: of all workers that got the job, one erases; a crash frees it when the lease ends.
   * @returns `null` when it is done, or another worker has it
   */
  async claim(id: string, leaseMs: number): Promise<Erasure | null> {
    const now = this.clock.date();
    const record = await this.model
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(id),
          state: trusted({ $ne: 'done' }),
          $or: [{ claimed_until: null }, { claimed_until: trusted({ $lte: now }) }],
        },
        { $set: { state: 'running', claimed_until: new Date(now.getTime() + leaseMs) }, $inc: { attempts: 1 } },
        { returnDocument: 'after' },
      )
      .lean<ErasureRecord | null>();
    return record && plain(record);
  }

  /** Adds to the figures and lengthens the lease. */
  async progress(id: string, counts: ErasureCounts, leaseMs: number): Promise<void> {
    const steps = Object.entries(counts as Record<string, number>).map(([part, n]) => [`counts.${part}`, n]);
    await this.model.updateOne(
      { _id: new Types.ObjectId(id), state: 'running' },
      {
        $set: { claimed_until: new Date(this.clock.now() + leaseMs) },
        ...(steps.length > 0 ? { $inc: Object.fromEntries(steps) as Record<string, number> } : {}),
      },
    );
  }

  /** Done: from here on the record is a receipt without the person's id. */
  async complete(id: string): Promise<void> {
    await this.model.updateOne(
      { _id: new Types.ObjectId(id) },
      {
        $set: { state: 'done', completed_at: this.clock.date() },
        $unset: { subject_id: 1, account_ids: 1, claimed_until: 1, error: 1 },
      },
    );
  }

  /** Gives it back to be tried again; the sweep adds its job. */
  async fail(id: string, error: string): Promise<void> {
    await this.model.updateOne(
      { _id: new Types.ObjectId(id), state: 'running' },
      { $set: { state: 'failed', error }, $unset: { claimed_until: 1 } },
    );
  }

  /** What is asked for and nobody works on. */
  async findUnfinished(limit: number): Promise<Erasure[]> {
    const records = await this.model
      .find({
        state: trusted({ $in: ['queued', 'running', 'failed'] }),
        $or: [{ claimed_until: null }, { claimed_until: trusted({ $lte: this.clock.date() }) }],
      })
      .sort({ requested_at: 1 })
      .limit(limit)
      .lean<ErasureRecord[]>();
    return records.map(plain);
  }
}

function plain(record: ErasureRecord): Erasure {
  return { ...record, _id: record._id.toHexString() };
}

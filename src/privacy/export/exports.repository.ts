import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import {
  EXPORT,
  EXPORT_CHUNK,
  type ExportChunkRecord,
  type ExportCounts,
  type ExportPosition,
  type ExportRecord,
} from './export.schema.js';

export type Export = Omit<ExportRecord, '_id'> & { _id: string };
export type WantedExport = Pick<ExportRecord, 'user_id' | 'kind' | 'account_ids' | 'participant_id'>;

/** How long a file may be fetched. */
export const exportLivesMs = 7 * 86_400_000;

/** What was written in one go. */
export interface Written {
  data: Buffer;
  bytes: number;
  counts: ExportCounts;
  /** `undefined`: the file is complete. */
  next?: ExportPosition;
}

/** Exports and the pieces of their files. */
@Injectable()
export class ExportsRepository {
  constructor(
    @InjectModel(EXPORT) private readonly exports: Model<ExportRecord>,
    @InjectModel(EXPORT_CHUNK) private readonly chunks: Model<ExportChunkRecord>,
    private readonly clock: Clock,
  ) {}

  async insert(wanted: WantedExport): Promise<Export> {
    const now = this.clock.date();
    const record: ExportRecord = {
      _id: new Types.ObjectId(),
      ...wanted,
      ...{ state: 'queued', position: { part: 0 }, chunks: 0, counts: {}, bytes: 0, attempts: 0 },
      requested_at: now,
      expires_at: new Date(now.getTime() + exportLivesMs),
    };
    await this.exports.collection.insertOne(record, { ignoreUndefined: true });
    return plain(record);
  }

  /** One of the same that is being made. */
  async findOpen({ user_id, kind, account_ids, participant_id }: WantedExport): Promise<Export | null> {
    const same = { user_id, kind, account_ids, participant_id: participant_id ?? null };
    const found = await this.exports.collection.findOne<ExportRecord>({ ...same, state: { $ne: 'done' } });
    return found && plain(found);
  }

  async find(scope: TenantScope, id: string): Promise<Export | null> {
    const found = await this.exports.collection.findOne<ExportRecord>({
      _id: new Types.ObjectId(id),
      ...ownerFilter(scope),
    });
    return found && plain(found);
  }

  /** Newest first. */
  async list(scope: TenantScope, limit: number): Promise<Export[]> {
    const found = this.exports.collection.find<ExportRecord>(ownerFilter(scope), { sort: { _id: -1 }, limit });
    return (await found.toArray()).map(plain);
  }

  /** What is asked for and nobody works on. */
  async findUnfinished(limit: number): Promise<string[]> {
    const found = await this.exports.collection
      .find<Pick<ExportRecord, '_id'>>(
        { state: { $in: ['queued', 'running', 'failed'] }, ...this.free() },
        { projection: { _id: 1 }, sort: { requested_at: 1 }, limit },
      )
      .toArray();
    return found.map(({ _id }) => _id.toHexString());
  }

  /** Conditional: of all workers that got the job one writes; a crash frees it when the lease ends. */
  async claim(id: string, leaseMs: number): Promise<Export | null> {
    const record = await this.exports.collection.findOneAndUpdate(
      { _id: new Types.ObjectId(id), state: { $ne: 'done' }, ...this.free() },
      { $set: { state: 'running', claimed_until: this.in(leaseMs) }, $inc: { attempts: 1 } },
      { returnDocument: 'after' },
    );
    return record && plain(record as ExportRecord);
  }

  /**
   * Writes the next piece; a run that was cut short writes the same one again.
   * @returns the export as it is then; `null` when it is gone, or somebody else has written on
   */
  async write(
    { _id: id, chunks: number, expires_at }: Export,
    written: Written,
    leaseMs: number,
  ): Promise<Export | null> {
    const _id = new Types.ObjectId(id);
    const chunk = { export_id: _id, number, data: written.data, expires_at };
    await this.chunks.collection.replaceOne({ _id: `${id}:${number}` } as never, chunk, { upsert: true });
    const counts = Object.entries(written.counts).map(([type, n]) => [`counts.${type}`, n]);
    const record = await this.exports.collection.findOneAndUpdate(
      { _id, chunks: number, state: 'running' },
      {
        $inc: { chunks: 1, bytes: written.bytes, ...(Object.fromEntries(counts) as ExportCounts) },
        $set: { claimed_until: this.in(leaseMs), ...(written.next ? { position: written.next } : {}) },
      },
      { returnDocument: 'after' },
    );
    if (!record && !(await this.exports.collection.findOne({ _id })))
      await this.chunks.collection.deleteMany({ export_id: _id });
    return record && plain(record as ExportRecord);
  }

  async complete(id: string): Promise<void> {
    const _id = new Types.ObjectId(id);
    const expires_at = this.in(exportLivesMs);
    await this.chunks.collection.updateMany({ export_id: _id }, { $set: { expires_at } });
    await this.exports.collection.updateOne(
      { _id, state: 'running' },
      {
        $set: { state: 'done', completed_at: this.clock.date(), expires_at },
        $unset: { claimed_until: '', error: '', position: '' },
      },
    );
  }

  /** Gives it back; the sweep adds its job again. */
  async fail(id: string, error: string): Promise<void> {
    await this.exports.collection.updateOne(
      { _id: new Types.ObjectId(id), state: 'running' },
      { $set: { state: 'failed', error }, $unset: { claimed_until: '' } },
    );
  }

  /** The file's pieces in order, one in memory at a time. */
  async *read({ _id, chunks }: Export): AsyncGenerator<Buffer> {
    for (let number = 0; number < chunks; number++) {
      const chunk = await this.chunks.collection.findOne({ _id: `${_id}:${number}` } as never);
      if (!chunk) throw new Error('a piece of an export is gone');
      yield Buffer.from((chunk['data'] as { buffer: Uint8Array }).buffer);
    }
  }

  /** Part of erasing: what was written down of a tenant's data holds what is erased, too. */
  async removeOf(tenants: Iterable<string>): Promise<void> {
    const found = await this.exports.collection
      .find<Pick<ExportRecord, '_id'>>({ user_id: { $in: [...tenants] } }, { projection: { _id: 1 } })
      .toArray();
    const ids = found.map(({ _id }) => _id);
    await this.exports.collection.deleteMany({ _id: { $in: ids } });
    await this.chunks.collection.deleteMany({ export_id: { $in: ids } });
  }

  private in(ms: number): Date {
    return new Date(this.clock.now() + ms);
  }

  private free(): object {
    return { $or: [{ claimed_until: null }, { claimed_until: { $lte: this.clock.date() } }] };
  }
}

function plain(record: ExportRecord): Export {
  return { ...record, _id: record._id.toHexString() };
}

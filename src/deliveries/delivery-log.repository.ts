import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type AnyBulkWriteOperation, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { retentionIndex, type RetentionTarget } from '../database/index.js';
import { dueIndex, unfinishedIndex, type DeliveryRecord, type DeliveryState } from './delivery.schema.js';

export const DELIVERY = 'WebhookDelivery';

/** A delivery as other rooms see it: plain, its id a string. */
export type Delivery = Omit<DeliveryRecord, '_id'> & { _id: string };
export type DeliveryHead = Omit<Delivery, 'payload'>;

export interface NewDelivery {
  /** Hex; made by the caller, so that it can hand the id over without asking for it. */
  id: string;
  payload: string;
  events: number;
  accountIds: string[];
  /** Meta's ids of accounts that are not connected here (yet). */
  unknownIds?: string[];
  receivedAt: Date;
  /** `received` unless nothing is left to do, or nobody can do it. */
  state?: DeliveryState;
  error?: string;
}

export interface DeliveryFilter {
  state?: DeliveryState;
  accountId?: string;
  since?: Date;
  /** The last id of the page before. */
  before?: string;
  limit: number;
}

/** A delivery handed to a job is normally stored within a second; nobody looks at it before this. */
const firstLookMs = 4_000;
const maxBackoffMs = 600_000;
/** The door promises an answer within three seconds, also when MongoDB hangs without closing its connections. */
const insertTimeoutMs = 2_200;
/** MongoDB's code for a query that took longer than it may. */
const maxTimeExpired = 50;

const idOf = (id: string): Types.ObjectId => new Types.ObjectId(id);
const isId = (id: string): boolean => /^[0-9a-f]{24}$/i.test(id);

/** The raw deliveries: written at the door, worked through by `store-deliveries`, looked at and replayed by admins. */
@Injectable()
export class DeliveryLogRepository {
  constructor(
    @InjectModel(DELIVERY) private readonly model: Model<DeliveryRecord>,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes them in one go, durable (majority, journal) when it resolves.
   * @throws the driver's MongoBulkWriteError when only some were written (`writeErrors[].index` names the others)
   */
  async insertMany(deliveries: NewDelivery[]): Promise<void> {
    await this.model.collection.insertMany(deliveries.map(toRecord), { ordered: false, timeoutMS: insertTimeoutMs });
  }

  /** Those that are still kept, in the order they came in. */
  async findByIds(ids: string[], session?: ClientSession): Promise<Delivery[]> {
    const found = await this.model.collection
      .find<DeliveryRecord>({ _id: { $in: ids.filter(isId).map(idOf) } }, { session, sort: { _id: 1 } })
      .toArray();
    return found.map(plain);
  }

  async find(id: string): Promise<Delivery | null> {
    return (await this.findByIds([id]))[0] ?? null;
  }

  /** Their events are stored. One that was parked meanwhile stays parked. */
  async markStored(ids: string[], session?: ClientSession): Promise<void> {
    await this.model.collection.updateMany(
      { _id: { $in: ids.map(idOf) }, state: 'received' },
      { $set: { state: 'stored', stored_at: this.clock.date() }, $unset: { due_at: '', unfinished: '', error: '' } },
      { session },
    );
  }

  /** Storing it failed; the sweep tries again later, and parks it when that never helps. @param error without content */
  async markFailed(id: string, error: string): Promise<void> {
    await this.model.collection.updateOne(
      { _id: idOf(id), state: 'received' },
      { $inc: { failures: 1 }, $set: { error: error.slice(0, 1_000) } },
    );
  }

  /** Puts it aside for a person. @returns `false` when it was done or parked already */
  async park(id: string, error: string): Promise<boolean> {
    const parked = await this.model.collection.updateOne(
      { _id: idOf(id), state: 'received' },
      { $set: { state: 'parked', error: error.slice(0, 1_000) }, $unset: { due_at: '' } },
    );
    return parked.modifiedCount === 1;
  }

  /**
   * What no job has done though it was due, what has waited longest first, without payloads.
   * @param fewerAttempts leaves out what the sweep has enqueued so often
   */
  async findUnhanded(dueBefore: Date, limit: number, fewerAttempts?: number): Promise<DeliveryHead[]> {
    const filter = {
      unfinished: true as const,
      state: 'received' as const,
      due_at: { $lte: dueBefore },
      ...(fewerAttempts === undefined ? {} : { attempts: { $lt: fewerAttempts } }),
    };
    const found = await this.model.collection
      .find<DeliveryRecord>(filter, { projection: { payload: 0 }, sort: { due_at: 1, _id: 1 }, limit, hint: dueIndex })
      .toArray();
    return found.map(plain);
  }

  /** The one that has waited longest to be stored, without its payload. */
  async findOldestReceived(): Promise<DeliveryHead | null> {
    const filter = { unfinished: true as const, state: 'received' as const };
    const options = { projection: { payload: 0 }, sort: { _id: 1 as const }, maxTimeMS: 1_000 };
    const found = await this.model.collection.findOne<DeliveryRecord>(filter, options);
    return found && plain(found);
  }

  /** Why they are not stored yet, though nothing is wrong with them. */
  async noteObstacle(ids: string[], error: string): Promise<void> {
    await this.model.collection.updateMany(
      { _id: { $in: ids.map(idOf) }, state: 'received' },
      { $set: { error: error.slice(0, 1_000) } },
    );
  }

  /** The sweep handed them over; each next look comes twice as late, up to ten minutes. */
  async noteHanded(deliveries: DeliveryHead[]): Promise<void> {
    const now = this.clock.date();
    const updates = deliveries.map(({ _id, attempts }): AnyBulkWriteOperation<DeliveryRecord> => {
      const due = new Date(now.getTime() + Math.min(maxBackoffMs, firstLookMs * 2 ** (attempts + 1)));
      const update = { $inc: { attempts: 1 }, $set: { handed_at: now, due_at: due } };
      return { updateOne: { filter: { _id: idOf(_id), state: 'received' }, update } };
    });
    if (updates.length > 0) await this.model.collection.bulkWrite(updates as never, { ordered: false });
  }

  /** Newest first. */
  async list({ state, accountId, since, before, limit }: DeliveryFilter): Promise<DeliveryHead[]> {
    const range = {
      ...(since ? sinceId(since)._id : {}),
      ...(before ? { $lt: idOf(before) } : {}),
    };
    const filter = {
      ...(state ? { state } : {}),
      ...(state === 'received' || state === 'parked' ? { unfinished: true } : {}),
      ...(accountId ? { account_ids: accountId } : {}),
      ...(Object.keys(range).length > 0 ? { _id: range } : {}),
    };
    const found = await this.model.collection
      .find<DeliveryRecord>(filter, { projection: { payload: 0 }, sort: { _id: -1 }, limit })
      .toArray();
    return found.map(plain);
  }

  /** How many wait to be stored, at most `limit`: a gauge needs no more. */
  async countReceived(limit = 10_000): Promise<number> {
    return this.model.collection.countDocuments({ unfinished: true, state: 'received' }, { limit });
  }

  /**
   * Whether something that Meta delivered for the account in this time still waits to be stored. Where the backlog is
   * too long to tell quickly, it counts as so.
   */
  async isBehind(platformAccountId: string, from: Date, to: Date): Promise<boolean> {
    const waiting = { unfinished: true, state: 'received', account_ids: platformAccountId } as const;
    try {
      const found = await this.model.collection.findOne(
        { ...waiting, received_at: { $gte: from, $lte: to } },
        { projection: { _id: 1 }, hint: unfinishedIndex, maxTimeMS: 1_000 },
      );
      return found !== null;
    } catch (error) {
      if ((error as { code?: unknown }).code === maxTimeExpired) return true;
      throw error;
    }
  }

  /**
   * From when they were stored, or somebody decided to let them go: what was acknowledged and is stored nowhere else yet
   * stays, however long nobody works the queues.
   */
  retention(): RetentionTarget {
    // By the name `retention` earlier versions deleted by the time of arrival, stored or not.
    return {
      collection: this.model.collection,
      field: 'stored_at',
      index: 'retention_of_stored',
      replaces: [retentionIndex],
    };
  }
}

/** @internal an id tells when it was made */
export function sinceId(since: Date) {
  return { _id: { $gte: Types.ObjectId.createFromTime(Math.floor(since.getTime() / 1_000)) } };
}

function toRecord(delivery: NewDelivery) {
  const { id, payload, events, accountIds, unknownIds = [], receivedAt, state = 'received', error } = delivery;
  return {
    _id: idOf(id),
    received_at: receivedAt,
    payload,
    state,
    events,
    account_ids: accountIds,
    ...(unknownIds.length > 0 ? { unknown_ids: unknownIds } : {}),
    attempts: 0,
    failures: 0,
    ...(error ? { error } : {}),
    ...(state === 'received' ? { due_at: new Date(receivedAt.getTime() + firstLookMs) } : {}),
    ...(state === 'stored' ? { stored_at: receivedAt } : { unfinished: true as const }),
  };
}

/** @internal */
export function plain(record: DeliveryRecord): Delivery {
  return { ...record, _id: String(record._id) };
}

/** @internal */
export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

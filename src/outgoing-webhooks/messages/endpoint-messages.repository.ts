import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { RetentionTarget } from '../../database/index.js';
import {
  ENDPOINT_MESSAGE,
  type EndpointAttempt,
  type EndpointMessageRecord,
  type EndpointMessageStatus,
} from './endpoint-message.schema.js';

/** An endpoint message as other files see it: plain, its ids strings. */
export type EndpointMessage = Omit<EndpointMessageRecord, '_id' | 'endpoint_id'> & { _id: string; endpoint_id: string };
export type NewEndpointMessage = Pick<
  EndpointMessage,
  'endpoint_id' | 'user_id' | 'platform_account_id' | 'event_id' | 'event_type' | 'happened_at' | 'source'
>;

/** How many attempts of a message the log shows. */
const keptAttempts = 20;

/** What endpoints are to be told, and what became of it. */
@Injectable()
export class EndpointMessagesRepository {
  constructor(
    @InjectModel(ENDPOINT_MESSAGE) private readonly model: Model<EndpointMessageRecord>,
    private readonly clock: Clock,
  ) {}

  retention(): RetentionTarget {
    return { collection: this.model.collection, field: 'created_at' };
  }

  /** Queues them; what an endpoint has been told of already is passed over. */
  async queue(session: ClientSession, messages: readonly NewEndpointMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const now = this.clock.date();
    const operations = messages.map(({ endpoint_id, event_id, ...rest }) => ({
      updateOne: {
        filter: { endpoint_id: oid(endpoint_id), event_id },
        update: {
          $setOnInsert: { ...rest, status: 'queued', tries: 0, attempts: [], next_attempt_at: now, created_at: now },
        },
        upsert: true,
      },
    }));
    await this.model.collection.bulkWrite(operations, { session });
  }

  /** One whose only attempt is made by whoever writes it. */
  async insertTried(
    message: NewEndpointMessage,
    id: string,
    attempt: EndpointAttempt,
    ok: boolean,
  ): Promise<EndpointMessage> {
    const record: EndpointMessageRecord = {
      ...message,
      _id: oid(id),
      endpoint_id: oid(message.endpoint_id),
      status: ok ? 'delivered' : 'failed',
      tries: 1,
      attempts: [attempt],
      created_at: this.clock.date(),
    };
    await this.model.collection.insertOne(record);
    return plain(record);
  }

  /** Newest first. @param before the last id of the page before */
  async list(
    endpointId: string,
    { status, before, limit }: { status?: EndpointMessageStatus; before?: string; limit: number },
  ): Promise<EndpointMessage[]> {
    const behind = before === undefined ? {} : { _id: { $lt: oid(before) } };
    const filter = { endpoint_id: oid(endpointId), ...behind, ...(status === undefined ? {} : { status }) };
    const found = await this.model.collection
      .find<EndpointMessageRecord>(filter, { sort: { _id: -1 }, limit })
      .toArray();
    return found.map(plain);
  }

  async find(endpointId: string, id: string): Promise<EndpointMessage | null> {
    const found = await this.model.collection.findOne<EndpointMessageRecord>({
      _id: oid(id),
      endpoint_id: oid(endpointId),
    });
    return found && plain(found);
  }

  /**
   * Takes what is due, the longest due first. A crash puts it off for the time of the claim. One worker serves an
   * endpoint: two that claimed at once would both post what both found.
   */
  async claimDue(endpointId: string, count: number, claimMs: number): Promise<EndpointMessage[]> {
    const now = this.clock.date();
    const due = { endpoint_id: oid(endpointId), next_attempt_at: { $lte: now } };
    const found = await this.model.collection
      .find<EndpointMessageRecord>(due, { sort: { next_attempt_at: 1 }, limit: count })
      .toArray();
    if (found.length === 0) return [];
    const claimedUntil = new Date(now.getTime() + claimMs);
    const ids = found.map(({ _id }) => _id);
    await this.model.collection.updateMany({ ...due, _id: { $in: ids } }, { $set: { next_attempt_at: claimedUntil } });
    return found.map((record) => plain({ ...record, next_attempt_at: claimedUntil }));
  }

  async isDue(endpointId: string): Promise<boolean> {
    const filter = { endpoint_id: oid(endpointId), next_attempt_at: { $lte: this.clock.date() } };
    return (await this.model.collection.findOne(filter, { projection: { _id: 1 } })) !== null;
  }

  /** Gives back what was claimed and not tried. */
  async release({ _id, next_attempt_at }: EndpointMessage): Promise<void> {
    const due = { next_attempt_at: this.clock.date() };
    await this.model.collection.updateOne({ _id: oid(_id), next_attempt_at }, { $set: due });
  }

  /**
   * What came of a claimed message's attempt.
   * @param nextAt when it is tried again; `undefined`: it is over
   */
  async noteAttempt(
    { _id, next_attempt_at }: EndpointMessage,
    attempt: EndpointAttempt,
    status: EndpointMessageStatus,
    nextAt?: Date,
  ): Promise<void> {
    const $push = { attempts: { $each: [attempt], $slice: -keptAttempts } } as never;
    // Given up or replayed meanwhile, it keeps that.
    const { matchedCount } = await this.model.collection.updateOne(
      { _id: oid(_id), next_attempt_at },
      {
        $push,
        $inc: { tries: 1 },
        $set: { status, ...(nextAt ? { next_attempt_at: nextAt } : {}) },
        ...(nextAt ? {} : { $unset: { next_attempt_at: 1 } }),
      },
    );
    if (matchedCount === 0) await this.model.collection.updateOne({ _id: oid(_id) }, { $push });
  }

  async withdraw({ _id, next_attempt_at }: EndpointMessage): Promise<void> {
    await this.model.collection.updateOne(
      { _id: oid(_id), next_attempt_at },
      { $set: { status: 'withdrawn' }, $unset: { next_attempt_at: 1 } },
    );
  }

  /** All that is queued for an endpoint that was disabled. */
  async giveUp(endpointId: string): Promise<void> {
    await this.model.collection.updateMany(
      { endpoint_id: oid(endpointId), next_attempt_at: { $exists: true } },
      { $set: { status: 'failed' }, $unset: { next_attempt_at: 1 } },
    );
  }

  /** Queues it again, whatever became of it. */
  async replay(endpointId: string, id: string): Promise<EndpointMessage | null> {
    const replayed = await this.model.collection.findOneAndUpdate(
      { _id: oid(id), endpoint_id: oid(endpointId) },
      { $set: { status: 'queued', tries: 0, next_attempt_at: this.clock.date() } },
      { returnDocument: 'after' },
    );
    return replayed && plain(replayed as unknown as EndpointMessageRecord);
  }

  /**
   * Queues what failed since then again, the oldest first.
   * @param most how many at once
   */
  async replayFailed(endpointId: string, since: Date, most: number): Promise<{ replayed: number; more: boolean }> {
    const filter = { endpoint_id: oid(endpointId), created_at: { $gte: since }, status: 'failed' };
    const found = await this.model.collection
      .find(filter, { sort: { created_at: 1 }, limit: most + 1, projection: { _id: 1 }, maxTimeMS: 10_000 })
      .toArray();
    const { modifiedCount } = await this.model.collection.updateMany(
      { _id: { $in: found.slice(0, most).map(({ _id }) => _id) }, status: 'failed' },
      { $set: { status: 'queued', tries: 0, next_attempt_at: this.clock.date() } },
    );
    return { replayed: modifiedCount, more: found.length > most };
  }

  async removeOf(endpointId: string): Promise<void> {
    await this.model.collection.deleteMany({ endpoint_id: oid(endpointId) });
  }

  async eraseAccount(tenant: string, accountId: string): Promise<void> {
    await this.model.collection.deleteMany({ user_id: tenant, platform_account_id: accountId });
  }

  async eraseTenant(tenant: string): Promise<void> {
    await this.model.collection.deleteMany({ user_id: tenant });
  }
}

const oid = (id: string): Types.ObjectId => new Types.ObjectId(id);
const plain = (record: EndpointMessageRecord): EndpointMessage => ({
  ...record,
  _id: record._id.toHexString(),
  endpoint_id: record.endpoint_id.toHexString(),
});

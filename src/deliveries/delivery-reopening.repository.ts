import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { DELIVERY, escapeRegex, plain, sinceId, type DeliveryHead } from './delivery-log.repository.js';
import { unknownIdsIndex, type DeliveryRecord, type DeliveryState } from './delivery.schema.js';

/** Which deliveries to do again; what is left out limits nothing. */
export interface ReopenFilter {
  state?: DeliveryState;
  accountId?: string;
  /** Received at or after. */
  since?: Date;
  /** Received before. */
  until?: Date;
  /** Their error contains it. */
  error?: string;
  /** The last id of the page before. */
  after?: string;
  limit: number;
}

const idOf = (id: string): Types.ObjectId => new Types.ObjectId(id);
const isId = (id: string): boolean => /^[0-9a-f]{24}$/i.test(id);
/** An admin's request may read past much; it must not go on when nobody waits for it any more. */
const pageTimeoutMs = 10_000;

/** What makes deliveries due again that somebody was done with, or done for. */
@Injectable()
export class DeliveryReopeningRepository {
  constructor(
    @InjectModel(DELIVERY) private readonly model: Model<DeliveryRecord>,
    private readonly clock: Clock,
  ) {}

  /** Makes it due now, whatever became of it before. @returns `null` when it is not kept any more */
  async reopen(id: string): Promise<DeliveryHead | null> {
    if (!isId(id)) return null;
    const reopened = await this.model.collection.findOneAndUpdate({ _id: idOf(id) }, this.dueAgain(), {
      returnDocument: 'after',
      projection: { payload: 0 },
    });
    return reopened && plain(reopened as unknown as DeliveryRecord);
  }

  /**
   * Makes a page of them due now, in the order they came in; the sweep hands them on.
   * @returns the ids of the page: fewer than `limit` when there are no more
   */
  async reopenPage({ limit, ...filter }: ReopenFilter): Promise<string[]> {
    const page = await this.model.collection
      .find<DeliveryRecord>(matching(filter), {
        projection: { _id: 1 },
        sort: { _id: 1 },
        limit,
        maxTimeMS: pageTimeoutMs,
      })
      .toArray();
    if (page.length > 0)
      await this.model.collection.updateMany({ _id: { $in: page.map(({ _id }) => _id) } }, this.dueAgain());
    return page.map(({ _id }) => String(_id));
  }

  /** Nobody will store it: it goes when what is stored goes. @returns `null` unless it was parked */
  async discard(id: string): Promise<DeliveryHead | null> {
    if (!isId(id)) return null;
    const discarded = await this.model.collection.findOneAndUpdate(
      { _id: idOf(id), state: 'parked' },
      { $set: { state: 'discarded', stored_at: this.clock.date() }, $unset: { unfinished: '', due_at: '' } },
      { returnDocument: 'after', projection: { payload: 0 } },
    );
    return discarded && plain(discarded as unknown as DeliveryRecord);
  }

  /**
   * Meta's ids of accounts that were not connected when a delivery named them, in their order. Each is found by one
   * step through the index, however many deliveries name it.
   * @param behind the last id of the look before
   */
  async unknownIds(behind: string, limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (let last = behind; ids.length < limit;) {
      const next = await this.model.collection.findOne<Pick<DeliveryRecord, 'unknown_ids'>>(
        { unknown_ids: { $gt: last } },
        { projection: { _id: 0, unknown_ids: 1 }, sort: { unknown_ids: 1 }, hint: unknownIdsIndex },
      );
      const [least] = (next?.unknown_ids ?? []).filter((id) => id > last).sort();
      if (least === undefined) break;
      ids.push((last = least));
    }
    return ids;
  }

  /**
   * Makes what is done with due again, for an account that was not connected when it came. One that is not done with
   * keeps the id: a job that has read it may not have seen the account.
   * @returns how many
   */
  async reopenFor(metaId: string, accountId: string, since: Date): Promise<number> {
    const { $set, $unset } = this.dueAgain();
    const { modifiedCount } = await this.model.collection.updateMany(
      { unknown_ids: metaId, ...sinceId(since), state: 'stored' },
      { $set, $unset, $addToSet: { account_ids: accountId }, $pull: { unknown_ids: metaId } as never },
    );
    return modifiedCount;
  }

  private dueAgain() {
    return {
      $set: {
        state: 'received' as const,
        unfinished: true as const,
        attempts: 0,
        failures: 0,
        due_at: this.clock.date(),
      },
      $unset: { error: '' as const, stored_at: '' as const },
    };
  }
}

function matching({ state, accountId, since, until, error, after }: Omit<ReopenFilter, 'limit'>) {
  const ids = {
    ...(since ? sinceId(since)._id : {}),
    ...(until ? { $lt: sinceId(new Date(until.getTime() + 1_000))._id.$gte } : {}),
    ...(after ? { $gt: idOf(after) } : {}),
  };
  // An id tells the second it was made in.
  const times = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
  return {
    ...(state ? { state } : {}),
    ...(state === 'received' || state === 'parked' ? { unfinished: true as const } : {}),
    ...(accountId ? { account_ids: accountId } : {}),
    ...(error ? { error: { $regex: escapeRegex(error) } } : {}),
    ...(Object.keys(ids).length > 0 ? { _id: ids } : {}),
    ...(Object.keys(times).length > 0 ? { received_at: times } : {}),
  };
}

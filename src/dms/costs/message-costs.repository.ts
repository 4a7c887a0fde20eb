import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import type { DmChange } from '../dm-store.repository.js';
import { costOf, type MessageCost } from './cost-of.js';
import { MESSAGE_COST, type MessageCostRecord } from './message-cost.schema.js';

export type CountedCost = Omit<MessageCostRecord, '_id' | 'platform_account_id'>;

/** So many count side by side. */
const counters = 16;

/** What accounts' messages are billed as, counted as it is told. */
@Injectable()
export class MessageCostsRepository {
  private readonly counter = randomInt(counters);

  constructor(@InjectModel(MESSAGE_COST) private readonly model: Model<MessageCostRecord>) {}

  /** Counts what became known, in the transaction that stores it: told twice it counts once. */
  async count(session: ClientSession, changes: readonly DmChange[]): Promise<void> {
    const sums = new Map<string, { cost: MessageCost; by: number }>();
    for (const { before, after } of changes) {
      const [known, now] = [costOf(before), costOf(after)];
      if (now && !known) this.add(sums, now, 1);
      // What was told before the message was known moves to the message.
      if (known && !after && before?.placeholder) this.add(sums, known, -1);
    }
    const writes = [...sums].flatMap(([_id, { cost, by }]) =>
      by === 0
        ? []
        : [
            {
              updateOne: {
                filter: { _id },
                update: { $setOnInsert: { ...cost }, $inc: { messages: by } },
                upsert: true,
              },
            },
          ],
    );
    if (writes.length > 0) await this.model.collection.bulkWrite(writes as never, { session });
  }

  /** By day. @param days the first and the last, both among them */
  async ofDays(accountId: string, [first, last]: readonly [string, string]): Promise<CountedCost[]> {
    return this.model.collection
      .aggregate<CountedCost>([
        { $match: { platform_account_id: accountId, day: { $gte: first, $lte: last } } },
        {
          $group: {
            _id: { day: '$day', category: '$category', type: '$type', billable: '$billable' },
            messages: { $sum: '$messages' },
          },
        },
        { $match: { messages: { $gt: 0 } } },
        { $sort: { '_id.day': 1, '_id.category': 1, '_id.type': 1 } },
        { $replaceRoot: { newRoot: { $mergeObjects: ['$_id', { messages: '$messages' }] } } },
      ])
      .toArray();
  }

  async removeOf(accountId: string): Promise<void> {
    await this.model.collection.deleteMany({ platform_account_id: accountId });
  }

  private add(sums: Map<string, { cost: MessageCost; by: number }>, cost: MessageCost, by: number): void {
    const { platform_account_id: account, day, category, type, billable } = cost;
    const id = [account, day, category, type, billable, this.counter].join('|');
    sums.set(id, { cost, by: (sums.get(id)?.by ?? 0) + by });
  }
}

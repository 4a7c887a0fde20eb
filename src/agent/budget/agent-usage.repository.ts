import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { type ClientSession, type Model } from 'mongoose';
import { AGENT_USAGE, type AgentUsageRecord } from './agent-usage.schema.js';

/** What is to be added to a counter, and the most it may hold. */
export interface Wanted {
  key: string;
  amount: number;
  limit: number;
  expiresAt: Date;
}

const duplicateKey = 11_000;
/** A crash that loses the count of a call costs that one call; no journal is waited for. */
const writeConcern = { w: 1 } as const;

/** Counters with a ceiling. They live in MongoDB: a Redis that lost everything must not open the wallet again. */
@Injectable()
export class AgentUsageRepository {
  constructor(@InjectModel(AGENT_USAGE) private readonly model: Model<AgentUsageRecord>) {}

  /**
   * Adds each amount to its counter unless that would pass the counter's limit, in one command.
   * @returns for each whether it was added
   */
  async reserve(wanted: readonly Wanted[]): Promise<boolean[]> {
    const possible = wanted.filter(({ amount, limit }) => amount <= limit);
    const full = await this.addUnlessFull(possible);
    return Promise.all(
      wanted.map(async (one) => possible.includes(one) && (!full.has(one) || (await this.reserveExisting(one)))),
    );
  }

  /** Corrects reservations by what they turned out to be. */
  async adjust(corrections: readonly { key: string; by: number }[]): Promise<void> {
    const updates = corrections
      .filter(({ by }) => by !== 0)
      .map(({ key, by }) => ({ updateOne: { filter: { _id: key }, update: { $inc: { amount: by } } } }));
    if (updates.length > 0) await this.model.collection.bulkWrite(updates as never, { ordered: false, writeConcern });
  }

  /** By key; a counter that was never used is left out. */
  async amountsOf(keys: string[]): Promise<Map<string, number>> {
    const found = await this.model.collection.find<AgentUsageRecord>({ _id: { $in: keys as never[] } }).toArray();
    return new Map(found.map(({ _id, amount }) => [_id, amount]));
  }

  /** Counters of keys `<prefix>…<suffix>` that hold so much. */
  async above(prefix: string, suffix: string, amount: number): Promise<{ key: string; amount: number }[]> {
    const named = { $regex: new RegExp(`^${prefix}.*${suffix}$`) };
    const found = await this.model.collection
      .find<AgentUsageRecord>({ _id: named as never, amount: { $gte: amount } })
      .toArray();
    return found.map(({ _id, amount: held }) => ({ key: _id, amount: held }));
  }

  /** Marks something as done until then; part of the transaction that does it. */
  async mark(session: ClientSession, key: string, expiresAt: Date): Promise<void> {
    const mark = { $set: { amount: 1, expires_at: expiresAt } };
    await this.model.collection.updateOne({ _id: key as never }, mark, { session, upsert: true });
  }

  async isMarked(key: string, now: Date): Promise<boolean> {
    return (await this.model.collection.findOne({ _id: key as never, expires_at: { $gt: now } })) !== null;
  }

  /** @returns those whose counter is there already and was too full to match, or was made by another meanwhile */
  private async addUnlessFull(wanted: readonly Wanted[]): Promise<Set<Wanted>> {
    if (wanted.length === 0) return new Set();
    const updates = wanted.map(({ key, amount, limit, expiresAt }) => ({
      updateOne: {
        filter: { _id: key, amount: { $lte: limit - amount } },
        update: { $inc: { amount }, $setOnInsert: { expires_at: expiresAt } },
        upsert: true,
      },
    }));
    try {
      await this.model.collection.bulkWrite(updates as never, { ordered: false, writeConcern });
      return new Set();
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
      const refused = [error.writeErrors].flat();
      if (refused.length === 0 || refused.some(({ code }) => code !== duplicateKey)) throw error;
      return new Set(refused.map(({ index }) => wanted[index] as Wanted));
    }
  }

  /** Two processes may both have found no counter and raced to insert it: the loser looks again. */
  private async reserveExisting({ key, amount, limit }: Wanted): Promise<boolean> {
    const added = await this.model.collection.updateOne(
      { _id: key as never, amount: { $lte: limit - amount } },
      { $inc: { amount } },
      { writeConcern },
    );
    return added.matchedCount === 1;
  }
}

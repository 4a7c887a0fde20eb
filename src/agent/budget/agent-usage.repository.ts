import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import { AGENT_USAGE, type AgentUsageRecord } from './agent-usage.schema.js';

/** Counters with a ceiling. They live in MongoDB: a Redis that lost everything must not open the wallet again. */
@Injectable()
export class AgentUsageRepository {
  constructor(@InjectModel(AGENT_USAGE) private readonly model: Model<AgentUsageRecord>) {}

  /** Adds `amount` unless that would pass `limit`. @returns whether it was added */
  async reserve(key: string, amount: number, limit: number, expiresAt: Date): Promise<boolean> {
    if (amount > limit) return false;
    try {
      await this.model.collection.updateOne(
        { _id: key as never, amount: { $lte: limit - amount } },
        { $inc: { amount }, $setOnInsert: { expires_at: expiresAt } },
        // A crash that loses the count of a call costs that one call; no journal is waited for.
        { upsert: true, writeConcern: { w: 1 } },
      );
      return true;
    } catch (error) {
      // The counter is there and too full to match.
      if ((error as { code?: number }).code !== 11000) throw error;
      return this.reserveExisting(key, amount, limit);
    }
  }

  /** Corrects a reservation by what it turned out to be. */
  async adjust(key: string, by: number): Promise<void> {
    if (by !== 0) await this.model.collection.updateOne({ _id: key as never }, { $inc: { amount: by } });
  }

  /** By key; a counter that was never used is left out. */
  async amountsOf(keys: string[]): Promise<Map<string, number>> {
    const found = await this.model.collection.find<AgentUsageRecord>({ _id: { $in: keys as never[] } }).toArray();
    return new Map(found.map(({ _id, amount }) => [_id, amount]));
  }

  /** Marks something as done until then; part of the transaction that does it. */
  async mark(session: ClientSession, key: string, expiresAt: Date): Promise<void> {
    const mark = { $set: { amount: 1, expires_at: expiresAt } };
    await this.model.collection.updateOne({ _id: key as never }, mark, { session, upsert: true });
  }

  async isMarked(key: string, now: Date): Promise<boolean> {
    return (await this.model.collection.findOne({ _id: key as never, expires_at: { $gt: now } })) !== null;
  }

  /** Two processes may both have found no counter and raced to insert it: the loser looks again. */
  private async reserveExisting(key: string, amount: number, limit: number): Promise<boolean> {
    const added = await this.model.collection.updateOne(
      { _id: key as never, amount: { $lte: limit - amount } },
      { $inc: { amount } },
    );
    return added.matchedCount === 1;
  }
}

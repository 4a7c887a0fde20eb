import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { LRUCache } from 'lru-cache';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import type { Channel } from '../channels/index.js';
import { requestReads } from '../database/index.js';
import { CONVERSATION, latestChange, type ConversationCounts, type ConversationRecord } from './conversation.schema.js';

/** Which conversations are summed up; an empty one means all. */
export type TotalsFilter =
  | { platform_account_id: string; user_id?: string }
  | { user_id: string; platform?: Channel }
  | { ids: string[] }
  | { platform?: Channel };

const none: ConversationCounts = { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 0 };

interface Kept {
  value: unknown;
  /** When the latest change was made that is in it; 0 when that was longer ago than anybody looks. */
  changedAt: number;
  keptAt: number;
  tookMs: number;
}

/** Changes of other processes carry their clocks; beyond this it is counted anew whatever it looks like. */
const keptMs = 2_000;
/**
 * What took longer than this is shown a while although it has changed, ten times as long as it took: pages of a large
 * account that is awake all the time must not add up its conversations one after the other.
 */
const costlyMs = 500;
const costlyKeptFactor = 10;
const longestKeptMs = 60_000;

/** How far back changes are looked for: as long as a sum is kept, and what clocks may differ. */
const lookBackMs = keptMs + 1_000;
/** A change this young may have brothers that are not visible yet. */
const settledAfterMs = 50;

/**
 * How many DMs there are by direction and read state, out of the counters that each conversation carries. A sum is
 * kept as long as no conversation in it has changed, which one look into an index tells.
 */
@Injectable()
export class ConversationTotalsRepository {
  private readonly kept = new LRUCache<string, Kept>({ max: 5_000 });
  private readonly running = new Map<string, { since: number; value: Promise<unknown> }>();

  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  async of(filter: TotalsFilter): Promise<ConversationCounts> {
    if ('ids' in filter) return this.sumOfFew(filter.ids);
    return this.whileUnchanged(`dms ${JSON.stringify(filter)}`, filter, () => this.sum(filter));
  }

  /**
   * What was computed of these conversations under this key, as long as none of them has changed and two seconds at
   * most, or longer where that took long; else what is computed now. All who ask meanwhile for what takes long share it.
   */
  async whileUnchanged<T>(
    key: string,
    filter: Exclude<TotalsFilter, { ids: string[] }>,
    compute: () => Promise<T>,
  ): Promise<T> {
    const known = this.kept.get(key);
    if (known && performance.now() - known.keptAt < costlyKeptMs(known.tookMs)) return known.value as T;
    // What has begun only now may miss nothing; what runs for long is not begun once more beside it.
    const running = this.running.get(key);
    if (running && performance.now() - running.since >= costlyMs) return running.value as Promise<T>;
    const own = { since: performance.now(), value: this.compute(key, filter, compute) };
    this.running.set(key, own);
    try {
      return await own.value;
    } finally {
      if (this.running.get(key) === own) this.running.delete(key);
    }
  }

  private async compute<T>(key: string, filter: object, compute: () => Promise<T>): Promise<T> {
    const since = this.clock.now() - lookBackMs;
    const changedAt = await this.latestChange(filter, since);
    const known = this.kept.get(key);
    if (known && performance.now() - known.keptAt < keptMs) {
      const unchanged = changedAt === 0 ? known.changedAt <= since : known.changedAt === changedAt;
      if (unchanged) return known.value as T;
    }
    const startedAt = performance.now();
    const value = await compute();
    const keptAt = performance.now();
    const tookMs = keptAt - startedAt;
    if (this.clock.now() - changedAt > settledAfterMs || tookMs >= costlyMs)
      this.kept.set(key, { value, changedAt, keptAt, tookMs });
    return value;
  }

  /** The conversations of this participant, whoever's; usually one, because Meta scopes the id to an account. */
  async idsOfParticipant(
    participantId: string,
    owner: { user_id?: string; platform_account_id?: string; platform?: Channel },
  ): Promise<string[]> {
    const found = await this.model.collection
      .find({ participant_id: participantId, ...owner }, { projection: { _id: 1 }, limit: 50 })
      .toArray();
    return found.map(({ _id }) => String(_id));
  }

  /** @returns when one of them was last changed, in ms; 0 when none was after `since` */
  private async latestChange(filter: object, since: number): Promise<number> {
    const [latest] = await this.model.collection
      .find<Pick<ConversationRecord, 'updated_at'>>(
        { ...filter, updated_at: { $gt: new Date(since) } },
        { projection: { updated_at: 1, _id: 0 }, sort: latestChange, hint: latestChange, limit: 1 },
      )
      .toArray();
    return latest?.updated_at.getTime() ?? 0;
  }

  /** Adding a few up here is quicker than a pipeline. */
  private async sumOfFew(ids: string[]): Promise<ConversationCounts> {
    const found = await this.model.collection
      .find<Pick<ConversationRecord, 'counts'>>(
        { _id: { $in: ids.map((id) => new Types.ObjectId(id)) } },
        { projection: { counts: 1, _id: 0 } },
      )
      .toArray();
    const sums = { ...none };
    for (const { counts } of found)
      for (const name of Object.keys(none) as (keyof ConversationCounts)[]) sums[name] += counts[name];
    return sums;
  }

  private async sum(filter: object): Promise<ConversationCounts> {
    const [sums] = await this.model.collection
      .aggregate<ConversationCounts>(
        [
          { $match: filter },
          {
            $group: {
              _id: null,
              inbound_unread: { $sum: '$counts.inbound_unread' },
              inbound_read: { $sum: '$counts.inbound_read' },
              outbound_unread: { $sum: '$counts.outbound_unread' },
              outbound_read: { $sum: '$counts.outbound_read' },
            },
          },
        ],
        requestReads,
      )
      .toArray();
    return sums ?? none;
  }
}

/** How long it is shown whatever changes. */
function costlyKeptMs(tookMs: number): number {
  return tookMs < costlyMs ? 0 : Math.min(longestKeptMs, tookMs * costlyKeptFactor);
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import { AGENT_RUN, type AgentRunRecord, type Rating, type RunOutcome, type RunRating } from './agent-run.schema.js';

export type NewAgentRun = Omit<AgentRunRecord, '_id' | 'at' | 'expires_at'>;
export type AgentRun = Omit<AgentRunRecord, '_id' | 'expires_at'> & { _id: string };

/** A day of the account's calendar, and what a group of its runs came to. */
export interface UsageRow {
  day: string;
  outcome: RunOutcome;
  reason?: string;
  runs: number;
  model_calls: number;
  withheld: number;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cost_micros: number;
  rated_up: number;
  rated_down: number;
  /** Runs with a model of which no price is known. */
  without_price: number;
}

/** A question that the agent did not know the answer to. */
export type UnknownAsked = Pick<AgentRunRecord, 'conversation_id' | 'answered_ids' | 'at'> & { missing: string };

export interface Period {
  since: Date;
  until: Date;
  timezone: string;
}

/** Longer than anybody asks why; what DMs say is gone sooner where they are. */
export const runDays = 30;
const dayMs = 24 * 3_600_000;
const mostUnknown = 300;

/** Why replies are what they are, for a month. */
@Injectable()
export class AgentRunsRepository {
  constructor(
    @InjectModel(AGENT_RUN) private readonly runs: Model<AgentRunRecord>,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Part of the transaction that writes the reply: there is none without the other. */
  async insert(run: NewAgentRun, session: ClientSession): Promise<void> {
    const at = this.clock.date();
    const days = Math.min(runDays, this.config.DM_RETENTION_DAYS ?? runDays);
    const record = { ...defined(run), at, expires_at: new Date(at.getTime() + days * dayMs) };
    await this.runs.collection.insertOne(record, { session });
  }

  /** The latest that a DM is the reply of, or was answered by. */
  async findOfDm(scope: TenantScope, dmId: string): Promise<AgentRun | null> {
    const found = await this.runs.collection.findOne<AgentRunRecord>(
      { ...ownerFilter(scope), $or: [{ reply_ids: dmId }, { answered_ids: dmId }] },
      { sort: { _id: -1 } },
    );
    if (!found) return null;
    const { _id, expires_at: _expires, ...run } = found;
    return { ...run, _id: _id.toHexString() };
  }

  /** @returns it as it is then; `null` where {@link findOfDm} finds none */
  async rate(scope: TenantScope, dmId: string, rating: RunRating): Promise<AgentRun | null> {
    const run = await this.findOfDm(scope, dmId);
    if (!run) return null;
    await this.runs.collection.updateOne({ _id: new Types.ObjectId(run._id) }, { $set: { rating: defined(rating) } });
    return { ...run, rating };
  }

  /** By day, outcome and reason. */
  async usage(accountId: string, period: Period): Promise<UsageRow[]> {
    const unpriced = { $eq: [{ $type: '$cost_micros' }, 'missing'] };
    const rated = (rating: Rating) => ({ $sum: { $cond: [{ $eq: ['$rating.rating', rating] }, 1, 0] } });
    const sum = (field: string) => ({ $sum: `$${field}` });
    const rows = await this.runs.collection
      .aggregate<UsageRow & { _id: Pick<UsageRow, 'day' | 'outcome' | 'reason'> }>([
        { $match: matching(accountId, period) },
        {
          $group: {
            _id: { day: dayOf(period), outcome: '$outcome', reason: '$reason' },
            runs: { $sum: 1 },
            model_calls: { $sum: { $size: { $ifNull: ['$calls', []] } } },
            withheld: { $sum: { $cond: [{ $gt: [{ $size: { $ifNull: ['$failed_checks', []] } }, 0] }, 1, 0] } },
            ...{ input_tokens: sum('input_tokens'), cached_tokens: sum('cached_tokens') },
            ...{ output_tokens: sum('output_tokens'), reasoning_tokens: sum('reasoning_tokens') },
            cost_micros: { $sum: { $ifNull: ['$cost_micros', 0] } },
            rated_up: rated('up'),
            rated_down: rated('down'),
            without_price: {
              $sum: { $cond: [{ $and: [unpriced, { $gt: ['$input_tokens', 0] }] }, 1, 0] },
            },
          },
        },
      ])
      .toArray();
    return rows.map(({ _id, ...row }) => ({ ...row, ..._id }));
  }

  /** By day, how many replies took so long; in steps of 10 ms up to a second, of 100 ms above. */
  async latencies(accountId: string, period: Period): Promise<{ day: string; ms: number; runs: number }[]> {
    const stepped = {
      $cond: [{ $lt: ['$latency_ms', 1_000] }, { $round: ['$latency_ms', -1] }, { $round: ['$latency_ms', -2] }],
    };
    const rows = await this.runs.collection
      .aggregate<{ _id: { day: string; ms: number }; runs: number }>([
        { $match: { ...matching(accountId, period), 'calls.0': { $exists: true } } },
        { $group: { _id: { day: dayOf(period), ms: stepped }, runs: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    return rows.map(({ _id: { day, ms }, runs }) => ({ day, ms, runs }));
  }

  /** What was asked for and not known since runs are kept, the latest first; at most some hundred. */
  async unknownAsked(accountId: string): Promise<UnknownAsked[]> {
    const fields = { conversation_id: 1, answered_ids: 1, missing: 1, at: 1 } as const;
    return this.runs.collection
      .find<UnknownAsked>({ account_id: accountId, missing: { $type: 'string' } } as object, {
        ...{ projection: { ...fields, _id: 0 }, sort: { at: -1 }, limit: mostUnknown },
      })
      .toArray();
  }

  /** By day, what was asked for and not known, the most frequent first. */
  async missing(accountId: string, period: Period): Promise<{ day: string; topic: string; count: number }[]> {
    const rows = await this.runs.collection
      .aggregate<{ _id: { day: string; topic: string }; count: number }>([
        { $match: { ...matching(accountId, period), missing: { $type: 'string' } } },
        { $group: { _id: { day: dayOf(period), topic: { $toLower: '$missing' } }, count: { $sum: 1 } } },
        { $sort: { count: -1, '_id.topic': 1 } },
        { $limit: 1_000 },
      ])
      .toArray();
    return rows.map(({ _id, count }) => ({ ..._id, count }));
  }

  /** All of a person at an account. */
  async removeOfConversation(conversationId: string, before?: Date): Promise<void> {
    await this.runs.collection.deleteMany({
      conversation_id: conversationId,
      ...(before ? { at: { $lt: before } } : {}),
    });
  }

  /** All of an account, when it is erased. */
  async removeOf(accountId: string): Promise<void> {
    await this.runs.collection.deleteMany({ account_id: accountId });
  }
}

function matching(accountId: string, { since, until }: Period) {
  return { account_id: accountId, at: { $gte: since, $lt: until } };
}

function dayOf({ timezone }: Period) {
  return { $dateToString: { date: '$at', format: '%Y-%m-%d', timezone } };
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model, Types, type Connection } from 'mongoose';
import { ACCOUNT, AccountSchema, type AccountRecord, type AccountStatus } from './account.schema.js';

const { trusted } = mongoose;
const dayMs = 86_400_000;

/** An account that its owner switched off keeps its token alive, so that it can be switched on again months later. */
const refreshable = () => ({ released: false, status: trusted({ $in: ['active', 'disabled'] as AccountStatus[] }) });

export interface RefreshedToken {
  access_token: string;
  token_obtained_at: Date;
  token_expires_at?: Date;
  expires_in?: number;
  due_at: Date;
}

export interface StoredEnvelope {
  id: string;
  field: 'access_token' | 'refresh_token';
  envelope: string;
}

/** The encrypted tokens and when they want refreshing. Every write is bound to the version it was decided on. */
@Injectable()
export class AccountTokensRepository {
  constructor(@InjectModel(ACCOUNT) private readonly model: Model<AccountRecord>) {}

  /** For a command beside the running server. */
  static over(connection: Connection): AccountTokensRepository {
    return new AccountTokensRepository(connection.model<AccountRecord, Model<AccountRecord>>(ACCOUNT, AccountSchema));
  }

  /** Accounts whose refresh is due and that nobody is refreshing. */
  async findRefreshDue(now: Date, limit: number): Promise<string[]> {
    const due = await this.model
      .find(
        {
          ...refreshable(),
          'refresh.due_at': trusted({ $lte: now }),
          $or: [{ 'refresh.claimed_until': null }, { 'refresh.claimed_until': trusted({ $lte: now }) }],
        },
        { _id: 1 },
      )
      .sort({ 'refresh.due_at': 1 })
      .limit(limit)
      .lean();
    return due.map(({ _id }) => _id.toHexString());
  }

  /** Conditional: of all workers that got the job, one refreshes. A crash frees the claim when it ends. */
  async claimRefresh(id: string, now: Date, leaseMs: number): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(id),
          ...refreshable(),
          'refresh.due_at': trusted({ $lte: now }),
          $or: [{ 'refresh.claimed_until': null }, { 'refresh.claimed_until': trusted({ $lte: now }) }],
        },
        { $set: { 'refresh.claimed_until': new Date(now.getTime() + leaseMs) } },
        { returnDocument: 'after', timestamps: false },
      )
      .lean<AccountRecord | null>();
  }

  /** `false` when the account got another token meanwhile: that one stays. */
  async saveRefreshed(id: string, seenVersion: number, token: RefreshedToken): Promise<boolean> {
    const { due_at: dueAt, ...fields } = token;
    const { modifiedCount } = await this.model.updateOne(
      { _id: new Types.ObjectId(id), token_version: seenVersion, released: false },
      {
        $set: {
          ...fields,
          'refresh.due_at': dueAt,
          'refresh.failures': 0,
          'refresh.refreshed_at': token.token_obtained_at,
        },
        $unset: { 'refresh.claimed_until': 1, 'refresh.failing_since': 1, 'refresh.last_error': 1 },
        $inc: { token_version: 1 },
      },
    );
    return modifiedCount === 1;
  }

  /** Puts the refresh off; `error` counts as a failure, its absence as "not yet allowed". */
  async postponeRefresh(id: string, seenVersion: number, until: Date, now: Date, error?: string): Promise<void> {
    const where = { _id: new Types.ObjectId(id), token_version: seenVersion };
    await this.model.updateOne(
      where,
      {
        $set: { 'refresh.due_at': until, ...(error === undefined ? {} : { 'refresh.last_error': error }) },
        $unset: { 'refresh.claimed_until': 1 },
        ...(error === undefined ? {} : { $inc: { 'refresh.failures': 1 } }),
      },
      { timestamps: false },
    );
    if (error === undefined) return;
    await this.model.updateOne(
      { ...where, 'refresh.failing_since': null },
      { $set: { 'refresh.failing_since': now } },
      { timestamps: false },
    );
  }

  /** Live accounts whose token ends before `before` or has ended, soonest first. */
  async findExpiring(before: Date, limit: number): Promise<AccountRecord[]> {
    return this.model
      .find({ status: 'active', token_expires_at: trusted({ $lte: before }) })
      .sort({ token_expires_at: 1 })
      .limit(limit)
      .lean<AccountRecord[]>();
  }

  /** How many live accounts have a token that ends within each number of days (0: has ended). */
  async countExpiring(now: Date, withinDays: readonly number[]): Promise<Map<number, number>> {
    const counts = withinDays.map(async (days): Promise<[number, number]> => {
      const before = new Date(now.getTime() + days * dayMs);
      return [days, await this.model.countDocuments({ released: false, token_expires_at: trusted({ $lte: before }) })];
    });
    return new Map(await Promise.all(counts));
  }

  /** All stored envelopes in the order of their ids, after `afterId`: key rotation walks them. */
  async findEnvelopes(
    afterId: string | undefined,
    limit: number,
  ): Promise<{ lastId?: string; found: StoredEnvelope[] }> {
    const records = await this.model
      .find(afterId === undefined ? {} : { _id: trusted({ $gt: new Types.ObjectId(afterId) }) }, {
        access_token: 1,
        refresh_token: 1,
      })
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
    const found = records.flatMap((record) => {
      const id = record._id.toHexString();
      return (['access_token', 'refresh_token'] as const).flatMap((field): StoredEnvelope[] => {
        const envelope = record[field];
        return envelope === undefined ? [] : [{ id, field, envelope }];
      });
    });
    return { lastId: records.at(-1)?._id.toHexString(), found };
  }

  /** Swaps an envelope for one of the same token; `false` when it was replaced or wiped meanwhile. */
  async replaceEnvelope(from: StoredEnvelope, to: string): Promise<boolean> {
    const { modifiedCount } = await this.model.updateOne(
      { _id: new Types.ObjectId(from.id), [from.field]: from.envelope },
      { $set: { [from.field]: to } },
      { timestamps: false },
    );
    return modifiedCount === 1;
  }
}

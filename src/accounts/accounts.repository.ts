import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model, Types } from 'mongoose';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import type { Channel } from '../channels/index.js';
import { queuedBackfill } from './subscription/queued-backfill.js';
import { ACCOUNT, type AccountRecord, type AccountStatus, type BackfillProgress } from './account.schema.js';

/** A channel by its own name and the contract's. */
export interface ChannelNames {
  channel: Channel;
  platform: string;
}

export interface AccountPage {
  accounts: AccountRecord[];
  total: number;
}

/** What connecting found out about an account, its token as an envelope made for this `_id`. */
export type ConnectedFields = Pick<
  AccountRecord,
  'platform' | 'channel' | 'external_id' | 'username' | 'login' | 'meta' | 'scopes'
> &
  Partial<
    Pick<AccountRecord, 'instagram_data' | 'channel_data' | 'app_user_id' | 'token_expires_at' | 'expires_in'>
  > & {
    access_token: string;
    token_obtained_at: Date;
    refresh_due_at?: Date;
  };

export interface ConnectedRecord {
  account: AccountRecord;
  before?: AccountRecord;
}

/** A request to release that somebody may send again, when the account has been connected again. */
export interface ReleaseRequest {
  hash: string;
  issuedBefore?: Date;
}

export type AccountSettingsPatch = Partial<Pick<AccountRecord, 'label' | 'human_agent_allowed' | 'keep_media'>>;

const { trusted } = mongoose;

/** The accounts as their owners see them. */
@Injectable()
export class AccountsRepository {
  constructor(@InjectModel(ACCOUNT) private readonly model: Model<AccountRecord>) {}

  /** Live accounts that a channel may mean by one of these ids: their own, app-scoped or their Page's. */
  async findLiveByChannelIds({ channel, platform }: ChannelNames, ids: string[]): Promise<AccountRecord[]> {
    return this.model
      .find({
        released: false,
        channel,
        $or: [
          { platform, external_id: trusted({ $in: ids }) },
          { 'instagram_data.id': trusted({ $in: ids }) },
          { login: 'facebook', 'meta.id': trusted({ $in: ids }) },
        ],
      })
      .lean<AccountRecord[]>();
  }

  /** Whether another live account of another channel or number hangs on the same Page or business account. */
  async hasSibling({ _id, login, meta }: Pick<AccountRecord, '_id' | 'login' | 'meta'>): Promise<boolean> {
    if (login !== 'facebook') return false;
    const other = { _id: trusted({ $ne: _id }), 'meta.id': meta.id, login, released: false };
    return (await this.model.exists(other)) !== null;
  }

  async findById(id: string): Promise<AccountRecord | null> {
    if (!Types.ObjectId.isValid(id)) return null;
    return this.model.findById(id).lean<AccountRecord | null>();
  }

  /** By our id or one of its channel's; a tenant's own live record comes before a released one. */
  async findOwned(scope: TenantScope, idOrExternalId: string): Promise<AccountRecord | null> {
    const byId = /^[0-9a-f]{24}$/i.test(idOrExternalId)
      ? { _id: new Types.ObjectId(idOrExternalId) }
      : { $or: [{ external_id: idOrExternalId }, { 'instagram_data.id': idOrExternalId }] };
    return this.model
      .findOne({ ...byId, ...ownerFilter(scope) })
      .sort({ released: 1 })
      .lean<AccountRecord | null>();
  }

  async listOwned(
    scope: TenantScope,
    filter: { status?: AccountStatus; userId?: string; withReleased: boolean; limit: number; skip: number },
  ): Promise<AccountPage> {
    const where = {
      ...(filter.userId === undefined ? {} : { user_id: filter.userId }),
      ...ownerFilter(scope),
      ...(filter.status === undefined ? {} : { status: filter.status }),
      ...(filter.withReleased ? {} : { released: false }),
    };
    const [accounts, total] = await Promise.all([
      this.model
        .find(where)
        .sort({ created_at: -1, _id: -1 })
        .skip(filter.skip)
        .limit(filter.limit)
        .lean<AccountRecord[]>(),
      this.model.countDocuments(where),
    ]);
    return { accounts, total };
  }

  /** Every account the tenant has or had. */
  async idsOfUser(userId: string): Promise<Set<string>> {
    const records = await this.model.find({ user_id: userId }, { _id: 1 }).lean();
    return new Set(records.map(({ _id }) => _id.toHexString()));
  }

  /** The live record of an account, whoever owns it. */
  async findLive(platform: string, externalId: string): Promise<AccountRecord | null> {
    return this.model.findOne({ platform, external_id: externalId, released: false }).lean<AccountRecord | null>();
  }

  /** Live and released records that Meta's privacy callbacks may mean by an app-scoped id. */
  async findByAppScopedId(id: string): Promise<AccountRecord[]> {
    return this.model
      .find({ $or: [{ 'instagram_data.id': id }, { app_user_id: id }, { external_id: id }] })
      .lean<AccountRecord[]>();
  }

  /** The id that the tenant's record of this account has, or will have: its token is encrypted for it. */
  async idFor(userId: string, platform: string, externalId: string): Promise<string> {
    const own = await this.model.findOne({ user_id: userId, platform, external_id: externalId }, { _id: 1 }).lean();
    return (own?._id ?? new Types.ObjectId()).toHexString();
  }

  /**
   * Makes the tenant's record of this account live, a new one or the one it had before.
   * @param id from {@link idFor}
   * @returns the record, and what it was up to this write: of several that connect it at once, each gets its own
   * @throws MongoServerError 11000 when another tenant holds the account, or another process connects it right now
   */
  async connect(id: string, userId: string, fields: ConnectedFields, now: Date): Promise<ConnectedRecord> {
    const { instagram_data: instagram = {}, refresh_due_at: refreshDueAt, ...rest } = fields;
    const { set, unset } = present({ ...rest, ...under('instagram_data', instagram), 'refresh.due_at': refreshDueAt });
    const outlived = ['disconnected_at', 'status_reason', 'sends_paused_until', 'sends_paused_reason'];
    outlived.push('refresh.failing_since', 'refresh.last_error', 'refresh.claimed_until', 'refresh_token');
    const kept = new Set(['app_user_id', ...Object.keys(under('instagram_data', instagram))]);
    const before = await this.model
      .findOneAndUpdate(
        { _id: new Types.ObjectId(id), user_id: userId, platform: fields.platform, external_id: fields.external_id },
        {
          $set: {
            ...set,
            'refresh.failures': 0,
            status: 'active',
            status_changed_at: now,
            released: false,
            connected_at: now,
            // What was written while it was not connected.
            ...queuedBackfill(now),
          },
          $unset: Object.fromEntries([...outlived, ...unset.filter((key) => !kept.has(key))].map((key) => [key, 1])),
          $inc: { token_version: 1 },
        },
        { upsert: true, returnDocument: 'before', setDefaultsOnInsert: true },
      )
      .lean<AccountRecord | null>();
    const account = await this.model.findById(id).orFail().lean<AccountRecord>();
    return { account, ...(before ? { before } : {}) };
  }

  async updateOwned(scope: TenantScope, id: string, patch: AccountSettingsPatch): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        { _id: new Types.ObjectId(id), released: false, ...ownerFilter(scope) },
        { $set: patch },
        { returnDocument: 'after' },
      )
      .lean<AccountRecord | null>();
  }

  /** Conditional: from one of `from` to `to`, with nothing in between. */
  async changeStatus(
    scope: TenantScope,
    id: string,
    from: AccountStatus[],
    to: AccountStatus,
    now: Date,
  ): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        { _id: new Types.ObjectId(id), released: false, status: trusted({ $in: from }), ...ownerFilter(scope) },
        { $set: { status: to, status_changed_at: now }, $unset: { status_reason: 1 } },
        { returnDocument: 'after' },
      )
      .lean<AccountRecord | null>();
  }

  /**
   * Gives the account back: no token, nothing sent, history stays.
   * @param request of Meta's, where one asks for it
   * @returns `null` when it was released already, or the request does not mean it as it is connected now
   */
  async release(id: string, reason: string, now: Date, request?: ReleaseRequest): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(id),
          released: false,
          ...(request ? { released_by: trusted({ $ne: request.hash }) } : {}),
          ...(request?.issuedBefore ? { connected_at: trusted({ $lt: request.issuedBefore }) } : {}),
        },
        {
          $set: {
            released: true,
            status: 'disabled',
            status_reason: reason,
            status_changed_at: now,
            disconnected_at: now,
            ...(request ? { released_by: request.hash } : {}),
            'subscription.state': 'missing',
          },
          $inc: { token_version: 1 },
          $unset: { access_token: 1, refresh_token: 1, token_expires_at: 1, expires_in: 1, 'refresh.due_at': 1 },
        },
        { returnDocument: 'after' },
      )
      .lean<AccountRecord | null>();
  }

  /**
   * Removes the record itself: the last step of erasing everything about an account.
   * @returns `false` when it was connected after this time
   */
  async remove(id: string, connectedUpTo: Date): Promise<boolean> {
    const filter = { _id: new Types.ObjectId(id), connected_at: trusted({ $lte: connectedUpTo }) };
    return (await this.model.deleteOne(filter)).deletedCount === 1;
  }

  /** @returns `false` when it is not in the state seen any more: somebody has asked for it anew */
  async saveBackfill(id: string, seen: BackfillProgress['state'] | null, backfill: BackfillProgress): Promise<boolean> {
    const filter = { _id: new Types.ObjectId(id), 'backfill.state': seen };
    const saved = await this.model.updateOne(filter, { $set: { backfill } }, { timestamps: false });
    return saved.matchedCount === 1;
  }

  /** Accounts whose history was never fetched, or whose run has been silent since then. */
  async findBackfillsToResume(silentSince: Date, limit: number): Promise<string[]> {
    const due = await this.model
      .find(
        {
          status: 'active',
          $or: [
            { 'backfill.state': null },
            {
              'backfill.state': trusted({ $in: ['queued', 'running'] }),
              'backfill.saved_at': trusted({ $lte: silentSince }),
            },
          ],
        },
        { _id: 1 },
      )
      .limit(limit)
      .lean();
    return due.map(({ _id }) => _id.toHexString());
  }

  async countByStatus(): Promise<Record<AccountStatus, number>> {
    const groups = await this.model.aggregate<{ _id: AccountStatus; n: number }>([
      { $group: { _id: '$status', n: { $sum: 1 } } },
    ]);
    const counts: Record<AccountStatus, number> = { active: 0, needs_reauth: 0, disabled: 0 };
    for (const { _id, n } of groups) counts[_id] = n;
    return counts;
  }
}

function under(parent: string, fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [`${parent}.${key}`, value]));
}

/** What has a value is set, what has none is removed. */
function present(fields: Record<string, unknown>): { set: Record<string, unknown>; unset: string[] } {
  const entries = Object.entries(fields);
  return {
    set: Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    unset: entries.filter(([, value]) => value === undefined).map(([key]) => key),
  };
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { channelNames, firstChannel, type Channel } from '../../channels/index.js';
import { requestReads } from '../../database/index.js';
import { pageBehind, type Position } from '../../paging/index.js';
import { DM } from '../dm-store.repository.js';
import { byTimestampOfAccount, byTimestampOfConversation, openOrFailedIndex } from '../dm-indexes.js';
import type { Direction, DmRecord, HeldReason, SendStatus } from '../dm.schema.js';
import { openOrFailed } from '../send-status.js';
import { viewProjection, type ShownDm } from './dm.view.js';

/** The DMs that are listed: by conversations, by account, by tenant, or all; each way has its index. */
export type Within =
  | { conversationIds: string[] }
  | { accountId: string }
  | { userId: string; /** All of the tenant's, for a list by Meta's time. */ accountIds?: string[] }
  | { everything: true };

/** By when they were stored, or by Meta's time; the latter within conversations or accounts. */
export const dmSorts = ['created_at', 'timestamp'] as const;
export type DmSort = (typeof dmSorts)[number];

export interface ListFilter {
  within: Within;
  /** DMs of this channel alone; of a conversation or an account they are all of one. */
  channel?: Channel;
  direction?: Direction;
  read?: boolean;
  sender_id?: string;
  recipient_id?: string;
  /** Of a send; it then is the sender's index that serves, where the state is a rare one. */
  status?: SendStatus;
  held_reason?: HeldReason;
  kind?: DmRecord['kind'];
  /** Stored at this time or later. */
  since?: Date;
  /** Stored before this time. */
  until?: Date;
  /** Left out: by when they were stored. */
  sort?: DmSort;
}

export interface Page {
  limit: number;
  skip: number;
  after?: Position;
}

const newestFirst = {
  created_at: { created_at: -1, _id: -1 },
  timestamp: { timestamp: -1, _id: -1 },
} as const;

/** Pages of DMs, newest first, each out of one index without sorting; only what is rare is sorted by Meta's time when it is asked for. */
@Injectable()
export class DmListRepository {
  constructor(@InjectModel(DM) private readonly model: Model<DmRecord>) {}

  async page(scope: TenantScope, filter: ListFilter, { limit, skip, after }: Page): Promise<ShownDm[]> {
    if (!after) return this.find(scope, filter, {}, limit, skip);
    const behind = (position: object, idBelow: unknown, count: number) =>
      this.find(scope, filter, { ...position, ...(idBelow ? { _id: { $lt: idBelow } } : {}) }, count, 0);
    if (filter.sort === 'timestamp')
      return pageBehind(
        { at: after.at.getTime(), id: after.id },
        limit,
        (dm: ShownDm) => dm.timestamp,
        ({ time, idBelow }, count) => behind({ timestamp: time }, idBelow, count),
      );
    return pageBehind(
      after,
      limit,
      (dm: ShownDm) => dm.created_at,
      ({ time, idBelow }, count) => behind({ created_at: time }, idBelow, count),
    );
  }

  /** For filters that the conversations' counters can't answer. @param limit where counting ends; 0: nowhere */
  async count(scope: TenantScope, filter: ListFilter, limit = 0): Promise<number> {
    const most = limit > 0 ? { limit } : {};
    return this.model.collection.countDocuments(this.where(scope, filter), {
      hint: indexOf(filter),
      ...most,
      ...requestReads,
    });
  }

  /** @internal what a page costs, for the spec that guards the indexes */
  async explain(scope: TenantScope, filter: ListFilter, { limit, skip }: Page): Promise<unknown> {
    return this.model.collection
      .find(this.where(scope, filter), { projection: viewProjection })
      .sort(newestFirst[filter.sort ?? 'created_at'])
      .hint(indexOf(filter))
      .skip(skip)
      .limit(limit)
      .explain('executionStats');
  }

  private async find(
    scope: TenantScope,
    filter: ListFilter,
    position: object,
    limit: number,
    skip: number,
  ): Promise<ShownDm[]> {
    return this.model.collection
      .find<ShownDm>({ ...this.where(scope, filter), ...position }, { projection: viewProjection, ...requestReads })
      .sort(newestFirst[filter.sort ?? 'created_at'])
      .hint(indexOf(filter))
      .skip(skip)
      .limit(limit)
      .toArray();
  }

  private where(scope: TenantScope, filter: ListFilter): object {
    const { within, channel, direction, read, sender_id, recipient_id, status, held_reason, kind, since, until } =
      filter;
    const stored = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
    return {
      ...('userId' in within ? { platform: { $in: storedNamesOf(channel) } } : {}),
      ...prefixOf(within, channel),
      direction: direction ?? { $in: ['inbound', 'outbound'] },
      read: read ?? { $in: [false, true] },
      is_deleted: false,
      placeholder: { $ne: true },
      ...(sender_id ? { sender_id } : {}),
      ...(recipient_id ? { recipient_id } : {}),
      ...(status ? { status } : {}),
      ...(held_reason ? { held_reason } : {}),
      ...(kind ? { kind } : {}),
      // Beside the position that a page is read on from.
      ...(since || until ? { $and: [{ created_at: stored }] } : {}),
      ...ownerFilter(scope),
    };
  }
}

function prefixOf(within: Within, channel?: Channel): object {
  if ('conversationIds' in within) return { conversation_id: { $in: within.conversationIds } };
  if ('accountId' in within) return { platform_account_id: within.accountId };
  if ('userId' in within && within.accountIds) return { platform_account_id: { $in: within.accountIds } };
  return { ...('userId' in within ? { user_id: within.userId } : {}), platform: { $in: storedNamesOf(channel) } };
}

/** What was written when there was one channel names none. */
function storedNamesOf(channel?: Channel): (Channel | null)[] {
  if (channel === undefined) return [...channelNames, null];
  return channel === firstChannel ? [channel, null] : [channel];
}

function indexOf({ within, status, sort, read }: ListFilter): Record<string, 1 | -1> {
  if (status && (openOrFailed as readonly SendStatus[]).includes(status) && !('conversationIds' in within))
    return openOrFailedIndex;
  // What is unread is found by the other index and sorted: by time alone, all that is read would be passed over for it.
  if (sort === 'timestamp' && read !== false)
    return 'conversationIds' in within ? byTimestampOfConversation : byTimestampOfAccount;
  const prefix = Object.keys(prefixOf(within)).map((name) => [name, 1] as const);
  return { ...Object.fromEntries(prefix), direction: 1, read: 1, created_at: -1, _id: -1 };
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import {
  CONVERSATION,
  pausedIndex,
  placeOf,
  type Conversation,
  type ConversationRecord,
  type ListPlace,
  type PauseReason,
} from '../../conversations/index.js';
import { requestReads } from '../../database/index.js';
import { pageBehind, type Position } from '../../paging/index.js';

/** Conversations to list: of an account, of a tenant, or all; each way has its index. */
export type Within = { platform_account_id: string } | { user_id: string } | Record<never, never>;

export interface ConversationFilter {
  within: Within;
  archived: boolean;
  /** Those with blocked people, or without. */
  blocked: boolean;
  unread?: boolean;
  /** Whether the agent is silent there for now, and why. */
  paused?: { now: boolean; reason?: PauseReason };
  /** Whose they are, where one tenant's are asked for. */
  owner?: string;
  /** Of these alone. */
  ids?: string[];
  /** As `searchTermsOf` makes them; each must begin a word of a name or of the last message. */
  terms?: string[];
}

/** A conversation as lists show it. */
export type ListedConversation = Omit<Conversation, keyof typeof unlisted>;

type Query = Record<string, unknown>;

const newestFirst = { last_message_at: -1, _id: -1 } as const;
/** What serves finding and counting alone is not read. */
const unlisted = { search_terms: 0, counts: 0, referral: 0, handover: 0 } as const;
/** A conversation in which nothing was said yet is nothing to list. */
const everSpoken = { $gt: new Date(0) };

/** Pages of conversations, newest first, each out of an index. */
@Injectable()
export class InboxConversationsRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  async page(
    scope: TenantScope,
    filter: ConversationFilter,
    { after, limit }: { after?: Position; limit: number },
  ): Promise<ListedConversation[]> {
    const where = await this.where(scope, filter);
    if (!after) return this.find(filter, where, limit);
    return pageBehind(
      after,
      limit,
      (conversation: ListedConversation) => conversation.last_message_at,
      ({ time, idBelow }, count) => {
        const last_message_at = time instanceof Date ? time : { ...everSpoken, ...time };
        const below = idBelow
          ? { $and: [...((where['$and'] as object[] | undefined) ?? []), { _id: { $lt: idBelow } }] }
          : {};
        return this.find(filter, { ...where, last_message_at, ...below }, count);
      },
    );
  }

  /** Counted in the index alone, but for a search. */
  async count(scope: TenantScope, filter: ConversationFilter): Promise<number> {
    const where = await this.where(scope, filter);
    const options = { hint: indexOf(filter), ...requestReads };
    if (filter.terms || filter.paused || filter.ids || filter.unread !== undefined)
      return this.model.collection.countDocuments(where, options);
    const runs = placesOf(filter).map((unread) => this.model.collection.countDocuments({ ...where, unread }, options));
    return (await Promise.all(runs)).reduce((sum, n) => sum + n, 0);
  }

  async setArchived(scope: TenantScope, id: string, archived: boolean): Promise<void> {
    await this.model.collection.updateOne(
      { _id: new Types.ObjectId(id), ...ownerFilter(scope), archived: !archived },
      { $set: { archived, updated_at: this.clock.date() }, $inc: { revision: 1 } },
    );
  }

  /** @internal what a page costs, for the spec that guards the indexes */
  async explain(scope: TenantScope, filter: ConversationFilter, limit: number): Promise<unknown> {
    return this.model.collection
      .find(await this.where(scope, filter))
      .sort(newestFirst)
      .hint(indexOf(filter))
      .limit(limit)
      .explain('executionStats');
  }

  private async find(filter: ConversationFilter, where: object, limit: number): Promise<ListedConversation[]> {
    const hint = indexOf(filter);
    const found = await this.model.collection
      .find<ConversationRecord>(where, { projection: unlisted, sort: newestFirst, limit, hint, ...requestReads })
      .toArray();
    return found.map((record) => ({ ...record, _id: String(record._id) }));
  }

  private async where(scope: TenantScope, filter: ConversationFilter): Promise<Query> {
    const { within, archived, terms } = filter;
    return {
      ...within,
      archived,
      unread: { $in: placesOf(filter) },
      last_message_at: everSpoken,
      ...this.pausedNow(filter),
      ...(filter.ids ? { _id: { $in: filter.ids.map((id) => new Types.ObjectId(id)) } } : {}),
      ...(terms ? await this.searching(scope, within, terms) : {}),
      // An account belongs to one tenant and was looked up within the scope: only elsewhere does the filter name it.
      ...('platform_account_id' in within ? {} : ownerFilter(scope)),
    };
  }

  private pausedNow({ paused, owner }: ConversationFilter): Query {
    if (!paused) return {};
    const after = { $gt: this.clock.date() };
    return {
      agent_paused_until: paused.now ? after : { $not: after },
      ...(paused.reason ? { agent_paused_reason: paused.reason } : {}),
      ...(owner === undefined ? {} : { user_id: owner }),
    };
  }

  /** The longest word finds them, the others are looked for in what was found. */
  private async searching(scope: TenantScope, within: Within, terms: string[]): Promise<Query> {
    const [longest = '', ...others] = [...terms].sort((a, b) => b.length - a.length);
    const tenant = 'user_id' in within ? within.user_id : ownerFilter(scope).user_id;
    // The index begins with the tenant; an admin's search goes through all of them.
    const user_id = tenant ?? {
      $in: (await this.model.collection.distinct('user_id', within, requestReads)) as string[],
    };
    const begins = (term: string) => ({ search_terms: { $regex: `^${term}` } });
    return { user_id, ...begins(longest), ...(others.length > 0 ? { $and: others.map(begins) } : {}) };
  }
}

/** Where in the lists' indexes stands what is asked for. */
function placesOf({ unread, blocked }: ConversationFilter): ListPlace[] {
  return (unread === undefined ? [false, true] : [unread]).map((state) => placeOf(state, blocked));
}

function indexOf({ within, terms, paused, ids }: ConversationFilter): Record<string, 1 | -1> {
  if (terms) return { user_id: 1, search_terms: 1 };
  if (ids) return { _id: 1 };
  if (paused?.now) return pausedIndex;
  const prefix = Object.keys(within).map((name) => [name, 1] as const);
  return { ...Object.fromEntries(prefix), archived: 1, unread: 1, last_message_at: -1, _id: -1 };
}

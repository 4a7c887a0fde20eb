import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { ChannelsService } from '../../channels/index.js';
import { CONVERSATION, type Conversation, type ConversationRecord } from '../../conversations/index.js';
import { requestReads } from '../../database/index.js';
import { pageBehind, type Position } from '../../paging/index.js';
import { placesOf, planOf, type ConversationFilter, type ListPlan, type Query, type Within } from './work-lists.js';

/** A conversation as lists show it. */
export type ListedConversation = Omit<Conversation, keyof typeof unlisted>;

/** What a person decides about a conversation; what is left out stays, `null` takes away. */
export interface DeskChange {
  archived?: boolean;
  assigneeId?: string | null;
  /** Only if that is who has it: two who reach for it at once do not take it from each other. */
  expectedAssigneeId?: string | null;
  snoozedUntil?: Date | null;
  labels?: string[];
}

/** What serves finding and counting alone is not read. */
const unlisted = { search_terms: 0, counts: 0, referral: 0, handover: 0 } as const;

const hourMs = 3_600_000;

/** Pages of conversations, each out of an index in its order. */
@Injectable()
export class InboxConversationsRepository {
  private readonly windowMs: number;

  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    channels: ChannelsService,
    private readonly clock: Clock,
  ) {
    this.windowMs = channels.first.capabilities.windowHours * hourMs;
  }

  async page(
    scope: TenantScope,
    filter: ConversationFilter,
    { after, limit }: { after?: Position; limit: number },
  ): Promise<ListedConversation[]> {
    const plan = this.plan(filter);
    const { sortedBy, oldestFirst } = plan;
    const where = await this.where(scope, filter, plan);
    if (!after) return this.find(plan, where, limit);
    return pageBehind(
      after,
      limit,
      (conversation: ListedConversation) => conversation[sortedBy],
      ({ time, idBelow, idAbove }, count) => {
        const within = time instanceof Date ? { $eq: time } : time;
        const ids = idBelow ? [{ _id: { $lt: idBelow } }] : idAbove ? [{ _id: { $gt: idAbove } }] : [];
        // Beside the list's own bounds of the same field.
        const and = [...((where['$and'] as object[] | undefined) ?? []), { [sortedBy]: within }, ...ids];
        return this.find(plan, { ...where, $and: and }, count);
      },
      { oldestFirst },
    );
  }

  /** @returns what a page of the filter is sorted by */
  positionOf(filter: ConversationFilter, conversation: ListedConversation): Position {
    // Lists hold conversations that have what they are sorted by.
    return { at: conversation[this.plan(filter).sortedBy] as Date, id: conversation._id };
  }

  /** Counted in the index alone, but for a search. @param limit where counting ends */
  async count(scope: TenantScope, filter: ConversationFilter, limit?: number): Promise<number> {
    const plan = this.plan(filter);
    const where = await this.where(scope, filter, plan);
    const options = { hint: plan.hint, ...requestReads, ...(limit === undefined ? {} : { limit }) };
    const { view, terms, paused, ids, unread, assignee, label } = filter;
    if (view !== undefined || terms || paused || ids || unread !== undefined || assignee !== undefined || label)
      return this.model.collection.countDocuments(where, options);
    const runs = placesOf(filter).map((place) =>
      this.model.collection.countDocuments({ ...where, unread: place }, options),
    );
    return (await Promise.all(runs)).reduce((sum, n) => sum + n, 0);
  }

  /**
   * Carries out what a person decided, all of it or nothing.
   * @returns `false` when it is not there, or somebody else has it than was expected
   */
  async decide(scope: TenantScope, id: string, change: DeskChange): Promise<boolean> {
    const now = this.clock.date();
    const { archived, assigneeId, expectedAssigneeId, snoozedUntil, labels } = change;
    const values: Record<string, unknown> = {
      ...(archived === undefined ? {} : { archived, done_at: archived ? now : null }),
      // What is put away sleeps no more, and what is to come back is not put away.
      ...(archived ? { snoozed_until: null } : {}),
      ...(assigneeId === undefined ? {} : { assignee_id: assigneeId }),
      ...(snoozedUntil === undefined ? {} : { snoozed_until: snoozedUntil }),
      ...(labels === undefined ? {} : { labels: labels.length > 0 ? labels : null }),
      ...(snoozedUntil ? { archived: false, done_at: null } : {}),
    };
    const set = Object.entries(values).filter(([, value]) => value !== null);
    const unset = Object.entries(values).filter(([, value]) => value === null);
    const { matchedCount } = await this.model.collection.updateOne(
      {
        _id: new Types.ObjectId(id),
        ...ownerFilter(scope),
        ...(expectedAssigneeId === undefined ? {} : { assignee_id: expectedAssigneeId }),
      },
      {
        $set: { ...Object.fromEntries(set), updated_at: now },
        ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map(([name]) => [name, ''])) } : {}),
        $inc: { revision: 1 },
      },
    );
    return matchedCount === 1;
  }

  /** @internal what a page costs, for the spec that guards the indexes */
  async explain(scope: TenantScope, filter: ConversationFilter, limit: number): Promise<unknown> {
    const plan = this.plan(filter);
    return this.model.collection
      .find(await this.where(scope, filter, plan))
      .sort(sortOf(plan))
      .hint(plan.hint)
      .limit(limit)
      .explain('executionStats');
  }

  private plan(filter: ConversationFilter): ListPlan {
    return planOf(filter, this.clock.date(), this.windowMs);
  }

  private async find(plan: ListPlan, where: object, limit: number): Promise<ListedConversation[]> {
    const options = { projection: unlisted, sort: sortOf(plan), limit, hint: plan.hint, ...requestReads };
    const found = await this.model.collection.find<ConversationRecord>(where, options).toArray();
    return found.map((record) => ({ ...record, _id: String(record._id) }));
  }

  private async where(scope: TenantScope, filter: ConversationFilter, plan: ListPlan): Promise<Query> {
    const { within, terms } = filter;
    return {
      ...within,
      ...plan.where,
      ...this.pausedNow(filter),
      ...(filter.ids ? { _id: { $in: filter.ids.map((id) => new Types.ObjectId(id)) } } : {}),
      ...(terms || plan.byTenant ? { user_id: await this.tenantsOf(scope, filter) } : {}),
      ...(terms ? searching(terms) : {}),
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

  /** For indexes that begin with the tenant; an admin's list goes through all of them. */
  private async tenantsOf(scope: TenantScope, { within, owner }: ConversationFilter): Promise<unknown> {
    const tenant = 'user_id' in within ? within.user_id : (owner ?? ownerFilter(scope).user_id);
    return tenant ?? { $in: await this.allTenants(within) };
  }

  private async allTenants(within: Within): Promise<string[]> {
    return (await this.model.collection.distinct('user_id', within, requestReads)) as string[];
  }
}

/** The longest word finds them, the others are looked for in what was found. */
function searching(terms: string[]): Query {
  const [longest = '', ...others] = [...terms].sort((a, b) => b.length - a.length);
  const begins = (term: string) => ({ search_terms: { $regex: `^${term}` } });
  return { ...begins(longest), ...(others.length > 0 ? { $and: others.map(begins) } : {}) };
}

function sortOf({ sortedBy, oldestFirst }: ListPlan): Record<string, 1 | -1> {
  const order = oldestFirst ? 1 : -1;
  return { [sortedBy]: order, _id: order };
}

import { Injectable } from '@nestjs/common';
import { AccountDirectoryService, AccountsService } from '../../accounts/index.js';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import type { Channel } from '../../channels/index.js';
import {
  conversationIdOf,
  ConversationsRepository,
  ConversationTotalsRepository,
  type ConversationCounts,
} from '../../conversations/index.js';
import { InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { cursorOf, pageOf, readCursor, totalBeside } from '../../paging/index.js';
import type { Direction } from '../dm.schema.js';
import { accountOfAnotherChannel } from './send.errors.js';
import { DmListRepository, type ListFilter, type Within } from './dm-list.repository.js';
import type { DmView } from './dm-view.dto.js';
import { dmView } from './dm.view.js';
import type { ListDmsQuery } from './list-dms.dto.js';

export interface DmList {
  data: DmView[];
  total: number;
  limit: number;
  skip: number;
  next_cursor: string | null;
}

/** How far filters are counted that no counter knows. */
const countedAtMost = 10_000;

/** MongoDB merges so many sorted runs of an index; more of them it would sort in memory. */
const mergedAccounts = 100;

/** A filter that can hold for no DM. */
const nothing = Symbol('nothing');

/** Lists DMs: chooses the narrowest index a filter allows, and takes totals out of the conversations' counters. */
@Injectable()
export class DmListService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly directory: AccountDirectoryService,
    private readonly conversations: ConversationsRepository,
    private readonly totals: ConversationTotalsRepository,
    private readonly repository: DmListRepository,
  ) {}

  /**
   * @param channel DMs of this one alone; `undefined`: of all
   * @throws {NotFoundError} for another tenant's account or user id, or an account of another channel
   */
  async list(scope: TenantScope, query: ListDmsQuery, channel?: Channel): Promise<DmList> {
    const { limit, skip } = query;
    if (query.cursor !== undefined && skip > 0)
      throw new InvalidRequestError('skip: not together with cursor', [
        { field: 'skip', expected: 'left out when there is a cursor' },
      ]);
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const filter = await this.filterOf(scope, query, channel);
    if (filter === nothing) return { data: [], total: 0, limit, skip, next_cursor: null };
    // What one person wrote often fits a first page, which then is the total.
    const mayBeAll = 'conversationIds' in filter.within && skip === 0 && !after;
    const [found, counted] = await Promise.all([
      this.repository.page(scope, filter, { limit: limit + 1, skip, after }),
      mayBeAll ? undefined : this.total(scope, filter),
    ]);
    const total = totalBeside(counted ?? (found.length <= limit ? found.length : await this.total(scope, filter)), {
      found: found.length,
      limit,
      skip,
      continued: after !== undefined,
    });
    const { data, next_cursor } = pageOf(found, limit, ({ created_at, timestamp, _id }) =>
      cursorOf({ at: query.sort === 'timestamp' ? new Date(timestamp) : created_at, id: String(_id) }),
    );
    return { data: data.map(dmView), total, limit, skip, next_cursor };
  }

  private async filterOf(
    scope: TenantScope,
    query: ListDmsQuery,
    channel: Channel | undefined,
  ): Promise<ListFilter | typeof nothing> {
    const { direction, read, sender_id, recipient_id, user_id } = query;
    const own = ownerFilter(scope).user_id;
    if (user_id !== undefined && own !== undefined && user_id !== own)
      throw new NotFoundError('There is no such user.');
    const account =
      query.platform_account_id === undefined
        ? undefined
        : await this.accounts.getOwnedForReading(scope, query.platform_account_id);
    if (account && channel !== undefined && account.channel !== channel) throw accountOfAnotherChannel(account.channel);
    const owner = user_id ?? own;
    if (account && owner !== undefined && account.user_id !== owner) return nothing;
    const within: Within = account
      ? { accountId: account._id }
      : owner === undefined
        ? { everything: true }
        : { userId: owner };
    const { sort } = query;
    const filter: ListFilter = {
      ...{ within, channel, direction, read, sender_id, recipient_id, sort },
      ...sendFilterOf(query),
    };
    if (filter.status && (direction === 'inbound' || (filter.held_reason && filter.status !== 'queued')))
      return nothing;
    if (filter.status) filter.direction = 'outbound';
    const narrowed = await this.narrowed(scope, filter, query, { owner, accountId: account?._id });
    return sort === 'timestamp' && narrowed !== nothing ? this.byAccounts(narrowed) : narrowed;
  }

  private async narrowed(
    scope: TenantScope,
    filter: ListFilter,
    { sender_id, recipient_id, conversation_id }: ListDmsQuery,
    known: { owner?: string; accountId?: string },
  ): Promise<ListFilter | typeof nothing> {
    if (conversation_id !== undefined) return this.inConversation(scope, filter, conversation_id);
    if (sender_id === undefined && recipient_id === undefined) return filter;
    return this.narrow(filter, known);
  }

  /**
   * By Meta's time a tenant's DMs are merged from those of the accounts.
   * @throws {InvalidRequestError} where nothing says whose accounts, or there are too many of them
   */
  private async byAccounts(filter: ListFilter): Promise<ListFilter | typeof nothing> {
    const { within } = filter;
    if ('everything' in within)
      throw notByTimestamp('platform_account_id, user_id or conversation_id beside timestamp');
    if (!('userId' in within)) return filter;
    const accountIds = [...(await this.accounts.idsOfUser(within.userId))];
    if (accountIds.length > mergedAccounts)
      throw notByTimestamp(`platform_account_id beside timestamp, with more than ${mergedAccounts} accounts`);
    return accountIds.length === 0 ? nothing : { ...filter, within: { ...within, accountIds } };
  }

  /** @throws {NotFoundError} */
  private async inConversation(
    scope: TenantScope,
    filter: ListFilter,
    id: string,
  ): Promise<ListFilter | typeof nothing> {
    const { _id, platform, platform_account_id, user_id } = await this.conversations.get(scope, id);
    const { within, channel } = filter;
    const isElsewhere =
      (channel !== undefined && channel !== platform) ||
      ('accountId' in within && within.accountId !== platform_account_id) ||
      ('userId' in within && within.userId !== user_id);
    return isElsewhere ? nothing : { ...filter, within: { conversationIds: [_id] } };
  }

  /**
   * `sender_id` and `recipient_id` name an account of ours or a participant. Either decides the direction, and a
   * participant the conversation, whose index then serves. The ids stay in the filter: this only finds the way.
   */
  private async narrow(
    filter: ListFilter,
    { owner, accountId }: { owner?: string; accountId?: string },
  ): Promise<ListFilter | typeof nothing> {
    const { sender_id: sender, recipient_id: recipient, channel } = filter;
    const ends = [sender, recipient].filter((id) => id !== undefined);
    const ours = await (channel === undefined
      ? this.directory.findInAnyChannel(ends)
      : this.directory.findByChannelIds(channel, ends));
    const usable = (id: string | undefined) => {
      const account = id === undefined ? undefined : ours.get(id);
      const mine = owner === undefined || account?.user_id === owner;
      return account && mine && (accountId === undefined || account._id === accountId) ? account : undefined;
    };
    const senderAccount = usable(sender);
    const recipientAccount = usable(recipient);
    // Two connected accounts that write to each other: both ends are ours, both directions are possible.
    if (senderAccount && recipientAccount) return filter;
    const ownAccount = senderAccount ?? recipientAccount;
    const direction = directionOf(senderAccount !== undefined, recipientAccount !== undefined, sender, recipient);
    if (filter.direction && direction && filter.direction !== direction) return nothing;
    const participant = senderAccount ? recipient : recipientAccount ? sender : (sender ?? recipient);
    const within = await this.placeOf(filter, participant, { owner, accountId: accountId ?? ownAccount?._id });
    return within === undefined ? nothing : { ...filter, within, direction: direction ?? filter.direction };
  }

  private async placeOf(
    { within, channel }: ListFilter,
    participant: string | undefined,
    { owner, accountId }: { owner?: string; accountId?: string },
  ): Promise<Within | undefined> {
    if (participant === undefined) return accountId === undefined ? within : { accountId };
    if (accountId !== undefined) return { conversationIds: [conversationIdOf(accountId, participant)] };
    const ids = await this.totals.idsOfParticipant(participant, {
      ...(owner === undefined ? {} : { user_id: owner }),
      ...(channel === undefined ? {} : { platform: channel }),
    });
    return ids.length === 0 ? undefined : { conversationIds: ids };
  }

  /** Every DM of a conversation goes one of two ways, so where a filter names an end, the direction says it all. */
  private async total(scope: TenantScope, filter: ListFilter): Promise<number> {
    const { within, channel, sender_id, recipient_id, status, kind, since, until } = filter;
    const ofChannel = channel === undefined ? {} : { platform: channel };
    if (status ?? kind ?? since ?? until) return this.repository.count(scope, filter, countedAtMost);
    const ends = [sender_id, recipient_id].filter((id) => id !== undefined).length;
    const decided = filter.direction !== undefined && (ends === 1 || 'conversationIds' in within);
    if (ends > 0 && !decided) return this.repository.count(scope, filter);
    const counts = await this.totals.of(
      'conversationIds' in within
        ? { ids: within.conversationIds }
        : 'accountId' in within
          ? { platform_account_id: within.accountId, ...ownerFilter(scope) }
          : 'userId' in within
            ? { user_id: within.userId, ...ofChannel }
            : ofChannel,
    );
    return sumOf(counts, filter);
  }
}

function notByTimestamp(expected: string): InvalidRequestError {
  return new InvalidRequestError(`sort: expected ${expected}`, [{ field: 'sort', expected }]);
}

function sendFilterOf({ status, held_reason, kind, since, until }: ListDmsQuery): Partial<ListFilter> {
  return {
    // Only what is queued is held.
    status: status ?? (held_reason ? 'queued' : undefined),
    held_reason,
    kind,
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

/** Where one end is ours, the other is the participant; an end that isn't ours is taken for one. */
function directionOf(fromUs: boolean, toUs: boolean, sender?: string, recipient?: string): Direction | undefined {
  if (fromUs) return 'outbound';
  if (toUs) return 'inbound';
  if (sender !== undefined && recipient !== undefined) return undefined;
  return sender === undefined ? 'outbound' : 'inbound';
}

function sumOf(counts: ConversationCounts, { direction, read }: ListFilter): number {
  const directions = direction ? [direction] : (['inbound', 'outbound'] as const);
  const states = read === undefined ? (['read', 'unread'] as const) : ([read ? 'read' : 'unread'] as const);
  return directions.flatMap((way) => states.map((state) => counts[`${way}_${state}`])).reduce((a, b) => a + b, 0);
}

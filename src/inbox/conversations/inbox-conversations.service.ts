import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsService, AlertsService } from '../../accounts/index.js';
import { AuditService, fieldsOf, type AuditAction } from '../../audit/index.js';
import { ownerFilter, scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import {
  ConversationsRepository,
  ConversationTotalsRepository,
  isSelective,
  searchTermsOf,
  untilHandedBack,
  type Conversation,
} from '../../conversations/index.js';
import { DmsRepository } from '../../dms/index.js';
import { ConflictError, InvalidRequestError } from '../../errors/index.js';
import { cursorOf, pageOf, readCursor, totalBeside } from '../../paging/index.js';
import { ReadMarksService } from '../messages/read-marks.service.js';
import { ConversationViewsService } from './conversation-views.service.js';
import type { ConversationView } from './conversation.view.js';
import type { ListConversationsQuery, PatchConversationDto } from './conversations.dto.js';
import { DeskDecisionsService } from './desk-decisions.service.js';
import { InboxConversationsRepository, type ListedConversation } from './inbox-conversations.repository.js';
import type { ConversationFilter, Within } from './work-lists.js';

export interface ConversationList {
  conversations: ConversationView[];
  total: number;
  next_cursor: string | null;
}

/** Each one is looked up. In scripts without spaces a word is several. */
const maxTerms = 16;

/** What failed longer ago nobody will send again. */
const failedSendsForMs = 30 * 86_400_000;
const maxFailedSends = 1_000;

/** A work list longer than that is told to be that long. */
const maxCountedInView = 1_000;

/** The inbox's conversations: listing, showing and what an operator does with one. */
@Injectable()
export class InboxConversationsService {
  constructor(
    private readonly views: ConversationViewsService,
    private readonly repository: InboxConversationsRepository,
    private readonly conversations: ConversationsRepository,
    private readonly totals: ConversationTotalsRepository,
    private readonly dms: DmsRepository,
    private readonly accounts: AccountsService,
    private readonly readMarks: ReadMarksService,
    private readonly decisions: DeskDecisionsService,
    private readonly audit: AuditService,
    private readonly alerts: AlertsService,
    private readonly clock: Clock,
  ) {}

  /** @throws {InvalidRequestError | NotFoundError} */
  async list(caller: Principal, query: ListConversationsQuery): Promise<ConversationList> {
    const scope = scopeOf(caller);
    refuseMixedFilters(query);
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const { within, owner } = await this.within(scope, query.platform_account_id);
    const terms = query.q === undefined ? undefined : termsOf(query.q);
    if (terms?.length === 0) return { conversations: [], total: 0, next_cursor: null };
    const { archived, unread, blocklisted: blocked } = query;
    const paused = pausedBy(query);
    const ids = query.has_failed_send ? await this.withFailedSends(scope) : undefined;
    const { view, sort } = query;
    const label = query.label?.toLowerCase();
    const oldestFirst = sort === undefined ? undefined : sort === 'oldest';
    const assignee = assigneeOf(caller, query);
    const filter = { within, owner, view, assignee, label, oldestFirst, archived, unread, blocked, paused, ids, terms };
    const [found, total] = await Promise.all([
      this.repository.page(scope, filter, { after, limit: query.limit + 1 }),
      this.total(scope, filter),
    ]);
    const { data, next_cursor } = pageOf(found, query.limit, (last) =>
      cursorOf(this.repository.positionOf(filter, last)),
    );
    const page = { found: found.length, limit: query.limit, continued: after !== undefined };
    return { conversations: await this.viewAll(data), total: totalBeside(total, page), next_cursor };
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, id: string): Promise<ConversationView> {
    return this.views.view(await this.conversations.get(scope, id));
  }

  /** @throws {InvalidRequestError | NotFoundError | ConflictError} */
  async patch(caller: Principal, id: string, change: PatchConversationDto): Promise<ConversationView> {
    const scope = scopeOf(caller);
    const { agent_paused: paused, read } = change;
    if (Object.values(change).every((value) => value === undefined)) {
      const expected = 'done, assignee, labels, snoozed_until, archived, agent_paused or read';
      throw new InvalidRequestError(`Nothing to change: give ${expected}.`, [{ field: 'body', expected }]);
    }
    const conversation = await this.conversations.get(scope, id);
    const decision = await this.decisions.of(caller, conversation, change);
    if (Object.keys(decision).length > 0) {
      if (!(await this.repository.decide(scope, id, decision)))
        throw new ConflictError('Somebody else sees to this conversation by now.');
      await this.note('conversation.changed', conversation, fieldsOf(decision));
    }
    if (paused === true) await this.conversations.pauseAgent(id, { until: untilHandedBack, reason: 'operator' });
    if (paused === false) await this.conversations.resumeAgent(id);
    if (conversation.handed_over && (paused === false || decision.archived)) await this.alerts.clear('handed_over', id);
    if (read) await this.readMarks.markRead(scope, conversation);
    if (paused !== undefined)
      await this.note(paused ? 'conversation.taken_over' : 'conversation.handed_back', conversation);
    return this.get(scope, id);
  }

  private async note(action: AuditAction, { _id, user_id, ...about }: Conversation, changed?: string[]): Promise<void> {
    await this.audit.record({
      action,
      tenant: user_id,
      target: { account_id: about.platform_account_id, conversation_id: _id },
      person: about.participant_id,
      ...(changed ? { changed } : {}),
    });
  }

  private async viewAll(conversations: ListedConversation[]): Promise<ConversationView[]> {
    return Promise.all(conversations.map((conversation) => this.views.view(conversation)));
  }

  async within(
    scope: TenantScope,
    accountId: string | undefined,
  ): Promise<{ within: Within; owner: string | undefined }> {
    if (accountId === undefined) return { within: ownerFilter(scope), owner: ownerFilter(scope).user_id };
    const { _id, user_id: owner } = await this.accounts.getOwnedForReading(scope, accountId);
    return { within: { platform_account_id: _id }, owner };
  }

  private async withFailedSends(scope: TenantScope): Promise<string[]> {
    const since = new Date(this.clock.now() - failedSendsForMs);
    return this.dms.conversationsWithFailedSends(scope, since, maxFailedSends);
  }

  /** Kept as long as no conversation changes. */
  async countUpTo(scope: TenantScope, filter: ConversationFilter, limit = maxCountedInView): Promise<number> {
    const { within, view, assignee, label, archived, unread, blocked } = filter;
    const key = `conversations ${limit} ${JSON.stringify([within, view, assignee, label, archived, unread, blocked])}`;
    return this.totals.whileUnchanged(key, within, () => this.repository.count(scope, filter, limit));
  }

  /** Counted in the index, but for a search; kept as long as no conversation changes. */
  private async total(scope: TenantScope, filter: ConversationFilter): Promise<number> {
    const count = () => this.repository.count(scope, filter);
    if (filter.terms || filter.paused || filter.ids) return count();
    if (filter.view !== undefined || filter.assignee !== undefined || filter.label)
      return this.countUpTo(scope, filter);
    const { within, archived, unread, blocked } = filter;
    const key = `conversations ${JSON.stringify([within, archived, unread, blocked])}`;
    return this.totals.whileUnchanged(key, within, count);
  }
}

/** @throws {InvalidRequestError} a work list says by itself what is in it */
function refuseMixedFilters(query: ListConversationsQuery): void {
  if (query.view === undefined) return;
  const { archived, unread, blocklisted, agent_paused, paused_reason, has_failed_send } = query;
  const given = { archived: archived || undefined, unread, blocklisted: blocklisted || undefined };
  const [mixed] = Object.entries({ ...given, agent_paused, paused_reason, has_failed_send }).find(
    ([, value]) => value !== undefined,
  ) ?? [undefined];
  if (mixed === undefined) return;
  throw new InvalidRequestError(`${mixed}: not beside view`, [{ field: mixed, expected: 'nothing beside view' }]);
}

function assigneeOf({ actor }: Principal, { view, assignee }: ListConversationsQuery): string | null | undefined {
  if (view === 'mine' || assignee === 'me') return actor;
  return assignee === 'none' ? null : assignee?.toLowerCase();
}

/** A reason is asked for only of those in which it holds. */
function pausedBy({ agent_paused: now, paused_reason: reason }: ListConversationsQuery): ConversationFilter['paused'] {
  return now === undefined && reason === undefined ? undefined : { now: now ?? true, reason };
}

/** @throws {InvalidRequestError} a single letter would find nearly everything, at the price of reading it all */
function termsOf(q: string): string[] {
  const terms = searchTermsOf(q).slice(0, maxTerms);
  if (terms.length === 0 || terms.some(isSelective)) return terms;
  throw new InvalidRequestError('q: expected at least two letters of a word', [
    { field: 'q', expected: 'at least two letters of a word' },
  ]);
}

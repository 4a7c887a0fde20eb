import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsService } from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import {
  ConversationsRepository,
  ConversationTotalsRepository,
  isSelective,
  searchTermsOf,
  untilHandedBack,
  type Conversation,
} from '../../conversations/index.js';
import { DmsRepository } from '../../dms/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import { cursorOf, pageOf, readCursor, totalBeside } from '../../paging/index.js';
import { ReadMarksService } from '../messages/read-marks.service.js';
import { ConversationViewsService } from './conversation-views.service.js';
import type { ConversationView } from './conversation.view.js';
import type { ListConversationsQuery, PatchConversationDto } from './conversations.dto.js';
import {
  InboxConversationsRepository,
  type ConversationFilter,
  type ListedConversation,
  type Within,
} from './inbox-conversations.repository.js';

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
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list(scope: TenantScope, query: ListConversationsQuery): Promise<ConversationList> {
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
    const { within, owner } = await this.within(scope, query.platform_account_id);
    const terms = query.q === undefined ? undefined : termsOf(query.q);
    if (terms?.length === 0) return { conversations: [], total: 0, next_cursor: null };
    const { archived, unread, blocklisted: blocked } = query;
    const paused = pausedBy(query);
    const ids = query.has_failed_send ? await this.withFailedSends(scope) : undefined;
    const filter = { within, owner, archived, unread, blocked, paused, ids, terms };
    const [found, total] = await Promise.all([
      this.repository.page(scope, filter, { after, limit: query.limit + 1 }),
      this.total(scope, filter),
    ]);
    const { data, next_cursor } = pageOf(found, query.limit, ({ last_message_at, _id: id }) =>
      // Lists hold conversations in which something was said.
      cursorOf({ at: last_message_at as Date, id }),
    );
    const page = { found: found.length, limit: query.limit, continued: after !== undefined };
    return { conversations: await this.viewAll(data), total: totalBeside(total, page), next_cursor };
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, id: string): Promise<ConversationView> {
    return this.views.view(await this.conversations.get(scope, id));
  }

  /** @throws {InvalidRequestError | NotFoundError} */
  async patch(scope: TenantScope, id: string, change: PatchConversationDto): Promise<ConversationView> {
    const { archived, agent_paused: paused, read } = change;
    if (archived === undefined && paused === undefined && read === undefined) {
      throw new InvalidRequestError('Nothing to change: give archived, agent_paused or read.', [
        { field: 'body', expected: 'archived, agent_paused or read' },
      ]);
    }
    const conversation = await this.conversations.get(scope, id);
    if (archived !== undefined) await this.repository.setArchived(scope, id, archived);
    if (paused === true) await this.conversations.pauseAgent(id, { until: untilHandedBack, reason: 'operator' });
    if (paused === false) await this.conversations.resumeAgent(id);
    if (read) await this.readMarks.markRead(scope, conversation);
    if (paused !== undefined) await this.noteTakeover(conversation, paused);
    return this.get(scope, id);
  }

  private async noteTakeover({ _id, user_id, ...about }: Conversation, takenOver: boolean): Promise<void> {
    await this.audit.record({
      action: takenOver ? 'conversation.taken_over' : 'conversation.handed_back',
      tenant: user_id,
      target: { account_id: about.platform_account_id, conversation_id: _id },
      person: about.participant_id,
    });
  }

  private async viewAll(conversations: ListedConversation[]): Promise<ConversationView[]> {
    return Promise.all(conversations.map((conversation) => this.views.view(conversation)));
  }

  private async within(
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

  /** Counted in the index, but for a search; kept as long as no conversation changes. */
  private async total(scope: TenantScope, filter: ConversationFilter): Promise<number> {
    const count = () => this.repository.count(scope, filter);
    if (filter.terms || filter.paused || filter.ids) return count();
    const { within, archived, unread, blocked } = filter;
    const key = `conversations ${JSON.stringify([within, archived, unread, blocked])}`;
    return this.totals.whileUnchanged(key, within, count);
  }
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

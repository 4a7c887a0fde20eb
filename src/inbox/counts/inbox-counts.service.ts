import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/index.js';
import { scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import type { ConversationFilter, ConversationViewName } from '../conversations/work-lists.js';
import { InboxConversationsService } from '../conversations/inbox-conversations.service.js';
import { countedAtMost, countedViews, type AccountCounts, type CountsDto, type CountView } from './counts.dto.js';

const maxAccounts = 50;

type Where = Pick<ConversationFilter, 'within' | 'owner'>;

/** How much waits in each work list: each count ends at a hundred, however long the list. */
@Injectable()
export class InboxCountsService {
  constructor(
    private readonly conversations: InboxConversationsService,
    private readonly accounts: AccountsRepository,
  ) {}

  /** @throws {NotFoundError} */
  async of(caller: Principal, accountId?: string): Promise<CountsDto> {
    const scope = scopeOf(caller);
    const where = await this.conversations.within(scope, accountId);
    const counted = await Promise.all(
      countedViews.map(async (view) => {
        const assignee = view === 'mine' ? { assignee: caller.actor } : {};
        return [view, await this.count(scope, view, { ...where, ...assignee })] as const;
      }),
    );
    const views = Object.fromEntries(counted) as Record<ConversationViewName, CountView>;
    return { views, accounts: accountId === undefined ? await this.byAccount(scope) : [] };
  }

  private async byAccount(scope: TenantScope): Promise<AccountCounts[]> {
    if (scope.kind === 'everyone') return [];
    const ids = [...(await this.accounts.idsOfUser(scope.userId))].slice(0, maxAccounts);
    return Promise.all(
      ids.map(async (platform_account_id) => {
        const where = { within: { platform_account_id }, owner: scope.userId };
        const [unread, waiting] = await Promise.all([
          this.count(scope, 'unread', where),
          this.count(scope, 'waiting', where),
        ]);
        return { platform_account_id, unread, waiting };
      }),
    );
  }

  private async count(
    scope: TenantScope,
    view: ConversationViewName,
    where: Where & { assignee?: string },
  ): Promise<CountView> {
    const filter = { ...where, view, archived: false, blocked: false };
    const found = await this.conversations.countUpTo(scope, filter, countedAtMost + 1);
    return { count: Math.min(found, countedAtMost), more: found > countedAtMost };
  }
}

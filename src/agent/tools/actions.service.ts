import { Injectable } from '@nestjs/common';
import { AccountsService } from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import { scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import { NotFoundError } from '../../errors/index.js';
import { pageOf } from '../../paging/index.js';
import { JobQueueService } from '../../queue/index.js';
import { actionView } from './action.view.js';
import type { ActionView, ListActionsQuery } from './actions.dto.js';
import { ActionsRepository } from './actions.repository.js';
import { ActionDecidedError } from './tools.errors.js';

/** What the agent wants done, for the people who decide. Another tenant's looks as if it did not exist. */
@Injectable()
export class ActionsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly actions: ActionsRepository,
    private readonly queue: JobQueueService,
    private readonly audit: AuditService,
  ) {}

  /** @throws {NotFoundError} no such account */
  async list(scope: TenantScope, { account_id, conversation_id, state, cursor, limit }: ListActionsQuery) {
    const account = account_id === undefined ? undefined : await this.accounts.getOwned(scope, account_id);
    const filter = { account_id: account?._id, conversation_id, state };
    const found = await this.actions.list(scope, filter, { before: cursor, limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, (last) => last._id);
    return { data: data.map(actionView), next_cursor };
  }

  /**
   * It will be done once. The job is a hint: a sweep finds what is approved.
   * @throws {NotFoundError}
   * @throws {ActionDecidedError}
   */
  async approve(principal: Principal, id: string): Promise<ActionView> {
    const view = await this.decide(principal, id, 'approved');
    await this.queue.add('run-action', { action_id: id });
    return view;
  }

  /** @throws as {@link approve} */
  async refuse(principal: Principal, id: string): Promise<ActionView> {
    return this.decide(principal, id, 'refused');
  }

  private async decide(principal: Principal, id: string, to: 'approved' | 'refused'): Promise<ActionView> {
    const scope = scopeOf(principal);
    const decided = await this.actions.decide(scope, id, to, principal.actor);
    if (decided) {
      const { account_id, conversation_id, tool, user_id: tenant } = decided;
      const target = { account_id, conversation_id, action_id: id, tool };
      await this.audit.record({ action: `action.${to}`, tenant, target });
      return actionView(decided);
    }
    const found = await this.actions.find(scope, id);
    if (!found) throw new NotFoundError('There is no such action.');
    throw new ActionDecidedError('Somebody has decided on this action already.', { details: { state: found.state } });
  }
}

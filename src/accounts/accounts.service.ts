import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AuditService, fieldsOf } from '../audit/index.js';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { InvalidRequestError, NotFoundError } from '../errors/index.js';
import { AccountChangesService, changeOf } from './account-changes.service.js';
import { AccountDirectoryService } from './account-directory.service.js';
import { AccountHealthService } from './account-health.service.js';
import { summaryOf, type AccountSummary } from './account-summary.js';
import { viewOf } from './account-view.js';
import type { AccountView } from './account-view.dto.js';
import type { AccountRecord } from './account.schema.js';
import { AccountNotUsableError } from './accounts.errors.js';
import type { ListAccountsQuery, UpdateAccountDto } from './accounts.dto.js';
import { AccountsRepository } from './accounts.repository.js';
import { AlertsService } from './alerts/alerts.service.js';
import { UserSettingsService } from './settings/user-settings.service.js';
import { SubscriptionService } from './subscription/subscription.service.js';

const changeable = 'label, status, agent_enabled, sends_paused, keep_media, human_agent_allowed';

/** Accounts as the caller may see and change them. */
@Injectable()
export class AccountsService {
  private readonly logger = new Logger(AccountsService.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly directory: AccountDirectoryService,
    private readonly health: AccountHealthService,
    private readonly settings: UserSettingsService,
    private readonly subscriptions: SubscriptionService,
    private readonly changes: AccountChangesService,
    private readonly alerts: AlertsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param idOrIgId our id or either of Instagram's
   * @throws {NotFoundError} when there is none, or it is another tenant's
   */
  async getOwned(scope: TenantScope, idOrIgId: string): Promise<AccountSummary> {
    return summaryOf(await this.getRecord(scope, idOrIgId));
  }

  /** As {@link getOwned}, from memory where it can be: for reading, which dashboards do all the time. */
  async getOwnedForReading(scope: TenantScope, idOrIgId: string): Promise<AccountSummary> {
    const known = /^[0-9a-f]{24}$/.test(idOrIgId) ? await this.directory.get(idOrIgId) : null;
    const { user_id: owner } = ownerFilter(scope);
    return known && (owner === undefined || known.user_id === owner) ? known : this.getOwned(scope, idOrIgId);
  }

  /** Every account the tenant has or had. */
  async idsOfUser(userId: string): Promise<Set<string>> {
    return this.accounts.idsOfUser(userId);
  }

  /** @throws {NotFoundError} for another tenant's user id */
  async list(scope: TenantScope, query: ListAccountsQuery): Promise<{ data: AccountView[]; total: number }> {
    const own = ownerFilter(scope).user_id;
    if (query.user_id !== undefined && own !== undefined && query.user_id !== own)
      throw new NotFoundError('There is no such user.');
    const { accounts, total } = await this.accounts.listOwned(scope, {
      status: query.status,
      userId: query.user_id,
      withReleased: query.disconnected === 'true',
      limit: query.limit,
      skip: query.skip,
    });
    return { data: await this.views(accounts), total };
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, idOrIgId: string): Promise<AccountView> {
    const record = await this.getRecord(scope, idOrIgId);
    return { ...(await this.view(record)), alerts: await this.alerts.standing(record._id.toHexString()) };
  }

  /**
   * @throws {NotFoundError} when there is none, it is another tenant's, or it is disconnected
   * @throws {AccountNotUsableError} when it is to be enabled but must be connected again first
   */
  async update(scope: TenantScope, idOrIgId: string, patch: UpdateAccountDto): Promise<AccountView> {
    const account = await this.getRecord(scope, idOrIgId);
    const accountId = account._id.toHexString();
    if (Object.values(patch).every((value) => value === undefined)) {
      throw new InvalidRequestError('There is nothing to change in this request.', [
        { field: 'body', expected: `at least one of ${changeable}` },
      ]);
    }
    const { status, agent_enabled: agentEnabled, sends_paused: sendsPaused, ...fields } = patch;
    if (status !== undefined) await this.changeStatus(scope, accountId, status);
    if (sendsPaused === false) await this.health.resumeSends(accountId);
    const updated = await this.accounts.updateOwned(scope, accountId, fields);
    if (!updated) throw new NotFoundError('This account is disconnected.');
    if (agentEnabled !== undefined)
      await this.settings.saveAgentSettings(summaryOf(updated), { enabled: agentEnabled });
    await this.changes.announce(changeOf(updated));
    const changed = fieldsOf(patch);
    await this.audit.record({ action: 'account.changed', ...aboutAccount(updated), changed });
    return this.view(updated);
  }

  /** Gives the account back: unsubscribed as far as Meta answers, token wiped, history kept. Again changes nothing. */
  async disconnect(scope: TenantScope, idOrIgId: string): Promise<AccountView> {
    const account = await this.getRecord(scope, idOrIgId);
    if (account.released) return this.view(account);
    const accountId = account._id.toHexString();
    await this.subscriptions.remove(account);
    const released = await this.accounts.release(accountId, 'disconnected by its owner', this.clock.date());
    if (released) {
      await this.changes.announce(changeOf(released));
      await this.alerts.clearAll(accountId);
      await this.audit.record({ action: 'account.disconnected', ...aboutAccount(released) });
      this.logger.log({ msg: 'account disconnected', account_id: accountId });
    }
    return this.view(await this.getRecord(scope, accountId));
  }

  async view(record: AccountRecord): Promise<AccountView> {
    const [view] = await this.views([record]);
    return view as AccountView;
  }

  private async views(records: AccountRecord[]): Promise<AccountView[]> {
    const on = await this.settings.agentsOn(records.map(summaryOf));
    return records.map((record) => viewOf(record, on.has(record._id.toHexString()) && !record.released));
  }

  private async changeStatus(scope: TenantScope, accountId: string, to: 'active' | 'disabled'): Promise<void> {
    const from =
      to === 'active' ? (['active', 'disabled'] as const) : (['active', 'needs_reauth', 'disabled'] as const);
    const changed = await this.accounts.changeStatus(scope, accountId, [...from], to, this.clock.date());
    if (!changed) throw new AccountNotUsableError('account_needs_reauth', accountId);
  }

  private async getRecord(scope: TenantScope, idOrIgId: string): Promise<AccountRecord> {
    const record = await this.accounts.findOwned(scope, idOrIgId);
    if (!record) throw new NotFoundError('There is no such account.');
    return record;
  }
}

function aboutAccount({ _id, user_id: tenant }: AccountRecord): { tenant: string; target: { account_id: string } } {
  return { tenant, target: { account_id: _id.toHexString() } };
}

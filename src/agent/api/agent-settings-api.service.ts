import { Injectable } from '@nestjs/common';
import {
  AccountsService,
  UserSettingsService,
  type AgentSettings,
  type AgentSettingsPatch,
} from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import type { TenantScope } from '../../auth/index.js';

/** The agent's settings of an account, for its owner. */
@Injectable()
export class AgentSettingsApiService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly settings: UserSettingsService,
    private readonly audit: AuditService,
  ) {}

  /** @throws {NotFoundError} no such account, or another tenant's */
  async get(scope: TenantScope, accountId: string): Promise<AgentSettings> {
    return this.settings.agentSettings(await this.accounts.getOwned(scope, accountId));
  }

  /**
   * Changes what `patch` names; `null` puts a field back to its default.
   * @throws {NotFoundError} no such account, or another tenant's
   */
  async put(scope: TenantScope, accountId: string, patch: AgentSettingsPatch): Promise<AgentSettings> {
    const account = await this.accounts.getOwned(scope, accountId);
    // The DTO instance carries every declared field; only those the caller wrote may be touched.
    const written = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const saved = await this.settings.saveAgentSettings(account, written);
    const { _id: account_id, user_id: tenant } = account;
    await this.audit.record({ action: 'agent.changed', tenant, target: { account_id }, changed: Object.keys(written) });
    return saved;
  }
}

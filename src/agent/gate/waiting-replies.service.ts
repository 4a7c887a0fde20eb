import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccountDirectoryService, UserSettingsService } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import { SupersededRepliesService, type DmRecord } from '../../dms/index.js';
import { BlocklistService } from '../../blocklist/index.js';

/** A queued reply may wait for hours: what keeps the agent from answering now keeps it from being sent. */
@Injectable()
export class WaitingRepliesService implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly superseded: SupersededRepliesService,
    private readonly accounts: AccountDirectoryService,
    private readonly settings: UserSettingsService,
    private readonly blocklist: BlocklistService,
  ) {}

  onModuleInit(): void {
    this.superseded.register((dm) => this.whySilent(dm));
  }

  private async whySilent({ platform_account_id: accountId, recipient_id: person }: DmRecord) {
    const account = await this.accounts.get(accountId);
    if (!this.config.AGENT_ENABLED || !account) return 'The agent was switched off before it was sent.';
    const [{ enabled, agent_mode: mode }, isBlocked] = await Promise.all([
      this.settings.agentSettings(account),
      this.blocklist.isBlocked(account, person),
    ]);
    if (!enabled) return 'The account’s agent was switched off before it was sent.';
    if (mode === 'draft') return 'The account’s agent had come to suggest answers only before it was sent.';
    return isBlocked ? 'The person was blocked before it was sent.' : undefined;
  }
}

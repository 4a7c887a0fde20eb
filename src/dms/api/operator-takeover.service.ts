import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { UserSettingsService, type AccountSummary } from '../../accounts/index.js';
import type { AgentPause } from '../../conversations/index.js';

/** A person answers by hand: the agent steps back from the conversation, so that it does not talk over them. */
@Injectable()
export class OperatorTakeoverService {
  constructor(
    private readonly settings: UserSettingsService,
    private readonly clock: Clock,
  ) {}

  /** For the account's `pause_after_human_minutes`; `undefined` where the agent need not step back. */
  async pauseIn(account: AccountSummary): Promise<AgentPause | undefined> {
    const { pause_after_human_minutes: minutes } = await this.settings.agentSettings(account);
    if (minutes <= 0) return undefined;
    return { until: new Date(this.clock.now() + minutes * 60_000), reason: 'human_reply' };
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { UserSettingsService, type AccountSummary } from '../../accounts/index.js';
import { conversationIdOf, ConversationsRepository } from '../../conversations/index.js';

/** A person answers by hand: the agent steps back before the answer goes out, so that it does not talk over them. */
@Injectable()
export class HumanTakeOver {
  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly settings: UserSettingsService,
    private readonly clock: Clock,
  ) {}

  /** Silences the agent for the account's `pause_after_human_minutes`; a longer pause stays. */
  async stepIn(account: AccountSummary, participantId: string): Promise<void> {
    const { pause_after_human_minutes: minutes } = await this.settings.agentSettings(account);
    if (minutes <= 0) return;
    const until = new Date(this.clock.now() + minutes * 60_000);
    await this.conversations.pauseAgent(conversationIdOf(account._id, participantId), { until, reason: 'human_reply' });
  }
}

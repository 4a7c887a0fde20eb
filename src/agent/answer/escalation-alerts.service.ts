import { Injectable, Logger } from '@nestjs/common';
import { AlertsService } from '../../accounts/index.js';
import type { Conversation } from '../../conversations/index.js';

/** Tells an account's people that a conversation waits for one of them. */
@Injectable()
export class EscalationAlertsService {
  private readonly logger = new Logger(EscalationAlertsService.name);

  constructor(private readonly alerts: AlertsService) {}

  /** Not awaited: no customer waits for it. */
  note({ _id: conversation_id, platform_account_id: account_id }: Conversation, reason: string): void {
    this.tell({ account_id, conversation_id }, reason).catch((error: unknown) =>
      this.logger.warn({ msg: 'an alert about a conversation was not written', conversation_id, err: error }),
    );
  }

  /** One that stands since an earlier time would not be told again. */
  private async tell(subject: { account_id: string; conversation_id: string }, reason: string): Promise<void> {
    await this.alerts.clear('handed_over', subject.conversation_id);
    const text = `The agent has left a conversation to a person (${reason}): somebody has to answer it.`;
    await this.alerts.raise('handed_over', { ...subject, text });
  }
}

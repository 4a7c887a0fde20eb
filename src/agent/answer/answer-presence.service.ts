import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { SenderActionsService, type ShownAction } from './sender-actions.service.js';

/** Meta shows typing for about twenty seconds. */
const typingEveryMs = 8_000;

/** Shows the customer that their message was seen and is being answered. */
@Injectable()
export class AnswerPresenceService {
  private readonly logger = new Logger(AnswerPresenceService.name);

  constructor(private readonly actions: SenderActionsService) {}

  /**
   * Marks the conversation seen and shows typing until stopped. It is a courtesy: nothing waits for it, and its
   * failures matter to nobody.
   * @returns stops it
   */
  start(accountId: string, participantId: string): () => void {
    const stopped = new AbortController();
    const show = async (): Promise<void> => {
      await this.try('mark_seen', accountId, participantId, stopped.signal);
      while (!stopped.signal.aborted) {
        await this.try('typing_on', accountId, participantId, stopped.signal);
        await sleep(typingEveryMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      }
    };
    void show();
    return () => stopped.abort(new Error('answered'));
  }

  private async try(action: ShownAction, accountId: string, participantId: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      await this.actions.show(accountId, participantId, action, signal);
    } catch (error) {
      if (!signal.aborted)
        this.logger.debug({ msg: `${action} did not go through`, account_id: accountId, err: error });
    }
  }
}

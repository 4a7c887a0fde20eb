import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PresenceTarget } from '../../channels/index.js';
import { SenderActionsService, type ShownAction } from './sender-actions.service.js';

/** After a try that failed. */
const tryAgainMs = 8_000;

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
  start(accountId: string, target: PresenceTarget): () => void {
    const stopped = new AbortController();
    const show = async (): Promise<void> => {
      await this.try('mark_seen', accountId, target, stopped.signal);
      while (!stopped.signal.aborted) {
        const everyMs = await this.try('typing_on', accountId, target, stopped.signal);
        if (everyMs === undefined) return;
        await sleep(everyMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      }
    };
    void show();
    return () => stopped.abort(new Error('answered'));
  }

  /** @returns in how many ms to show it anew; `undefined` where there is nothing to show */
  private async try(
    action: ShownAction,
    accountId: string,
    target: PresenceTarget,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    if (signal.aborted) return undefined;
    try {
      return await this.actions.show(accountId, target, action, signal);
    } catch (error) {
      if (!signal.aborted)
        this.logger.debug({ msg: `${action} did not go through`, account_id: accountId, err: error });
      return tryAgainMs;
    }
  }
}

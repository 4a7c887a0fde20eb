import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SendLimitsService } from '../outbound/send-limits.service.js';

/** Waits for a slot at Meta's Conversations API: two calls a second an account, over all processes. */
@Injectable()
export class SyncLimitsService {
  constructor(private readonly limits: SendLimitsService) {}

  /** @throws the signal's reason */
  async waitForSlot(accountId: string, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const refusal = await this.limits.takeLook(accountId);
      if (!refusal) return;
      await delay(refusal.waitMs, undefined, { signal });
    }
  }
}

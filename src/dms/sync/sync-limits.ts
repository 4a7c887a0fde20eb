import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SendLimits } from '../outbound/send-limits.js';

/** Waits for its turn at Meta's Conversations API: two calls a second an account, over all processes. */
@Injectable()
export class SyncLimits {
  constructor(private readonly limits: SendLimits) {}

  /** @throws the signal's reason */
  async turn(accountId: string, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const refusal = await this.limits.takeLook(accountId);
      if (!refusal) return;
      await delay(refusal.waitMs, undefined, { signal });
    }
  }
}

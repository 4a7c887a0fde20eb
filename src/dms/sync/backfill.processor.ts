import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsRepository } from '../../accounts/index.js';
import {
  RedisConversationLockService,
  HandlesJob,
  JobQueueService,
  Scheduled,
  type JobPayloads,
} from '../../queue/index.js';
import { BackfillService } from './backfill.service.js';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
/** A run saves its progress every few seconds; silent for this long it has ended. */
const silentMs = 10 * minuteMs;

/** Runs backfills, one at a time an account, and finds those that nobody runs. */
@Injectable()
export class BackfillProcessor {
  constructor(
    private readonly backfills: BackfillService,
    private readonly accounts: AccountsRepository,
    private readonly lock: RedisConversationLockService,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
  ) {}

  @HandlesJob('backfill-account')
  async backfillAccount(
    { account_id: accountId }: JobPayloads['backfill-account'],
    signal: AbortSignal,
  ): Promise<void> {
    const held = await this.lock.acquire(`backfill:${accountId}`);
    if (!held) return;
    let againInMs: number | undefined;
    try {
      againInMs = await this.backfills.run(accountId, AbortSignal.any([signal, held.signal]));
    } finally {
      await held.release();
    }
    // The job of whoever asked just before the lock was released met it, and went away.
    if (await this.backfills.isWanted(accountId)) againInMs = secondMs;
    if (againInMs !== undefined)
      await this.queue.add('backfill-account', { account_id: accountId }, { delayMs: againInMs });
  }

  /** A job that was lost with Redis, or whose process died. */
  @Scheduled({ name: 'resume-backfills', everyMs: 5 * minuteMs })
  async resume(): Promise<void> {
    const silentSince = new Date(this.clock.now() - silentMs);
    for (const id of await this.accounts.findBackfillsToResume(silentSince, 100)) {
      if (!(await this.queue.add('backfill-account', { account_id: id }))) break;
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { ConversationClaimsRepository, type AnswerClaim } from '../../conversations/index.js';
import { RedisConversationLockService, type HeldLock } from '../../queue/index.js';

/** After a crash the conversation is free again this much later. */
export const answerLeaseMs = 20_000;

/** The conversation belongs to another process now; nothing of ours may be written any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface AnswerLease {
  readonly claim: AnswerClaim;
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal;
  /** `false` when somebody who slept through their claim still holds the lock: theirs runs out, the sweep comes back. */
  readonly isAlone: Promise<boolean>;
  /** The claim went with the transaction that answered. */
  noteEnded(): void;
  release(): Promise<void>;
}

/** Whoever has just ended a claim holds its lock a moment longer. */
const secondTryMs = 50;

/**
 * The right to answer a conversation: the fenced claim in MongoDB, which carries the promise, and the lock in Redis,
 * which others see. Both are renewed while held.
 */
@Injectable()
export class AnswerLeasesService {
  private readonly logger = new Logger(AnswerLeasesService.name);

  constructor(
    private readonly claims: ConversationClaimsRepository,
    private readonly locks: RedisConversationLockService,
  ) {}

  /** @param lockKey `RedisConversationLockService.keyOf(…)` @returns `null` while another process has it */
  async take(conversationId: string, lockKey: string): Promise<AnswerLease | null> {
    // Both at once: who gets the lock and not the claim lets go of it, in time for the other's second try.
    const locking = this.lock(conversationId, lockKey);
    let claim: AnswerClaim | null = null;
    try {
      claim = await this.claims.claimAnswer(conversationId, answerLeaseMs);
      return claim && this.keep(conversationId, claim, locking);
    } finally {
      if (!claim) void locking.then((lock) => lock?.release());
    }
  }

  /** @returns `null` when another has it; `undefined` when Redis is away: the claim alone is enough */
  private async lock(conversationId: string, lockKey: string): Promise<HeldLock | null | undefined> {
    try {
      const lock = await this.locks.acquire(lockKey, answerLeaseMs);
      if (lock) return lock;
      await sleep(secondTryMs);
      return await this.locks.acquire(lockKey, answerLeaseMs);
    } catch (error) {
      this.logger.debug({ msg: 'no conversation lock', conversation_id: conversationId, err: error });
      return undefined;
    }
  }

  private keep(conversationId: string, claim: AnswerClaim, locking: Promise<HeldLock | null | undefined>): AnswerLease {
    const lost = new AbortController();
    const loseIt = (): void => lost.abort(new LeaseLostError('the conversation was taken over'));
    let renewedAt = performance.now();
    let hasEnded = false;
    const renew = async (): Promise<void> => {
      try {
        if (await this.claims.renew('answer', conversationId, claim, answerLeaseMs)) renewedAt = performance.now();
        else loseIt();
      } catch (error) {
        this.logger.debug({ msg: 'lease could not be renewed', conversation_id: conversationId, err: error });
        if (performance.now() - renewedAt > answerLeaseMs) loseIt();
      }
    };
    const timer = setInterval(() => void renew(), answerLeaseMs / 4);
    timer.unref();
    return {
      claim,
      signal: lost.signal,
      isAlone: locking.then((lock) => lock !== null),
      noteEnded: () => (hasEnded = true),
      release: async () => {
        clearInterval(timer);
        const unlock = async (): Promise<void> => (await locking)?.release();
        const unclaim = async (): Promise<void> =>
          hasEnded ? undefined : this.claims.release('answer', conversationId, claim);
        await Promise.all([unclaim(), unlock()]);
      },
    };
  }
}

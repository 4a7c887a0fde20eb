import { Injectable, Logger } from '@nestjs/common';
import { ConversationsRepository, type Claim } from '../../conversations/index.js';
import { ConversationLock, type HeldLock } from '../../queue/index.js';

/** After a crash the conversation is free again this much later. */
export const answerLeaseMs = 20_000;

/** The conversation belongs to another process now; nothing of ours may be written any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface AnswerLease {
  readonly claim: Claim;
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * The right to answer a conversation: the fenced claim in MongoDB, which carries the promise, and the lock in Redis,
 * which others see. Both are renewed while held.
 */
@Injectable()
export class AnswerLeases {
  private readonly logger = new Logger(AnswerLeases.name);

  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly locks: ConversationLock,
  ) {}

  /** @param lockKey `ConversationLock.keyOf(…)` @returns `null` while another process has it */
  async take(conversationId: string, lockKey: string): Promise<AnswerLease | null> {
    const claim = await this.conversations.claim('answer', conversationId, answerLeaseMs);
    if (!claim) return null;
    let lock: HeldLock | null | undefined;
    try {
      lock = await this.locks.acquire(lockKey, answerLeaseMs);
    } catch (error) {
      // Redis is away; the claim alone is enough.
      this.logger.debug({ msg: 'no conversation lock', conversation_id: conversationId, err: error });
    }
    if (lock === null) {
      // Somebody who slept through their claim still holds it; it runs out, and the sweep comes back.
      await this.conversations.release('answer', conversationId, claim);
      return null;
    }
    return this.keep(conversationId, claim, lock);
  }

  private keep(conversationId: string, claim: Claim, lock: HeldLock | undefined): AnswerLease {
    const lost = new AbortController();
    const loseIt = (): void => lost.abort(new LeaseLostError('the conversation was taken over'));
    let renewedAt = performance.now();
    const renew = async (): Promise<void> => {
      try {
        if (await this.conversations.renew('answer', conversationId, claim, answerLeaseMs))
          renewedAt = performance.now();
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
      release: async () => {
        clearInterval(timer);
        await Promise.all([this.conversations.release('answer', conversationId, claim), lock?.release()]);
      },
    };
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs, telemetry, withLogContext } from '../../observability/index.js';
import { RedisConversationLockService, JobQueueService } from '../../queue/index.js';
import { AnswerLeasesService, LeaseLostError, type AnswerLease } from './answer-leases.service.js';
import { AnswerRoundService, type RoundOutcome } from './answer-round.service.js';
import {
  OpenMessagesService,
  type StoredNotice,
  type AnswerDecision,
  type AnswerInput,
} from './open-messages.service.js';

/** So often a finished answer is thrown away because more was written meanwhile; then it is told, and more follows. */
const maxRestarts = 2;

/**
 * Answers conversations: one process at a time each, everything open with one reply, in the order it was written.
 * Nothing depends on who runs it how often: what is open, and who may answer it, stands in MongoDB.
 */
@Injectable()
export class AnswerService {
  private readonly logger = new Logger(AnswerService.name);

  constructor(
    private readonly messages: OpenMessagesService,
    private readonly leases: AnswerLeasesService,
    private readonly round: AnswerRoundService,
    private readonly queue: JobQueueService,
  ) {}

  /** Works the conversation until nothing is open, or it is not this process's turn. Safe to call at any time. */
  async answer(conversationId: string, signal: AbortSignal, news?: StoredNotice): Promise<void> {
    await withLogContext({ conversation_id: conversationId }, () => this.answerAll(conversationId, signal, news));
  }

  private async answerAll(conversationId: string, signal: AbortSignal, news?: StoredNotice): Promise<void> {
    if (news && !(await this.answerNews(conversationId, news, signal))) return;
    // Looked at anew after each release: a hint that found the lease taken went away, relying on this.
    while (!signal.aborted && (await this.messages.isAnyOpen(conversationId))) {
      const decision = await this.messages.look(conversationId);
      if (decision.kind !== 'answer') return this.leave(conversationId, decision);
      const { account, conversation } = decision.answerInput;
      const lockKey = RedisConversationLockService.keyOf(
        account.channel,
        account.external_id,
        conversation.participant_id,
      );
      const lease = await this.leases.take(conversationId, lockKey);
      if (!lease || !(await this.answerUnder(lease, decision.answerInput, signal))) return;
    }
  }

  /**
   * The same for what this process has just stored: most likely it is to be answered, so the lease is taken while it looks.
   * @returns whether to look for more
   */
  private async answerNews(conversationId: string, news: StoredNotice, signal: AbortSignal): Promise<boolean> {
    const taking = this.leases.take(
      conversationId,
      RedisConversationLockService.keyOf(news.channel, news.ig_id, news.participant_id),
    );
    const conversation = taking.then((lease) => lease?.claim.conversation);
    conversation.catch(() => undefined); // thrown below, after the look
    let decision: AnswerDecision;
    try {
      decision = await this.messages.look(conversationId, { ...news, conversation });
    } catch (error) {
      await (await taking)?.release();
      throw error;
    }
    const lease = await taking;
    if (lease && decision.kind === 'answer') return this.answerUnder(lease, decision.answerInput, signal);
    await lease?.release();
    await this.leave(conversationId, decision);
    return lease !== null && decision.kind === 'none';
  }

  /** @returns whether to look for more */
  private async answerUnder(lease: AnswerLease, first: AnswerInput, stop: AbortSignal): Promise<boolean> {
    const conversationId = first.conversation._id;
    const signal = AbortSignal.any([stop, lease.signal]);
    try {
      const [isAlone, isCurrent] = await Promise.all([lease.isAlone, this.isCurrent(first, lease)]);
      if (!isAlone) return false;
      let answerInput = isCurrent
        ? { ...first, revision: lease.claim.conversation.revision }
        : await this.lookUnder(conversationId, signal);
      for (let restarts = 0; answerInput; restarts++) {
        const startedAt = epochMs();
        const outcome = await this.round.run({ lease, answerInput, othersMayWait: restarts >= maxRestarts }, signal);
        recordRound(answerInput, startedAt, outcome);
        if (outcome !== 'again') return outcome === 'done';
        if (restarts > maxRestarts) return false;
        answerInput = await this.lookUnder(conversationId, signal);
      }
      return true;
    } catch (error) {
      if (!signal.aborted) throw error;
      this.logger.debug({ msg: 'handed back unanswered', why: (signal.reason as Error | undefined)?.message });
      return false;
    } finally {
      await lease.release();
      if (stop.aborted && !(lease.signal.reason instanceof LeaseLostError)) await this.hint(conversationId, 0);
    }
  }

  /** Between the look and the lease another process may have answered them, or somebody have written. */
  private async isCurrent(first: AnswerInput, { claim }: AnswerLease): Promise<boolean> {
    const stoodStill = first.revision !== undefined && first.revision === claim.conversation.revision;
    return stoodStill || this.messages.isCurrent(first);
  }

  /** What is open once the customer has stopped writing; they get one answer, so the lease is kept meanwhile. */
  private async lookUnder(conversationId: string, signal: AbortSignal): Promise<AnswerInput | undefined> {
    for (;;) {
      const decision = await this.messages.look(conversationId);
      if (decision.kind === 'answer') return decision.answerInput;
      if (decision.kind === 'none') return undefined;
      await sleep(decision.waitMs, undefined, { signal });
    }
  }

  /** Not now: more may be coming, or nothing is to be answered. */
  private async leave(conversationId: string, decision: AnswerDecision): Promise<void> {
    if (decision.kind === 'quiet') await this.hint(conversationId, decision.waitMs);
  }

  private async hint(conversationId: string, delayMs: number): Promise<void> {
    await this.queue.add('answer-conversation', { conversation_id: conversationId }, { delayMs });
  }
}

/** In the trace of the delivery that brought the last message answered: the reply stands there, too. */
function recordRound({ open, account }: AnswerInput, startedAt: number, outcome: RoundOutcome): void {
  const subjectId = open.at(-1)?.delivery_ids[0];
  if (!telemetry.isOn || subjectId === undefined) return;
  const attributes = { 'dm.account_id': account._id, 'dm.messages': open.length, 'dm.outcome': outcome };
  telemetry.record({ name: 'answer', subjectId, startedAt, attributes });
}

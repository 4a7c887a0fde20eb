import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '#libs/clock';
import {
  ConversationClaimsRepository,
  ConversationsRepository,
  type Claim,
  type Conversation,
} from '../../conversations/index.js';
import { JobQueueService } from '../../queue/index.js';
import type { DmRecord } from '../dm.schema.js';
import { OutboundRepository } from './outbound.repository.js';
import { SendAttemptService } from './send-attempt.service.js';

/**
 * Longer than one attempt takes, so that a lease runs out under a process that is gone. One that was merely slow does
 * no harm: each DM is claimed on its own.
 */
const leaseMs = 30_000;
const renewAfterMs = 5_000;
/** Conversations sent from here at once, jobs included, before the queue decides who sends. */
const maxFromHere = 50;
/** Shorter waits get a delayed job; longer ones are left to the sweep. */
const hintWithinMs = 60_000;

/** A DM that nothing before it holds up, and its conversation: as they were queued, a moment ago. */
export interface SendHead {
  dm: DmRecord;
  conversation: Conversation;
}

/**
 * Sends a conversation's queued DMs, one after the other in their order, however many processes want to. A DM is only
 * looked at once the one before it is over; what was not settled after a crash holds up what comes behind it.
 */
@Injectable()
export class SenderService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(SenderService.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly claims: ConversationClaimsRepository,
    private readonly outbound: OutboundRepository,
    private readonly attempt: SendAttemptService,
    private readonly jobs: JobQueueService,
    private readonly clock: Clock,
  ) {}

  /** Nothing new is sent from here any more. */
  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Calls that are under way are waited for: their outcome must not be lost. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('shutting down'));
    await Promise.allSettled(this.running);
  }

  /** Whether nothing in the conversation is being sent or waits for it. */
  async isClear(conversationId: string): Promise<boolean> {
    return (await this.outbound.head(conversationId)) === null;
  }

  /** Sends what is due and returns; another process at it is left alone. Safe to call at any time, any number of times. */
  async sendConversation(conversationId: string, signal?: AbortSignal): Promise<void> {
    const { signal: stopping } = this.stopping;
    // No AbortSignal.any: the process's own signal would remember every send.
    const isOver = () => stopping.aborted || signal?.aborted === true;
    await this.send(conversationId, isOver);
  }

  /**
   * Begins sending from this process and returns, or leaves it to a job when enough is being sent from here. A crash
   * right after costs some seconds: the sweep finds what is queued.
   * @param taken the conversation is this process's already
   * @param head what is to be sent first, where that is known
   */
  async sendSoon(conversationId: string, taken: Claim | null, head?: SendHead): Promise<void> {
    const leaveToJob = () => this.jobs.add('send-conversation', { conversation_id: conversationId });
    if (this.isStopping || this.running.size >= maxFromHere) {
      if (taken) await this.claims.release('send', conversationId, taken);
      return void (await leaveToJob());
    }
    void this.send(conversationId, () => this.isStopping, taken, head).catch((error: unknown) => {
      this.logger.warn({ msg: 'sending failed, a job tries again', conversation_id: conversationId, err: error });
      return leaveToJob();
    });
  }

  private async send(
    conversationId: string,
    isOver: () => boolean,
    taken?: Claim | null,
    head?: SendHead,
  ): Promise<void> {
    const run = this.sendDue(conversationId, isOver, taken ?? null, head);
    this.running.add(run);
    try {
      await run;
    } finally {
      this.running.delete(run);
    }
  }

  private async sendDue(
    conversationId: string,
    isOver: () => boolean,
    taken: Claim | null,
    first?: SendHead,
  ): Promise<void> {
    for (let claim = taken, known = taken ? first : undefined; claim || !isOver(); claim = null, known = undefined) {
      claim ??= await this.claims.claimSends(conversationId, leaseMs);
      if (!claim) return;
      try {
        await this.drain(conversationId, claim, isOver, known);
      } finally {
        await this.claims.release('send', conversationId, claim);
      }
      // Something may have been queued, and its job found the claim taken, between our last look and the release.
      const head = await this.outbound.head(conversationId);
      if (!head || !this.isDue(head)) return;
    }
  }

  private async drain(conversationId: string, claim: Claim, isOver: () => boolean, first?: SendHead): Promise<void> {
    let renewedAt = performance.now();
    for (let known = first; !isOver(); known = undefined) {
      const next = known ?? (await this.lookAtHead(conversationId));
      if (!next) return;
      const { dm: head, conversation } = next;
      if (!this.isDue(head)) {
        if (head.next_attempt_at) await this.outbound.holdFollowers(head, head.next_attempt_at);
        return;
      }
      if (performance.now() - renewedAt > renewAfterMs) {
        if (!(await this.claims.renew('send', conversationId, claim, leaseMs))) return;
        renewedAt = performance.now();
      }
      const retryAt = await this.attempt.run(head, conversation);
      if (retryAt) return this.hint(conversationId, retryAt);
      // None was queued behind it yet; what is meanwhile, the look after the release finds.
      if (head.send_seq === conversation.send_seq) return;
    }
  }

  private async lookAtHead(conversationId: string): Promise<SendHead | undefined> {
    const [dm, conversation] = await Promise.all([
      this.outbound.head(conversationId),
      this.conversations.getById(conversationId),
    ]);
    return dm && conversation ? { dm, conversation } : undefined;
  }

  private isDue({ status, held_reason, next_attempt_at }: DmRecord): boolean {
    if (status !== 'queued') return false;
    if (held_reason === undefined || held_reason === 'earlier_send_open') return true;
    return next_attempt_at === undefined || next_attempt_at.getTime() <= this.clock.now();
  }

  private async hint(conversationId: string, at: Date): Promise<void> {
    const delayMs = at.getTime() - this.clock.now();
    if (delayMs <= hintWithinMs) {
      await this.jobs.add('send-conversation', { conversation_id: conversationId }, { delayMs: Math.max(1, delayMs) });
    }
  }
}

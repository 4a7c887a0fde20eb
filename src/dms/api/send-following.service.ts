import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { DmRecord } from '../dm.schema.js';
import { OutboundRepository } from '../outbound/outbound.repository.js';
import { SendWakesService } from '../outbound/send-wakes.service.js';
import { SenderService } from '../outbound/sender.service.js';
import { answerOf, isAnswerable, type KeptSendResponse } from './send-answer.js';
import { SendResponsesRepository } from './send-responses.repository.js';

/** How long a request stays for Meta's answer. */
const patienceMs = 8_000;
/** Attempts of other processes are seen this late. */
const lookAgainMs = 500;
const tryAgainMs = 500;

/** Requests that wait for what becomes of their DMs. */
@Injectable()
export class SendFollowingService {
  private readonly logger = new Logger(SendFollowingService.name);

  constructor(
    private readonly outbound: OutboundRepository,
    private readonly answers: SendResponsesRepository,
    private readonly sender: SenderService,
    private readonly wakes: SendWakesService,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends from this very process unless another holds the conversation; what answers is the state in the store. Where
   * that takes longer, or the process ends, the answer is a 202, to be followed.
   * @param queued the parts of one reply, in order
   * @throws {OutsideWindowError | GraphRefusedError | NotSentError}
   */
  async answerTo(queued: DmRecord[]): Promise<KeptSendResponse> {
    return answerOf(await this.answers.keep(await this.untilAnswerable(queued)));
  }

  private async untilAnswerable(queued: DmRecord[]): Promise<DmRecord[]> {
    const ids = queued.map((dm) => dm._id);
    const conversationId = queued[0]?.conversation_id ?? '';
    const stopAt = performance.now() + patienceMs;
    const deadlineMs = this.clock.now() + patienceMs;
    let parts = queued;
    let sending: Promise<void> | undefined;
    let triedAt = -Infinity;
    let wake = this.wakes.next(conversationId, lookAgainMs);
    try {
      while (!this.wakes.isStopping && !isAnswerable(parts, deadlineMs) && performance.now() < stopAt) {
        const steps = [wake.woken];
        // Who finds that another process has the conversation is done at once: that one may take its time.
        if (this.isDue(parts) && performance.now() - triedAt >= tryAgainMs) {
          triedAt = performance.now();
          sending ??= this.sendNow(conversationId).finally(() => (sending = undefined));
          steps.push(sending);
        }
        await Promise.race(steps);
        wake.cancel();
        wake = this.wakes.next(conversationId, lookAgainMs);
        parts = await this.outbound.findByIds(ids);
      }
    } finally {
      wake.cancel();
    }
    return parts;
  }

  private isDue(parts: DmRecord[]): boolean {
    return parts.some(
      ({ status, held_reason, next_attempt_at }) =>
        status === 'queued' && (held_reason === undefined || (next_attempt_at?.getTime() ?? 0) <= this.clock.now()),
    );
  }

  private async sendNow(conversationId: string): Promise<void> {
    try {
      await this.sender.sendConversation(conversationId);
    } catch (error) {
      this.logger.warn({
        msg: 'sending at once failed; the sweep takes over',
        conversation_id: conversationId,
        err: error,
      });
    }
  }
}

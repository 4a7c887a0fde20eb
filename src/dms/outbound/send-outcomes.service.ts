import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { AccountHealthService } from '../../accounts/index.js';
import { DeskRepository } from '../../conversations/index.js';
import { metrics } from '../../observability/index.js';
import { DeadLettersRepository, JobQueueService } from '../../queue/index.js';
import type { DmError, DmRecord, SendStatus } from '../dm.schema.js';
import { EchoMergeRepository, type SentAs } from './echo-merge.repository.js';
import { followerError } from './follower-error.js';
import { OutboundRepository } from './outbound.repository.js';
import { isProvisional } from './outbox.service.js';

const duplicateKey = 11000;

/** Writes down what became of a send, and everything that follows from it. */
@Injectable()
export class SendOutcomesService {
  private readonly logger = new Logger(SendOutcomesService.name);
  private readonly noted = new LRUCache<string, true>({ max: 20_000, ttl: 10_000 });

  constructor(
    private readonly outbound: OutboundRepository,
    private readonly desk: DeskRepository,
    private readonly merging: EchoMergeRepository,
    private readonly deadLetters: DeadLettersRepository,
    private readonly health: AccountHealthService,
    private readonly jobs: JobQueueService,
    private readonly clock: Clock,
  ) {}

  /** Meta has it under this mid. Whatever an echo did in the meantime, one DM remains. */
  async sent(dm: DmRecord, sentAs: SentAs): Promise<void> {
    if (!(await this.sentPlainly(dm, sentAs))) {
      const moved = await this.merging.markSentMerging(dm, sentAs);
      if (moved) await this.jobs.add('fetch-profile', { conversation_id: moved });
    }
    metrics.sends.inc({ source: dm.source, outcome: 'sent' });
    // Only what failed before and was sent again can have a letter.
    if ((dm.attempts ?? 0) > 1) await this.deadLetters.removeAbout([String(dm._id)]);
    await this.noteSent(dm.platform_account_id);
  }

  /** Over, and not sent: the parts behind it are not sent either, and a dead letter keeps the reason. */
  async failed(dm: DmRecord, error: DmError, from: SendStatus[]): Promise<void> {
    // The letter first: a crash after it leaves a letter about a DM that is still tried, which success takes away;
    // a crash before it would leave a failure that nobody hears of.
    await this.writeLetter(dm, error);
    if (!(await this.outbound.markFailed(dm, error, from))) {
      await this.deadLetters.removeAbout([String(dm._id)]);
      return;
    }
    await this.outbound.failFollowers(dm, followerError(error));
    await this.desk.waitsAgain(dm.conversation_id, new Date(dm.timestamp));
    metrics.sends.inc({ source: dm.source, outcome: 'failed' });
    const { kind: _kind, ...said } = error;
    await this.health.noteSend(dm.platform_account_id, { at: this.clock.date(), error: said });
  }

  /** Not sent, and rightly so: nothing failed here, nobody has to know. */
  async dropped(dm: DmRecord, error: DmError): Promise<void> {
    if (!(await this.outbound.markFailed(dm, error, ['queued']))) return;
    await this.outbound.failFollowers(dm, followerError(error));
    metrics.sends.inc({ source: dm.source, outcome: error.kind === 'superseded' ? 'superseded' : 'failed' });
    this.logger.log({
      msg: 'message not sent, overtaken or without its earlier part',
      dm_id: String(dm._id),
      account_id: dm.platform_account_id,
      reason: error.message,
    });
  }

  /** Nobody can tell (yet). */
  async unconfirmed(dm: DmRecord, error: DmError, nextLookAt?: Date): Promise<void> {
    if (!(await this.outbound.markUnconfirmed(dm, error, nextLookAt))) return;
    if (dm.status === 'sending') metrics.sends.inc({ source: dm.source, outcome: 'unconfirmed' });
    if (nextLookAt) {
      const delayMs = Math.max(1, nextLookAt.getTime() - this.clock.now());
      await this.jobs.add('settle-send', { dm_id: String(dm._id) }, { delayMs });
    }
    const isNews = dm.status === 'sending' || !nextLookAt;
    this.logger[isNews ? 'warn' : 'debug']({
      msg: nextLookAt ? 'send unconfirmed, will be looked for' : 'send unconfirmed, waits for an operator',
      dm_id: String(dm._id),
      account_id: dm.platform_account_id,
      reason: error.kind,
    });
  }

  /** Not for every send: a busy account's record would be written hundreds of times a second. */
  private async noteSent(accountId: string): Promise<void> {
    if (this.noted.has(accountId)) return;
    this.noted.set(accountId, true);
    await this.health.noteSend(accountId, { at: this.clock.date() });
  }

  /** The usual case in one conditional write; `false` when there is more to it. */
  private async sentPlainly(dm: DmRecord, { mid, result }: SentAs): Promise<boolean> {
    if (isProvisional(dm.recipient_id)) return false;
    try {
      return (await this.outbound.markSent(dm, mid, result)) || (await this.outbound.noteResult(dm._id, mid, result));
    } catch (error) {
      if ((error as { code?: unknown }).code === duplicateKey) return false;
      throw error;
    }
  }

  private async writeLetter(dm: DmRecord, error: DmError): Promise<void> {
    await this.deadLetters.record({
      kind: 'send',
      subject: dm.source,
      reason: error.kind,
      error: error.message,
      user_id: dm.user_id,
      platform_account_id: dm.platform_account_id,
      payload: { dm_id: String(dm._id) },
    });
  }
}

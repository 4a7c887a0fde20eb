import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { metrics } from '../../observability/index.js';
import { HandlesJob, JobQueueService, Scheduled, type JobPayloads } from '../../queue/index.js';
import { OutboundRepository, type DueSend } from './outbound.repository.js';
import { SenderService } from './sender.service.js';
import { SendSettlingService } from './send-settling.service.js';

const batch = 1_000;
/** With Redis away sends are made by the sweep itself: an account whose calls hang must not hold up all others. */
const sideBySide = 20;

/** Jobs and the sweep of the way out. */
@Injectable()
export class OutboundProcessor {
  /** Enqueued lately, and for which time: a jam in the queue must not grow with every sweep. */
  private readonly enqueued = new LRUCache<string, number>({ max: 50_000, ttl: 10_000 });

  constructor(
    private readonly sender: SenderService,
    private readonly settling: SendSettlingService,
    private readonly outbound: OutboundRepository,
    private readonly jobs: JobQueueService,
  ) {}

  @HandlesJob('send-conversation')
  async send({ conversation_id }: JobPayloads['send-conversation'], signal: AbortSignal): Promise<void> {
    await this.sender.sendConversation(conversation_id, signal);
  }

  @HandlesJob('settle-send')
  async settle({ dm_id }: JobPayloads['settle-send']): Promise<void> {
    await this.settling.settle(dm_id);
  }

  /** MongoDB knows what is due; this finds what lost its job, and what waited for its time. */
  @Scheduled({ name: 'sweep-sends', everyMs: 1_000 })
  async sweep(signal: AbortSignal): Promise<void> {
    const due = (await this.outbound.due(batch)).values();
    const work = async (): Promise<void> => {
      for (const send of due) {
        if (signal.aborted) return;
        await this.enqueue(send, signal);
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, work));
  }

  private async enqueue(
    { _id, conversation_id, status, next_attempt_at }: DueSend,
    signal: AbortSignal,
  ): Promise<void> {
    const queued = status === 'queued';
    const dueAt = next_attempt_at.getTime();
    const key = queued ? conversation_id : String(_id);
    if ((this.enqueued.get(key) ?? -Infinity) >= dueAt) return;
    const taken = queued
      ? await this.jobs.add('send-conversation', { conversation_id })
      : await this.jobs.add('settle-send', { dm_id: String(_id) });
    if (!taken) {
      // Redis is away: slower, from this process alone, but nobody waits for it to come back.
      await (queued ? this.sender.sendConversation(conversation_id, signal) : this.settling.settle(String(_id)));
      return;
    }
    this.enqueued.set(key, dueAt);
    metrics.swept.inc({ kind: queued ? 'send' : 'settle' });
  }
}

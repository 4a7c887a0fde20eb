import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { DmsRepository, IngestLoadService } from '../../dms/index.js';
import { metrics, ScrapeSourcesService } from '../../observability/index.js';
import { HandlesJob, JobQueueService, Scheduled, type JobExtras, type JobPayloads } from '../../queue/index.js';
import { AnswerService } from './answer.service.js';

/** A message that old had its job, if nothing went wrong. */
const sweptAfterMs = 3_000;
const sweepSize = 1_000;
/** Taken and enqueued at a time: what is taken and then not enqueued waits for its next look. */
const batch = 50;
/** So many jobs keep every worker busy for a while: only what is long overdue is enqueued beside them. */
const enoughWaiting = 200;
const overdueMs = 60_000;
/** While storing is behind, so many at once go on: nobody waits for ever. */
const answersWhileBehind = 4;
const roomCheckMs = 50;
const longestWaitMs = 20_000;

/** The job and the sweep by which conversations get answered. */
@Injectable()
export class AnswerProcessor implements OnModuleInit {
  private running = 0;

  constructor(
    private readonly answers: AnswerService,
    private readonly dms: DmsRepository,
    private readonly ingest: IngestLoadService,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
    private readonly sources: ScrapeSourcesService,
  ) {}

  onModuleInit(): void {
    this.sources.add('unanswered', async () =>
      metrics.backlog.set({ kind: 'unanswered' }, await this.dms.countPending()),
    );
  }

  @HandlesJob('answer-conversation')
  async answer(
    { conversation_id }: JobPayloads['answer-conversation'],
    signal: AbortSignal,
    news?: JobExtras['answer-conversation'],
  ): Promise<void> {
    if (!(await this.takeRoom(signal))) return;
    try {
      await this.answers.answer(conversation_id, signal, news);
    } finally {
      this.running--;
    }
  }

  /** @returns `false` when there was none for long, or the process is about to end: the sweep comes back for it */
  private async takeRoom(signal: AbortSignal): Promise<boolean> {
    const until = performance.now() + longestWaitMs;
    while (this.ingest.isBehind && this.running >= answersWhileBehind) {
      if (signal.aborted || performance.now() > until) return false;
      await sleep(roomCheckMs, undefined, { signal }).catch(() => undefined);
    }
    this.running++;
    return true;
  }

  /** Jobs get lost, processes die holding a lease; what is pending in MongoDB does not go away. */
  @Scheduled({ name: 'sweep-unanswered', everyMs: 2_000 })
  async sweep(signal: AbortSignal): Promise<void> {
    const waiting = await this.queue.countWaiting('replies');
    if (waiting === undefined) return;
    // Jobs for what is open stand there by then; more of the same would only stand before what comes.
    const isJammed = waiting >= enoughWaiting;
    const most = isJammed ? batch : sweepSize;
    const now = this.clock.date();
    const storedBefore = new Date(now.getTime() - (isJammed ? overdueMs : sweptAfterMs));
    for (let taken = 0; taken < most && this.queue.isReachable && !signal.aborted; taken += batch) {
      const conversationIds = await this.dms.takeDuePending(storedBefore, now, batch);
      const added = await Promise.all(
        conversationIds.map((id) => this.queue.add('answer-conversation', { conversation_id: id })),
      );
      metrics.swept.inc({ kind: 'answer' }, added.filter(Boolean).length);
      if (added.length === 0 || added.includes(false)) return;
    }
  }
}

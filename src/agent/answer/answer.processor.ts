import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { DmsRepository } from '../../dms/index.js';
import { metrics, ScrapeSources } from '../../observability/index.js';
import { HandlesJob, JobQueue, Scheduled, type JobPayloads } from '../../queue/index.js';
import { AnswerService } from './answer.service.js';

/** A message that old had its job, if nothing went wrong. */
const sweptAfterMs = 3_000;
const sweepSize = 1_000;

/** The job and the sweep by which conversations get answered. */
@Injectable()
export class AnswerProcessor implements OnModuleInit {
  constructor(
    private readonly answers: AnswerService,
    private readonly dms: DmsRepository,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
    private readonly sources: ScrapeSources,
  ) {}

  onModuleInit(): void {
    this.sources.add('unanswered', async () =>
      metrics.backlog.set({ kind: 'unanswered' }, await this.dms.countPending()),
    );
  }

  @HandlesJob('answer-conversation')
  async answer({ conversation_id }: JobPayloads['answer-conversation'], signal: AbortSignal): Promise<void> {
    await this.answers.answer(conversation_id, signal);
  }

  /** Jobs get lost, processes die holding a lease; what is pending in MongoDB does not go away. */
  @Scheduled({ name: 'sweep-unanswered', everyMs: 2_000 })
  async sweep(signal: AbortSignal): Promise<void> {
    const now = this.clock.date();
    const conversationIds = await this.dms.takeDuePending(new Date(now.getTime() - sweptAfterMs), now, sweepSize);
    for (const conversationId of conversationIds) {
      if (signal.aborted) return;
      if (!(await this.queue.add('answer-conversation', { conversation_id: conversationId }))) return;
      metrics.swept.inc({ kind: 'answer' });
    }
  }
}

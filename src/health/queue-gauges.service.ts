import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Job, Queue } from 'bull';
import { Clock } from '#libs/clock';
import { metrics, ScrapeSourcesService } from '../observability/index.js';
import { DeadLettersRepository, JobQueueService, queueNames, type QueueName } from '../queue/index.js';

const states = ['waiting', 'active', 'delayed', 'failed'] as const;

/** How long the queues are, how long the next job has waited, and how much was given up. */
@Injectable()
export class QueueGaugesService implements OnModuleInit {
  constructor(
    private readonly sources: ScrapeSourcesService,
    private readonly jobs: JobQueueService,
    private readonly deadLetters: DeadLettersRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.sources.add('queues', () => this.readQueues());
    this.sources.add('dead_letters', async () =>
      metrics.backlog.set({ kind: 'dead_letters' }, await this.deadLetters.countOpen()),
    );
  }

  private async readQueues(): Promise<void> {
    await Promise.all(queueNames.map((name) => this.readQueue(name, this.jobs.queue(name))));
  }

  private async readQueue(name: QueueName, queue: Queue): Promise<void> {
    const [counts, oldest] = await Promise.all([queue.getJobCounts(), oldestWaiting(queue)]);
    for (const state of states) metrics.queueJobs.set({ queue: name, state }, counts[state]);
    const waitedMs = oldest ? Math.max(0, this.clock.now() - oldest.timestamp) : 0;
    metrics.queueAge.set({ queue: name }, waitedMs / 1_000);
  }
}

/** Bull adds at the head of the list and takes from its end. */
async function oldestWaiting(queue: Queue): Promise<Job | null> {
  const [oldest] = await queue.getJobs(['waiting'], 0, 0, true);
  return oldest ?? null;
}

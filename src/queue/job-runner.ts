import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Job } from 'bull';
import { AppConfig } from '../config/index.js';
import { metrics, withLogContext } from '../observability/index.js';
import { DeadLetters } from './dead-letters.repository.js';
import { HandlerExplorer, type JobHandler } from './handler-explorer.js';
import { JobQueue } from './job-queue.js';
import { jobs, queueConcurrency, queueNames, type JobName, type StoredJob } from './jobs.js';

/** Part of the grace that jobs may use up; the rest is for requests and connections. */
export const graceShare = 0.7;

/** Works the queues in a process that carries the worker role; refuses to start when a job has no handler or two. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobRunner.name);
  private readonly stopping = new AbortController();
  private handlers = new Map<JobName, JobHandler>();

  constructor(
    private readonly config: AppConfig,
    private readonly explorer: HandlerExplorer,
    private readonly queue: JobQueue,
    private readonly deadLetters: DeadLetters,
  ) {}

  onApplicationBootstrap(): void {
    this.handlers = this.explorer.jobHandlers();
    for (const name of queueNames) {
      const queue = this.queue.queue(name);
      void queue.process('*', queueConcurrency[name], (job: Job<StoredJob>) => this.run(job));
      queue.on('failed', (job: Job<StoredJob>, error: Error) => void this.recordWhenFinal(job, error));
    }
  }

  /** Takes no more jobs, tells running ones to hand back, waits for them within the grace, then lets Bull close. */
  async beforeApplicationShutdown(): Promise<void> {
    const pauses = queueNames.map((name) => this.queue.queue(name).pause(true, true));
    this.stopping.abort(new Error('shutting down'));
    const finished = Promise.allSettled([
      ...pauses,
      ...queueNames.map((name) => this.queue.queue(name).whenCurrentJobsFinished()),
    ]);
    await Promise.race([finished, delay(this.config.SHUTDOWN_GRACE_MS * graceShare, undefined, { ref: false })]);
  }

  private async run(job: Job<StoredJob>): Promise<void> {
    const name = job.name as JobName;
    const handler = this.handlers.get(name);
    if (!handler || !isOfThisVersion(job)) {
      // While versions change, a newer process may leave such a job; what it hints at, that version's sweep finds again.
      await job.discard();
      throw new Error(`job ${job.name} is not known to this version`);
    }
    const { v: _version, ...payload } = job.data;
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(jobs[name].timeoutMs)]);
    const stop = metrics.jobs.startTimer({ job: name });
    try {
      // The busiest job is of many conversations; what it logs names them itself.
      if (name === 'store-deliveries') await handler(payload, signal);
      else await withLogContext({ job: name, job_id: String(job.id) }, () => handler(payload, signal));
      stop({ outcome: 'done' });
    } catch (error) {
      stop({ outcome: 'failed' });
      throw error;
    }
  }

  private async recordWhenFinal(job: Job<StoredJob>, error: Error): Promise<void> {
    const attempts = isOfThisVersion(job) ? (job.opts.attempts ?? 1) : 1;
    const level = job.attemptsMade < attempts ? 'warn' : 'error';
    this.logger[level]({
      msg: `job ${job.name} failed`,
      job_id: job.id,
      attempt: job.attemptsMade,
      of: attempts,
      err: error,
    });
    if (job.attemptsMade < attempts) return;
    const { v: _version, ...payload } = job.data;
    await this.deadLetters
      .record({ kind: 'job', subject: job.name, reason: 'job_failed', error: error.message, payload })
      .catch((failure: unknown) => this.logger.error({ msg: 'dead letter could not be written', err: failure }));
  }
}

/** Names and payloads belong together: a job that carries another version's number means something else. */
function isOfThisVersion({ name, data }: Job<StoredJob>): boolean {
  return name in jobs && data.v === 1;
}

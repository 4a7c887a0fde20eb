import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Job } from 'bull';
import { withOwnSignal } from '#libs/own-signal';
import { AppConfig } from '../config/index.js';
import { metrics, withLogContext } from '../observability/index.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { HandlerExplorerService, type JobHandler } from './handler-explorer.service.js';
import { JobQueueService } from './job-queue.service.js';
import {
  jobs,
  queueConcurrency,
  queueNames,
  type JobExtra,
  type JobName,
  type JobPayloads,
  type StoredJob,
} from './jobs.js';

/** Part of the grace that jobs may use up; the rest is for requests and connections. */
export const graceShare = 0.7;
/** Jobs begun without the way through Redis, at once: what saves an idle system milliseconds must not fill a busy process. */
const maxStartedHere = 16;

interface Work {
  name: JobName;
  payload: object;
  /** Bull's; `here` for what never stood in a queue. */
  id: string;
  extra?: unknown;
}

/** Works the queues in a process that carries the worker role; refuses to start when a job has no handler or two. */
@Injectable()
export class JobRunnerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobRunnerService.name);
  private readonly stopping = new AbortController();
  private readonly startedHere = new Set<Promise<void>>();
  private handlers = new Map<JobName, JobHandler>();

  constructor(
    private readonly config: AppConfig,
    private readonly explorer: HandlerExplorerService,
    private readonly queue: JobQueueService,
    private readonly deadLetters: DeadLettersRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.handlers = this.explorer.jobHandlers();
    for (const name of queueNames) {
      const queue = this.queue.queue(name);
      void queue.process('*', queueConcurrency[name], (job: Job<StoredJob>) => this.run(job));
      queue.on('failed', (job: Job<StoredJob>, error: Error) => void this.recordWhenFinal(job, error));
    }
    this.queue.offerToStart((name, payload, extra) => this.startHere(name, payload, extra));
  }

  /** Takes no more jobs, tells running ones to hand back, waits for them within the grace, then lets Bull close. */
  async beforeApplicationShutdown(): Promise<void> {
    const pauses = queueNames.map((name) => this.queue.queue(name).pause(true, true));
    this.stopping.abort(new Error('shutting down'));
    const finished = Promise.allSettled([
      ...pauses,
      ...queueNames.map((name) => this.queue.queue(name).whenCurrentJobsFinished()),
      ...this.startedHere,
    ]);
    await Promise.race([finished, delay(this.config.SHUTDOWN_GRACE_MS * graceShare, undefined, { ref: false })]);
  }

  private async run(job: Job<StoredJob>): Promise<void> {
    const name = job.name as JobName;
    if (!this.handlers.has(name) || !isOfThisVersion(job)) {
      // While versions change, a newer process may leave such a job; what it hints at, that version's sweep finds again.
      await job.discard();
      throw new Error(`job ${job.name} is not known to this version`);
    }
    const { v: _version, ...payload } = job.data;
    await this.work({ name, payload, id: String(job.id) });
  }

  /** @returns `false` when there is no room, or this process is about to end */
  private startHere<N extends JobName>(name: N, payload: JobPayloads[N], extra?: JobExtra<N>): boolean {
    if (this.stopping.signal.aborted || this.startedHere.size >= maxStartedHere) return false;
    const run = this.work({ name, payload, id: 'here', extra })
      .catch(async (error: unknown) => {
        this.logger.warn({ msg: `${name} failed where it was begun, a job tries again`, err: error });
        await this.queue.add(name, payload);
      })
      .finally(() => this.startedHere.delete(run));
    this.startedHere.add(run);
    return true;
  }

  private async work({ name, payload, id, extra }: Work): Promise<void> {
    const handler = this.handlers.get(name) as JobHandler; // the process does not start without
    const { timeoutMs } = jobs[name];
    const stop = metrics.jobs.startTimer({ job: name });
    try {
      await withOwnSignal({ under: this.stopping.signal, timeoutMs }, async (signal) => {
        // The busiest job is of many conversations; what it logs names them itself.
        if (name === 'store-deliveries') await handler(payload, signal);
        else await withLogContext({ job: name, job_id: id }, () => handler(payload, signal, extra));
      });
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

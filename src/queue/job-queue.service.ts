import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { getQueueToken } from '@nestjs/bull';
import type { JobOptions as BullJobOptions, Queue } from 'bull';
import { backoffFrom } from './backoff.js';
import { BullConnectionsService } from './bull-connections.service.js';
import { jobs, queueNames, type JobExtra, type JobName, type JobPayloads, type QueueName } from './jobs.js';

/** Bull waits for jobs that are still running; a handler that doesn't heed its signal must not hold the process up. */
const closeTimeoutMs = 1_000;

export interface AddOptions {
  delayMs?: number;
}

/** Begins a job in this process. @returns `false` when it has no room for it */
export type StartHere = <N extends JobName>(name: N, payload: JobPayloads[N], extra?: JobExtra<N>) => boolean;

/** Puts jobs into Bull. A job is a hint: when Redis is away the answer is `false` at once, and a sweep does the work later. */
@Injectable()
export class JobQueueService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(JobQueueService.name);
  private readonly queues = new Map<QueueName, Queue>();
  private failing = false;
  private startHere?: StartHere;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly connections: BullConnectionsService,
  ) {}

  onModuleInit(): void {
    for (const name of queueNames) {
      const queue = this.moduleRef.get<Queue>(getQueueToken(name), { strict: false });
      // Bull emits an error for every lost connection; without a listener that would end the process.
      queue.on('error', (error: Error) => this.noteFailure(error));
      this.queues.set(name, queue);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, closeTimeoutMs).unref());
    await Promise.race([Promise.allSettled([...this.queues.values()].map((queue) => queue.close())), timeout]);
    this.connections.close();
  }

  queue(name: QueueName): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`no queue ${name}`);
    return queue;
  }

  /** Whether Redis is there, as far as its connection knows: one that is frozen looks the same until it is asked. */
  get isReachable(): boolean {
    return this.queue('deliveries').client.status === 'ready';
  }

  /** @returns whether Redis took the job; `false` within 1.5 s when it is away or frozen */
  async add<N extends JobName>(name: N, payload: JobPayloads[N], { delayMs = 0 }: AddOptions = {}): Promise<boolean> {
    const { queue: queueName, attempts, backoffMs, timeoutMs } = jobs[name];
    if (!this.isReachable) return false; // all queues share the connection
    const options: BullJobOptions = {
      attempts,
      timeout: timeoutMs,
      delay: delayMs,
      backoff: backoffFrom(backoffMs),
      // No job ids of our own: Bull silently drops a job whose id it still keeps. Doubles are harmless, drops are not.
      removeOnComplete: true,
      removeOnFail: { count: 500 },
    };
    try {
      await this.queue(queueName).add(name, { v: 1, ...payload }, options);
      this.failing = false;
      return true;
    } catch (error) {
      this.noteFailure(error);
      return false;
    }
  }

  /** @returns jobs that nobody has taken yet; `undefined` while Redis is away: a sweep then waits for its next turn */
  async countWaiting(name: QueueName): Promise<number | undefined> {
    if (!this.isReachable) return undefined;
    try {
      return await this.queue(name).getWaitingCount();
    } catch (error) {
      this.logger.debug({ msg: 'Redis is away; what is due waits for the next sweep', queue: name, err: error });
      return undefined;
    }
  }

  /** A process that works the queues offers to begin jobs without the way through Redis. */
  offerToStart(startHere: StartHere): void {
    this.startHere = startHere;
  }

  /**
   * Begins the job here and now when this process works the queues and has room, else adds it. What is begun here and
   * fails is added; with a crash it is gone, as a job may be that Redis has lost.
   * @returns what became of it; `lost` while Redis is away
   */
  async startOrAdd<N extends JobName>(
    name: N,
    payload: JobPayloads[N],
    extra?: JobExtra<N>,
  ): Promise<'started' | 'added' | 'lost'> {
    if (this.startHere?.(name, payload, extra)) return 'started';
    return (await this.add(name, payload)) ? 'added' : 'lost';
  }

  private noteFailure(error: unknown): void {
    if (this.failing) return;
    this.failing = true;
    this.logger.warn({ msg: 'Redis is not reachable; work waits in MongoDB for the sweep', err: error });
  }
}

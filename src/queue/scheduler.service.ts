import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { HandlerExplorerService, type ScheduledTask } from './handler-explorer.service.js';
import { graceShare } from './job-runner.service.js';
import { ScheduleRepository, type ScheduleRecord } from './schedule.repository.js';

const pollMs = 500;

const leaseOf = ({ leaseMs = 60_000 }: ScheduledTask): number => leaseMs;

/** Runs `@Scheduled` methods, each on one process at a time. Due times live in MongoDB, so Redis may lose everything. */
@Injectable()
export class SchedulerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SchedulerService.name);
  private readonly stopping = new AbortController();
  private readonly running = new Map<string, Promise<void>>();
  private readonly known = new Set<string>();
  private tasks: ScheduledTask[] = [];
  private polling?: Promise<void>;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly explorer: HandlerExplorerService,
    private readonly schedules: ScheduleRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.tasks = this.explorer.scheduledTasks();
    this.timer = setInterval(() => void this.poll(), pollMs);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort(new Error('shutting down'));
    const finished = Promise.allSettled([this.polling, ...this.running.values()]);
    await Promise.race([finished, delay(this.config.SHUTDOWN_GRACE_MS * graceShare, undefined, { ref: false })]);
  }

  /** Runs what is due now and waits for it; tests that move the clock call it instead of waiting for the poll. */
  async runDue(): Promise<void> {
    await this.polling;
    await this.poll();
    await Promise.allSettled(this.running.values());
  }

  /** One look for all tasks; a look that hangs is not joined by others. */
  private async poll(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.polling ??= this.startDue()
      .catch((error: unknown) => this.logger.warn({ msg: 'due tasks could not be looked up', err: error }))
      .finally(() => (this.polling = undefined));
    await this.polling;
  }

  private async startDue(): Promise<void> {
    await this.makeKnown();
    const idle = this.tasks.filter(({ name }) => !this.running.has(name));
    const times = idle.map((task) => ({ name: task.name, everyMs: task.everyMs, leaseMs: leaseOf(task) }));
    const due = new Map((await this.schedules.findDue(times, this.clock.date())).map((seen) => [seen._id, seen]));
    for (const task of idle) {
      const seen = due.get(task.name);
      if (!seen || this.stopping.signal.aborted) continue;
      const run = this.runIfDue(task, seen)
        .catch((error: unknown) => this.logger.warn({ msg: `scheduled task ${task.name} failed`, err: error }))
        .finally(() => this.running.delete(task.name));
      this.running.set(task.name, run);
    }
  }

  private async makeKnown(): Promise<void> {
    const unknown = this.tasks.filter(({ name }) => !this.known.has(name));
    await Promise.all(unknown.map(({ name }) => this.schedules.ensure(name).then(() => this.known.add(name))));
  }

  private async runIfDue(task: ScheduledTask, seen: ScheduleRecord): Promise<void> {
    const lease = await this.schedules.claim(seen, this.clock.date(), leaseOf(task));
    if (!lease) return;
    try {
      await task.run(this.stopping.signal);
    } finally {
      await this.schedules.release(task.name, lease, new Date(this.clock.now() + task.everyMs));
    }
  }
}

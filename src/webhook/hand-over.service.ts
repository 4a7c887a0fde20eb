import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { JobQueue } from '../queue/index.js';

/** The most that one job carries; the workers store small jobs together and cut large ones into transactions. */
export const deliveriesPerJob = 100;

/**
 * Where so many became durable at once, more are about to: they share a job, for each costs the door and Redis as much as
 * several deliveries. Fewer go at once.
 */
const crowd = 5;
const gatherMs = 20;
/** Redis frozen costs each attempt its command timeout; more than this many at once would pile up for nothing. */
const maxOutstanding = 32;
/** After a refusal the sweep has the work; one attempt a second is enough to notice that Redis is back. */
const restAfterFailureMs = 1_000;

/**
 * Tells the workers about new deliveries. A hint, never a promise: MongoDB has the delivery, and what isn't handed over
 * here the sweep finds. So nobody waits for Redis before answering Meta.
 */
@Injectable()
export class HandOver implements OnApplicationShutdown {
  private readonly outstanding = new Set<Promise<boolean>>();
  private gathered: string[] = [];
  private timer?: NodeJS.Timeout;
  private restingUntil = 0;

  constructor(private readonly queue: JobQueue) {}

  /** Adds one job for all of them, in the background; in a crowd, for those of the next moment too. */
  offer(ids: string[]): void {
    if (ids.length === 0) return;
    this.gathered.push(...ids);
    if (ids.length < crowd || this.gathered.length >= deliveriesPerJob) this.send();
    else this.timer ??= setTimeout(() => this.send(), gatherMs);
  }

  /** @returns whether Redis took the job */
  async now(ids: string[]): Promise<boolean> {
    const taken = await this.queue.add('store-deliveries', { delivery_ids: ids });
    this.restingUntil = taken ? 0 : performance.now() + restAfterFailureMs;
    return taken;
  }

  /** A hint that is still on its way saves the sweep some seconds. */
  async onApplicationShutdown(): Promise<void> {
    this.send();
    await Promise.allSettled(this.outstanding);
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const ids = this.gathered;
    this.gathered = [];
    for (let from = 0; from < ids.length; from += deliveriesPerJob)
      this.attempt(ids.slice(from, from + deliveriesPerJob));
  }

  private attempt(ids: string[]): void {
    if (this.outstanding.size >= maxOutstanding || performance.now() < this.restingUntil) return;
    const attempt = this.now(ids);
    this.outstanding.add(attempt);
    void attempt.finally(() => this.outstanding.delete(attempt));
  }
}

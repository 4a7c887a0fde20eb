import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { JobQueueService } from '../queue/index.js';

/** The most that one job carries; the workers store small jobs together and cut large ones into transactions. */
export const deliveriesPerJob = 100;
/** As many as the largest single delivery has: Meta batches up to a thousand. A worker holds a job in memory as a whole. */
const eventsPerJob = 1_000;

/** A delivery that is in MongoDB and has work left. */
export interface Durable {
  id: string;
  /** How many it holds. */
  events: number;
  /** Whose they are, our own ids. */
  accountIds: string[];
}

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
 * Tells the workers about new deliveries. A hint, never a promise: MongoDB has the delivery, and what isn't enqueued
 * here the sweep finds. So nobody waits for Redis before answering Meta.
 */
@Injectable()
export class DeliveryDispatcherService implements OnApplicationShutdown {
  private readonly outstanding = new Set<Promise<boolean>>();
  private gathered: Durable[] = [];
  private timer?: NodeJS.Timeout;
  private restingUntil = 0;

  constructor(private readonly queue: JobQueueService) {}

  /** Adds one job for all of them, in the background; in a crowd, for those of the next moment too. */
  offer(deliveries: Durable[]): void {
    if (deliveries.length === 0) return;
    this.gathered.push(...deliveries);
    if (deliveries.length < crowd || this.gathered.length >= deliveriesPerJob) this.send();
    else this.timer ??= setTimeout(() => this.send(), gatherMs);
  }

  /** @param deliveries of one job, see {@link jobsOf} @returns whether Redis took it */
  async dispatch(deliveries: readonly Durable[]): Promise<boolean> {
    const taken = await this.queue.add('store-deliveries', {
      delivery_ids: deliveries.map(({ id }) => id),
      events: deliveries.reduce((sum, delivery) => sum + delivery.events, 0),
      account_ids: [...new Set(deliveries.flatMap(({ accountIds }) => accountIds))],
    });
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
    const gathered = this.gathered;
    this.gathered = [];
    for (const batch of jobsOf(gathered)) this.attempt(batch);
  }

  private attempt(batch: readonly Durable[]): void {
    if (this.outstanding.size >= maxOutstanding || performance.now() < this.restingUntil) return;
    const attempt = this.dispatch(batch);
    this.outstanding.add(attempt);
    void attempt.finally(() => this.outstanding.delete(attempt));
  }
}

/** Cuts deliveries into what one job may carry, in their order. */
export function* jobsOf<T extends Pick<Durable, 'events'>>(deliveries: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  let events = 0;
  for (const delivery of deliveries) {
    if (batch.length > 0 && (batch.length === deliveriesPerJob || events + delivery.events > eventsPerJob)) {
      yield batch;
      batch = [];
      events = 0;
    }
    batch.push(delivery);
    events += delivery.events;
  }
  if (batch.length > 0) yield batch;
}

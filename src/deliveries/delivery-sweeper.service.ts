import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { metrics } from '../observability/index.js';
import { DeadLettersRepository, JobQueueService, Scheduled } from '../queue/index.js';
import { DeliveryLogRepository, type DeliveryHead } from './delivery-log.repository.js';
import { DeliveryDispatcherService, jobsOf } from './delivery-dispatcher.service.js';

const pageSize = 500;
/** Jobs waiting already: what is due is in one of them, most likely, and more jobs would only make the queue longer. */
const enoughWaiting = 20;
/** Behind a queue that never gets short, what has lost its job must still get its turn, but not one job after another. */
const overdueMs = 15_000;
const turnsBehindQueue = 3;
/** Storing it failed so often that trying on only hides it. */
const maxFailures = 10;
/** With the pauses between, some four hours in which its job never came to an end, not even to a failure. */
const maxAttempts = 30;

/** Finds deliveries whose job was lost (Redis away or emptied, a process killed) and hands them over again. */
@Injectable()
export class DeliverySweeperService {
  private readonly logger = new Logger(DeliverySweeperService.name);

  constructor(
    private readonly log: DeliveryLogRepository,
    private readonly dispatcher: DeliveryDispatcherService,
    private readonly queue: JobQueueService,
    private readonly deadLetters: DeadLettersRepository,
    private readonly clock: Clock,
  ) {}

  @Scheduled({ name: 'sweep-deliveries', everyMs: 1_000, leaseMs: 30_000 })
  async sweep(signal: AbortSignal): Promise<void> {
    let due: DeliveryHead[];
    let busy: boolean;
    do {
      const waiting = await this.queue.countWaiting('deliveries');
      if (waiting === undefined) return;
      busy = waiting >= enoughWaiting;
      const dueBefore = new Date(this.clock.now() - (busy ? overdueMs : 0));
      due = await this.log.findUnhanded(dueBefore, pageSize, busy ? turnsBehindQueue : undefined);
      const hopeless = due.filter(({ attempts, failures }) => failures >= maxFailures || attempts >= maxAttempts);
      for (const delivery of hopeless) await this.giveUp(delivery);
      for (const batch of jobsOf(due.filter((delivery) => !hopeless.includes(delivery)))) {
        const durable = batch.map(({ _id: id, events, account_ids: accountIds }) => ({ id, events, accountIds }));
        if (!(await this.dispatcher.dispatch(durable))) return;
        await this.log.noteHanded(batch);
        metrics.swept.inc({ kind: 'deliveries' }, batch.length);
      }
    } while (due.length === pageSize && !busy && !signal.aborted);
  }

  private async giveUp({ _id, attempts, failures, error }: DeliveryHead): Promise<void> {
    const reason = failures >= maxFailures ? 'not_storable' : 'never_finished';
    if (!(await this.log.park(_id, error ?? reason))) return;
    this.logger.error({ msg: 'a delivery could not be stored and is parked', delivery_id: _id, attempts, failures });
    await this.deadLetters.record({
      kind: 'delivery',
      subject: 'store-deliveries',
      reason,
      error,
      payload: { delivery_id: _id },
    });
  }
}

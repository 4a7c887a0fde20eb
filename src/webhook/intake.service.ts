import { Injectable } from '@nestjs/common';
import mongoose from 'mongoose';
import { GroupCommit, QueueFullError, type GiveUp } from '#libs/group-commit';
import { metrics } from '../observability/index.js';
import {
  deliveriesPerJob,
  DeliveryDispatcherService,
  DeliveryLogRepository,
  type NewDelivery,
} from '../deliveries/index.js';
import { OverloadedError } from './webhook.errors.js';

const megabyte = 1024 * 1024;

/**
 * Makes deliveries durable. Those that arrive together share one insert and one job; each request hears its own
 * outcome. What a caller was told is written is on a majority's disk, whatever happens to this process or to Redis next.
 */
@Injectable()
export class IntakeService {
  private readonly commits: GroupCommit<NewDelivery>;

  constructor(
    private readonly log: DeliveryLogRepository,
    private readonly dispatcher: DeliveryDispatcherService,
  ) {
    this.commits = new GroupCommit<NewDelivery>({
      write: (batch) => this.write(batch),
      sizeOf: ({ payload }) => payload.length,
      // What is written together goes to the workers as one job.
      maxBatchItems: deliveriesPerJob,
      maxBatchSize: 2 * megabyte,
      maxQueuedItems: 10_000,
      maxQueuedSize: 64 * megabyte,
      maxWrites: 2,
      worthwhileItems: 16,
    });
  }

  /**
   * Resolves when the delivery is durable.
   * @throws {OverloadedError} when too many wait; the driver's errors when MongoDB did not confirm it; what it was given up with
   */
  async store(delivery: NewDelivery, giveUp?: GiveUp): Promise<void> {
    try {
      await this.commits.add(delivery, giveUp);
    } catch (error) {
      throw error instanceof QueueFullError ? new OverloadedError(error) : error;
    }
  }

  private async write(batch: NewDelivery[]): Promise<ReadonlyMap<number, unknown>> {
    metrics.intakeBatch.observe(batch.length);
    const failures = await this.insert(batch);
    const toDo = batch.filter(({ state }, index) => (state ?? 'received') === 'received' && !failures.has(index));
    this.dispatcher.offer(toDo);
    return failures;
  }

  /** Failures by position; throws when none is known to be durable. */
  private async insert(batch: NewDelivery[]): Promise<ReadonlyMap<number, unknown>> {
    try {
      await this.log.insertMany(batch);
      return new Map();
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
      const refused = [error.writeErrors].flat();
      if (refused.length === 0) throw error;
      return new Map(refused.map((one) => [one.index, one]));
    }
  }
}

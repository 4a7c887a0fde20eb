import { Global, Module } from '@nestjs/common';
import { BullModule } from '@nestjs/bull';
import { DiscoveryModule } from '@nestjs/core';
import { MongooseModule } from '@nestjs/mongoose';
import type { QueueOptions } from 'bull';
import { AppConfig } from '../config/index.js';
import { retentionOf } from '../database/index.js';
import { RedisModule } from '../redis/index.js';
import { backoffStrategies } from './backoff.js';
import { BullConnectionsService } from './bull-connections.service.js';
import { RedisConversationLockService } from './redis-conversation-lock.service.js';
import { DeadLetterReplaysService } from './dead-letter-replays.service.js';
import { DeadLetterSchema } from './dead-letter.schema.js';
import { DEAD_LETTER, DeadLettersRepository } from './dead-letters.repository.js';
import { HandlerExplorerService } from './handler-explorer.service.js';
import { JobQueueService } from './job-queue.service.js';
import { JobRunnerService } from './job-runner.service.js';
import { queueNames } from './jobs.js';
import { SCHEDULE, ScheduleRepository, ScheduleSchema } from './schedule.repository.js';
import { SchedulerService } from './scheduler.service.js';

/** Bull's connections, apart, so that its set-up can ask for them. */
@Module({ imports: [RedisModule], providers: [BullConnectionsService], exports: [BullConnectionsService] })
class BullConnectionsModule {}

function bullOptions(config: AppConfig, connections: BullConnectionsService): QueueOptions {
  return {
    // The braces are a hash tag: on a Redis Cluster all keys of the queues share a slot, as Bull's scripts need.
    prefix: `{${config.REDIS_PREFIX}}`,
    createClient: (type) => connections.open(type),
    settings: {
      lockDuration: 30_000,
      stalledInterval: 5_000,
      // Bull fails a job for good when its worker was killed more often than this; two unlucky deploys must not.
      maxStalledCount: 1_000,
      backoffStrategies,
    },
  };
}

/** Bull, Redis, the conversation lock, dead letters: what every room needs to hand work on. */
@Global()
@Module({
  imports: [
    RedisModule,
    BullConnectionsModule,
    BullModule.forRootAsync({
      imports: [BullConnectionsModule],
      inject: [AppConfig, BullConnectionsService],
      useFactory: bullOptions,
    }),
    BullModule.registerQueue(...queueNames.map((name) => ({ name }))),
    MongooseModule.forFeature([{ name: DEAD_LETTER, schema: DeadLetterSchema }]),
  ],
  providers: [
    JobQueueService,
    RedisConversationLockService,
    DeadLettersRepository,
    // Open ones, too: nothing else would ever close those that nobody replays. The settings see to it that none goes while
    // what it would replay is still there.
    retentionOf(DeadLettersRepository, ({ DEAD_LETTER_RETENTION_DAYS }) => DEAD_LETTER_RETENTION_DAYS),
    DeadLetterReplaysService,
  ],
  exports: [
    BullConnectionsModule,
    JobQueueService,
    RedisConversationLockService,
    DeadLettersRepository,
    DeadLetterReplaysService,
  ],
})
export class QueueModule {}

/** The side that works the queues and runs scheduled tasks; carried by processes with the worker role. */
@Module({
  imports: [DiscoveryModule, MongooseModule.forFeature([{ name: SCHEDULE, schema: ScheduleSchema }])],
  providers: [HandlerExplorerService, JobRunnerService, ScheduleRepository, SchedulerService],
  exports: [SchedulerService],
})
export class QueueWorkerModule {}

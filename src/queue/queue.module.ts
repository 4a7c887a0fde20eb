import { Global, Module } from '@nestjs/common';
import { BullModule } from '@nestjs/bull';
import { DiscoveryModule } from '@nestjs/core';
import { MongooseModule } from '@nestjs/mongoose';
import type { QueueOptions } from 'bull';
import { AppConfig } from '../config/index.js';
import { retentionOf } from '../database/index.js';
import { RedisModule } from '../redis/index.js';
import { backoffStrategies } from './backoff.js';
import { BullConnections } from './bull-connections.js';
import { RedisConversationLock } from './redis-conversation-lock.service.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import { DeadLetterSchema } from './dead-letter.schema.js';
import { DEAD_LETTER, DeadLetters } from './dead-letters.repository.js';
import { HandlerExplorer } from './handler-explorer.js';
import { JobQueue } from './job-queue.js';
import { JobRunner } from './job-runner.js';
import { queueNames } from './jobs.js';
import { SCHEDULE, ScheduleRepository, ScheduleSchema } from './schedule.repository.js';
import { Scheduler } from './scheduler.js';

/** Bull's connections, apart, so that its set-up can ask for them. */
@Module({ imports: [RedisModule], providers: [BullConnections], exports: [BullConnections] })
class BullConnectionsModule {}

function bullOptions(config: AppConfig, connections: BullConnections): QueueOptions {
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
      inject: [AppConfig, BullConnections],
      useFactory: bullOptions,
    }),
    BullModule.registerQueue(...queueNames.map((name) => ({ name }))),
    MongooseModule.forFeature([{ name: DEAD_LETTER, schema: DeadLetterSchema }]),
  ],
  providers: [
    JobQueue,
    RedisConversationLock,
    DeadLetters,
    // Open ones, too: nothing else would ever close those that nobody replays. The settings see to it that none goes while
    // what it would replay is still there.
    retentionOf(DeadLetters, ({ DEAD_LETTER_RETENTION_DAYS }) => DEAD_LETTER_RETENTION_DAYS),
    DeadLetterReplays,
  ],
  exports: [BullConnectionsModule, JobQueue, RedisConversationLock, DeadLetters, DeadLetterReplays],
})
export class QueueModule {}

/** The side that works the queues and runs scheduled tasks; carried by processes with the worker role. */
@Module({
  imports: [DiscoveryModule, MongooseModule.forFeature([{ name: SCHEDULE, schema: ScheduleSchema }])],
  providers: [HandlerExplorer, JobRunner, ScheduleRepository, Scheduler],
  exports: [Scheduler],
})
export class QueueWorkerModule {}

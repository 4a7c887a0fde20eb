export { RedisConversationLockService, type HeldLock } from './redis-conversation-lock.service.js';
export { DeadLetterReplaysService, type Replay } from './dead-letter-replays.service.js';
export { DeadLettersRepository, type DeadLetter, type NewDeadLetter } from './dead-letters.repository.js';
export { HandlesJob, Scheduled } from './job-handler.decorator.js';
export { JobQueueService } from './job-queue.service.js';
export { jobs, queueNames, type JobExtras, type JobName, type JobPayloads, type QueueName } from './jobs.js';
export { QueueModule, QueueWorkerModule } from './queue.module.js';
export { SchedulerService } from './scheduler.service.js';

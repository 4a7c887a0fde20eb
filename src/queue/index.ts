export { RedisConversationLock, type HeldLock } from './redis-conversation-lock.service.js';
export { DeadLetterReplays, type Replay } from './dead-letter-replays.js';
export { DeadLetters, type DeadLetter, type NewDeadLetter } from './dead-letters.repository.js';
export { HandlesJob, Scheduled } from './job-handler.decorator.js';
export { JobQueue } from './job-queue.js';
export { jobs, queueNames, type JobExtras, type JobName, type JobPayloads, type QueueName } from './jobs.js';
export { QueueModule, QueueWorkerModule } from './queue.module.js';
export { Scheduler } from './scheduler.js';

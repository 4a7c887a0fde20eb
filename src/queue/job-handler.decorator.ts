import { SetMetadata } from '@nestjs/common';
import type { JobName, JobPayloads } from './jobs.js';

export const jobHandlerKey = Symbol('job-handler');
export const scheduledKey = Symbol('scheduled');

type HandlerOf<N extends JobName> = (payload: JobPayloads[N], signal: AbortSignal) => Promise<void>;

/**
 * Marks the method that does a job. It gets the payload and a signal that aborts on shutdown and on the job's timeout;
 * it must be safe to run twice, because Redis may deliver a job twice.
 */
export function HandlesJob<N extends JobName>(name: N) {
  return <T extends HandlerOf<N>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    SetMetadata(jobHandlerKey, name)(target, key, descriptor);
  };
}

export interface Schedule {
  /** Unique; the name under which one process at a time holds it. */
  name: string;
  everyMs: number;
  /** Longest a run may take before another process may take over. */
  leaseMs?: number;
}

/** Marks a method that runs every so often on one process at a time, however many there are. */
export function Scheduled(schedule: Schedule) {
  return <T extends (signal: AbortSignal) => Promise<void>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    SetMetadata(scheduledKey, schedule)(target, key, descriptor);
  };
}

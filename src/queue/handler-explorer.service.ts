import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { jobHandlerKey, scheduledKey, type Schedule } from './job-handler.decorator.js';
import { jobs, type JobName } from './jobs.js';

export type JobHandler = (payload: unknown, signal: AbortSignal, extra?: unknown) => Promise<void>;
export interface ScheduledTask extends Schedule {
  run: (signal: AbortSignal) => Promise<void>;
}

/** The process must not start: a job would never be done, or be done by two. */
export class JobHandlersError extends Error {
  override readonly name = 'JobHandlersError';
}

/** Finds the methods marked `@HandlesJob` and `@Scheduled` among the modules this process carries. */
@Injectable()
export class HandlerExplorerService {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws {JobHandlersError} naming each job without a handler or with two */
  jobHandlers(): Map<JobName, JobHandler> {
    const handlers = new Map<JobName, JobHandler>();
    const problems: string[] = [];
    for (const { value, method } of this.marked<JobName>(jobHandlerKey)) {
      if (handlers.has(value)) problems.push(`${value} has two handlers`);
      handlers.set(value, method as JobHandler);
    }
    for (const name of Object.keys(jobs) as JobName[]) if (!handlers.has(name)) problems.push(`${name} has no handler`);
    if (problems.length > 0) throw new JobHandlersError(`Jobs and handlers don't match: ${problems.join(', ')}`);
    return handlers;
  }

  scheduledTasks(): ScheduledTask[] {
    const tasks = this.marked<Schedule>(scheduledKey).map(({ value, method }) => ({
      ...value,
      run: method as ScheduledTask['run'],
    }));
    const names = tasks.map((task) => task.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) throw new JobHandlersError(`Two scheduled tasks are called ${twice}`);
    return tasks;
  }

  private marked<T>(key: symbol): { value: T; method: (...args: never[]) => unknown }[] {
    return this.discovery.getProviders().flatMap(({ instance }) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const prototype: object = Object.getPrototypeOf(instance) as object;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const method = (instance as Record<string, (...args: never[]) => unknown>)[name];
        const value = method && this.reflector.get<T | undefined>(key, method);
        return value === undefined || !method ? [] : [{ value, method: method.bind(instance) }];
      });
    });
  }
}

import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { HandlerExplorerService, JobHandlersError } from './handler-explorer.service.js';
import { HandlesJob, Scheduled } from './job-handler.decorator.js';
import { jobs, type JobName } from './jobs.js';

const names = Object.keys(jobs) as JobName[];

/** A provider with a handler for each of these jobs, which notes what it was called with. */
function handlerOf(...handled: JobName[]): Type {
  @Injectable()
  class Handlers {
    readonly seen: unknown[] = [];
  }
  for (const name of handled) {
    const value = function (this: Handlers, payload: unknown): Promise<void> {
      this.seen.push([name, payload]);
      return Promise.resolve();
    };
    Object.defineProperty(Handlers.prototype, name, { value, writable: true, configurable: true });
    const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, name) as TypedPropertyDescriptor<never>;
    (HandlesJob(name) as MethodDecorator)(Handlers.prototype, name, descriptor);
  }
  return Handlers;
}

async function explorerOf(...providers: Type[]) {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [HandlerExplorerService, ...providers],
  }).compile();
  return { explorer: module.get(HandlerExplorerService), module };
}

describe('HandlerExplorerService', () => {
  it('finds the handler of every job, wherever it stands, and calls it on its own provider', async () => {
    const [first, ...rest] = names;
    const one = handlerOf(first as JobName);
    const { explorer, module } = await explorerOf(one, handlerOf(...rest));

    const handlers = explorer.jobHandlers();
    await handlers.get(first as JobName)?.({ id: 1 }, new AbortController().signal);

    expect([...handlers.keys()].sort()).toEqual([...names].sort());
    expect(module.get<{ seen: unknown[] }>(one).seen).toEqual([[first, { id: 1 }]]);
  });

  it('refuses the start when jobs have no handler, naming each', async () => {
    const { explorer } = await explorerOf(handlerOf(...names.slice(2)));

    expect(() => explorer.jobHandlers()).toThrow(JobHandlersError);
    expect(() => explorer.jobHandlers()).toThrow(`${names[0]} has no handler, ${names[1]} has no handler`);
  });

  it('refuses the start when a job has two handlers', async () => {
    const { explorer } = await explorerOf(handlerOf(...names), handlerOf('send-conversation'));

    expect(() => explorer.jobHandlers()).toThrow('send-conversation has two handlers');
  });

  it('finds scheduled tasks, and refuses two of one name', async () => {
    @Injectable()
    class Sweeps {
      swept = 0;
      @Scheduled({ name: 'sweep', everyMs: 1_000, leaseMs: 5_000 })
      sweep(): Promise<void> {
        this.swept += 1;
        return Promise.resolve();
      }
    }
    @Injectable()
    class SweepsToo {
      @Scheduled({ name: 'sweep', everyMs: 2_000 })
      sweep(): Promise<void> {
        return Promise.resolve();
      }
    }
    const { explorer, module } = await explorerOf(Sweeps);
    const [task, ...others] = explorer.scheduledTasks();
    await task?.run(new AbortController().signal);

    expect(others).toEqual([]);
    expect(task).toMatchObject({ name: 'sweep', everyMs: 1_000, leaseMs: 5_000 });
    expect(module.get(Sweeps).swept).toBe(1);
    const both = await explorerOf(Sweeps, SweepsToo);
    expect(() => both.explorer.scheduledTasks()).toThrow('Two scheduled tasks are called sweep');
  });
});

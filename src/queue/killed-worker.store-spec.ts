import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { eventually } from '../../test/support/eventually.js';
import { useServices } from '../../test/support/services.js';
import { testSettings } from '../../test/support/test-app.js';
import { ConfigModule, readSettings } from '../config/index.js';
import { DatabaseModule } from '../database/index.js';
import { JobQueueService, QueueModule, QueueWorkerModule } from './index.js';
import { HandlesJob } from './job-handler.decorator.js';
import { jobs, type JobName } from './jobs.js';

jest.setTimeout(90_000);

const services = useServices();

/** Handles every job by noting it. */
@Injectable()
class Handlers {
  readonly done: [JobName, payload: unknown][] = [];
}
for (const name of Object.keys(jobs) as JobName[]) {
  const value = function (this: Handlers, payload: unknown): Promise<void> {
    this.done.push([name, payload]);
    return Promise.resolve();
  };
  Object.defineProperty(Handlers.prototype, name, { value, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, name) as TypedPropertyDescriptor<never>;
  (HandlesJob(name) as MethodDecorator)(Handlers.prototype, name, descriptor);
}

/**
 * A process that takes a job and never ends it. Its lock is short, as the spec would wait for it; looking for what others
 * dropped is left to our worker, whose settings are the ones that count.
 */
const program = `
  const { default: Bull } = await import('bull');
  const [redisUrl, prefix] = process.argv.slice(1);
  const settings = { lockDuration: 1_000, stalledInterval: 0 };
  new Bull('outbound', redisUrl, { prefix, settings }).process('*', (job) => {
    console.log(job.id);
    return new Promise(() => undefined);
  });
`;

/** Resolves when the process has taken a job and is gone. */
async function takeAndDie(): Promise<string> {
  const args = ['--input-type=module', '-e', program, services.redisUrl, `{${services.redisPrefix}}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const lines = createInterface(child.stdout);
    const [id] = (await once(lines, 'line', { signal: AbortSignal.timeout(30_000) })) as [string];
    return id;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

describe('a job whose worker is killed', () => {
  let worker: TestingModule;

  beforeAll(async () => {
    worker = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(readSettings(testSettings(services))),
        DatabaseModule,
        QueueModule,
        QueueWorkerModule,
      ],
      providers: [Handlers],
    }).compile();
    worker.useLogger(false);
    await worker.init();
  });

  afterAll(() => worker?.close());

  it('is done by the next one, however often that happened', async () => {
    const jobQueue = worker.get(JobQueueService);
    const outbound = jobQueue.queue('outbound');
    // It looks for jobs that lost their worker all the same, but leaves taking them to the others.
    await outbound.pause(true);
    await jobQueue.add('send-conversation', { conversation_id: 'c1' });

    const first = await takeAndDie();
    const second = await takeAndDie();
    expect(second).toBe(first);
    await outbound.resume(true);

    await eventually(() =>
      expect(worker.get(Handlers).done).toEqual([['send-conversation', { conversation_id: 'c1' }]]),
    );
    await eventually(async () =>
      expect(await outbound.getJobCounts()).toMatchObject({ waiting: 0, active: 0, failed: 0 }),
    );
  });
});

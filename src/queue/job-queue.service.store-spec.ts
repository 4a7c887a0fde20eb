import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { MovableClock } from '#libs/clock';
import { startRedis, type RedisProcess } from '#libs/embedded';
import { eventually } from '../../test/support/eventually.js';
import { useServices } from '../../test/support/services.js';
import { testSettings } from '../../test/support/test-app.js';
import { ConfigModule, readSettings } from '../config/index.js';
import { DatabaseModule } from '../database/index.js';
import { JobQueueService, QueueModule, QueueWorkerModule, Scheduled, SchedulerService } from './index.js';
import { HandlesJob } from './job-handler.decorator.js';
import { jobs, type JobName } from './jobs.js';

jest.setTimeout(60_000);

const services = useServices();
const clock = new MovableClock(new Date('2026-11-21T12:00:00Z').getTime());

/** Handles every job: notes it, and fails the ones it is told to. */
@Injectable()
class Handlers {
  readonly done: [JobName, payload: unknown, extra?: unknown][] = [];
  failures = 0;
  swept = 0;

  wait(): Promise<void> {
    return Promise.resolve();
  }

  @Scheduled({ name: 'sweep-of-this-spec', everyMs: 60_000 })
  sweep(): Promise<void> {
    this.swept += 1;
    return this.swept === 1 ? Promise.reject(new Error('the first sweep fails')) : Promise.resolve();
  }
}
for (const name of Object.keys(jobs) as JobName[]) {
  const value = async function (this: Handlers, payload: unknown, _signal: unknown, extra?: unknown): Promise<void> {
    if (this.failures-- > 0) throw new Error('not yet');
    await this.wait();
    this.done.push(extra === undefined ? [name, payload] : [name, payload, extra]);
  };
  Object.defineProperty(Handlers.prototype, name, { value, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(Handlers.prototype, name) as TypedPropertyDescriptor<never>;
  (HandlesJob(name) as MethodDecorator)(Handlers.prototype, name, descriptor);
}

async function start(redis: RedisProcess, worker: boolean): Promise<TestingModule> {
  const settings = readSettings(testSettings(services, { REDIS_URL: redis.url, SHUTDOWN_GRACE_MS: '500' }));
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(settings, clock),
      DatabaseModule,
      QueueModule,
      ...(worker ? [QueueWorkerModule] : []),
    ],
    providers: [Handlers],
  }).compile();
  module.useLogger(false);
  return module.init();
}

describe('JobQueueService', () => {
  let redis: RedisProcess;
  let producer: TestingModule;
  let queue: JobQueueService;

  beforeAll(async () => {
    redis = await startRedis();
    producer = await start(redis, false);
    queue = producer.get(JobQueueService);
    await eventually(() => expect(queue.queue('outbound').client.status).toBe('ready'));
  });

  afterAll(async () => {
    await producer?.close();
    await redis?.stop();
  });

  afterEach(async () => {
    await Promise.all([queue.queue('outbound').empty(), queue.queue('replies').empty()]);
  });

  it('keeps a job in the queue it belongs to, with its number of tries and its ids alone', async () => {
    await expect(queue.add('send-conversation', { conversation_id: 'c1' })).resolves.toBe(true);

    const [job, ...others] = await queue.queue('outbound').getWaiting();
    expect(others).toEqual([]);
    expect(job).toMatchObject({ name: 'send-conversation', data: { v: 1, conversation_id: 'c1' } });
    expect(job?.opts).toMatchObject({ attempts: 5, timeout: 300_000, removeOnComplete: true });
  });

  it('takes the same hint twice: a double is harmless, a job that is dropped is not', async () => {
    await queue.add('send-conversation', { conversation_id: 'c1' });
    await queue.add('send-conversation', { conversation_id: 'c1' });

    expect(await queue.queue('outbound').getWaitingCount()).toBe(2);
  });

  it('holds a job back when asked to', async () => {
    await queue.add('answer-conversation', { conversation_id: 'c1' }, { delayMs: 60_000 });

    expect(await queue.queue('replies').getDelayedCount()).toBe(1);
    expect(await queue.queue('replies').getWaitingCount()).toBe(0);
  });

  it('says false within two seconds while Redis is frozen, and true again afterwards', async () => {
    redis.pause();
    try {
      const startedAt = performance.now();
      await expect(queue.add('send-conversation', { conversation_id: 'c1' })).resolves.toBe(false);
      expect(performance.now() - startedAt).toBeLessThan(2_500);
    } finally {
      redis.resume();
    }
    await eventually(async () => expect(await queue.add('send-conversation', { conversation_id: 'c2' })).toBe(true));
  });

  it('says false at once while Redis is away, and true again afterwards', async () => {
    await redis.kill();
    await eventually(() => expect(queue.queue('outbound').client.status).not.toBe('ready'));
    const startedAt = performance.now();
    await expect(queue.add('send-conversation', { conversation_id: 'c1' })).resolves.toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(200);

    await redis.start();

    await eventually(async () => expect(await queue.add('send-conversation', { conversation_id: 'c2' })).toBe(true));
  });

  describe('beside a process that works it', () => {
    let worker: TestingModule;
    let handlers: Handlers;

    beforeAll(async () => {
      worker = await start(redis, true);
      handlers = worker.get(Handlers);
    });

    afterAll(() => worker?.close());

    it('has a job done by its handler, with its payload', async () => {
      await queue.add('settle-send', { dm_id: 'd1' });

      await eventually(() => expect(handlers.done).toContainEqual(['settle-send', { dm_id: 'd1' }]));
    });

    it('has a job that failed done again', async () => {
      handlers.failures = 1;
      await queue.add('store-deliveries', { delivery_ids: ['w1'] });

      await eventually(() => expect(handlers.done).toContainEqual(['store-deliveries', { delivery_ids: ['w1'] }]));
    });

    it('has a job that failed wait as long as its kind of job should', async () => {
      jest.spyOn(Math, 'random').mockReturnValue(1);
      const accounts = worker.get(JobQueueService).queue('accounts');
      handlers.failures = 2;
      const startedAt = Date.now();
      await queue.add('refresh-token', { account_id: 'a1' }); // 60 s
      await queue.add('backfill-account', { account_id: 'a2' }); // 30 s

      await eventually(async () => expect(await accounts.getDelayedCount()).toBe(2));
      const delayed = await accounts.client.zrange(accounts.toKey('delayed'), 0, -1, 'WITHSCORES');
      jest.restoreAllMocks();

      // Bull's score: the time in ms, and 12 bits of the job's id.
      const pausesMs = [delayed[1], delayed[3]].map((score) => Number(score) / 4_096 - startedAt);
      expect(pausesMs.map((ms) => Math.floor(ms / 10_000))).toEqual([3, 6]);
      await accounts.empty();
    });

    describe('asked to start a job where it stands', () => {
      const waiting = () => queue.queue('replies').getJobCounts();
      let hold: (() => void) | undefined;

      /** Every job takes until it is let go. */
      const holdJobs = (): void => {
        const held = new Promise<void>((resolve) => (hold = resolve));
        jest.spyOn(handlers, 'wait').mockImplementation(() => held);
      };

      afterEach(() => {
        hold?.();
        jest.restoreAllMocks();
      });

      it('does it without Redis, and tells its handler what the caller knows', async () => {
        const extra = {
          account_id: 'a1',
          channel: 'instagram',
          ig_id: 'i1',
          participant_id: 'p1',
          revision: 1,
        } as const;
        redis.pause();
        try {
          await worker.get(JobQueueService).startOrAdd('answer-conversation', { conversation_id: 'here' }, extra);
          await eventually(() =>
            expect(handlers.done).toContainEqual(['answer-conversation', { conversation_id: 'here' }, extra]),
          );
        } finally {
          redis.resume();
        }
      });

      it('leaves a job to others once it has enough of them, and one that failed to a queue', async () => {
        holdJobs();
        const started = await Promise.all(
          Array.from({ length: 17 }, (_, n) =>
            worker.get(JobQueueService).startOrAdd('answer-conversation', { conversation_id: `c${n}` }),
          ),
        );
        expect(started).toEqual([...Array<string>(16).fill('started'), 'added']);
        await eventually(async () => expect((await waiting()).active).toBe(1));
        hold?.();
        await eventually(() =>
          expect(handlers.done).toContainEqual(['answer-conversation', { conversation_id: 'c16' }]),
        );

        handlers.failures = 1;
        await worker.get(JobQueueService).startOrAdd('answer-conversation', { conversation_id: 'failed here' });
        await eventually(() =>
          expect(handlers.done).toContainEqual(['answer-conversation', { conversation_id: 'failed here' }]),
        );
      });

      it('adds it where no queue is worked', async () => {
        await queue.startOrAdd('answer-conversation', { conversation_id: 'from the api' });

        await eventually(() =>
          expect(handlers.done).toContainEqual(['answer-conversation', { conversation_id: 'from the api' }]),
        );
      });

      it('waits for what it has started when it is told to stop', async () => {
        const other = await start(redis, true);
        const theirs = other.get(Handlers);
        let letGo: (() => void) | undefined;
        jest.spyOn(theirs, 'wait').mockImplementation(() => new Promise((resolve) => (letGo = resolve)));
        await other.get(JobQueueService).startOrAdd('answer-conversation', { conversation_id: 'last' });
        await eventually(() => expect(letGo).toBeDefined());

        const closed = other.close();
        setTimeout(() => letGo?.(), 100);
        await closed;

        expect(theirs.done).toContainEqual(['answer-conversation', { conversation_id: 'last' }]);
      });
    });

    it('runs what is scheduled when it is due, and again after a failure', async () => {
      const scheduler = worker.get(SchedulerService);
      await eventually(() => expect(handlers.swept).toBe(1)); // due at once, and fails
      await scheduler.runDue();
      expect(handlers.swept).toBe(1);

      clock.advance(60_000);
      await eventually(async () => {
        await scheduler.runDue();
        expect(handlers.swept).toBe(2);
      });
      await scheduler.runDue();

      expect(handlers.swept).toBe(2);
    });
  });
});

import type { JobQueueService } from '../queue/index.js';
import { DeliveryDispatcherService, type Durable } from './delivery-dispatcher.service.js';

const named = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `d${from + n}`);
const durable = (ids: string[], events = 1): Durable[] => ids.map((id) => ({ id, events, accountIds: ['a1'] }));

describe('DeliveryDispatcherService', () => {
  let jobs: string[][];
  let answer: () => Promise<boolean>;
  let dispatcher: DeliveryDispatcherService;

  beforeEach(() => {
    jest.useFakeTimers();
    jobs = [];
    answer = () => Promise.resolve(true);
    const add = (_name: string, { delivery_ids }: { delivery_ids: string[] }): Promise<boolean> => {
      jobs.push(delivery_ids);
      return answer();
    };
    dispatcher = new DeliveryDispatcherService({ add } as unknown as JobQueueService);
  });

  afterEach(() => jest.useRealTimers());

  it('hands a few deliveries over at once', () => {
    dispatcher.offer(durable(['a']));
    dispatcher.offer(durable(['b', 'c']));
    dispatcher.offer(durable([]));

    expect(jobs).toEqual([['a'], ['b', 'c']]);
  });

  it('has a crowd of a moment share a job, in the order they came', () => {
    dispatcher.offer(durable(named(20)));
    dispatcher.offer(durable(named(20, 20)));
    expect(jobs).toEqual([]);

    jest.advanceTimersByTime(20);
    expect(jobs).toEqual([named(40)]);
  });

  it('does not let few wait for a crowd, nor the crowd after them', () => {
    dispatcher.offer(durable(named(20)));
    dispatcher.offer(durable(['a']));

    expect(jobs).toEqual([[...named(20), 'a']]);
    jest.advanceTimersByTime(100);
    expect(jobs).toHaveLength(1);
  });

  it('waits no longer when a job is full, and never makes a larger one', () => {
    dispatcher.offer(durable(named(90)));
    dispatcher.offer(durable(named(30, 90)));

    expect(jobs).toEqual([named(100), named(20, 100)]);
  });

  it('cuts what is large in memory into several jobs, and says how many events each has, and whose', () => {
    const told: unknown[] = [];
    dispatcher = new DeliveryDispatcherService({
      add: (_name: string, payload: object) => Promise.resolve(Boolean(told.push(payload))),
    } as unknown as JobQueueService);

    dispatcher.offer([...durable(['a', 'b'], 400), ...durable(['c'], 1_000), ...durable(['d'])]);
    jest.advanceTimersByTime(20);

    expect(told).toEqual([
      { delivery_ids: ['a', 'b'], events: 800, account_ids: ['a1'] },
      { delivery_ids: ['c'], events: 1_000, account_ids: ['a1'] },
      { delivery_ids: ['d'], events: 1, account_ids: ['a1'] },
    ]);
  });

  it('gives what has gathered to the workers before the process ends', async () => {
    dispatcher.offer(durable(named(20)));

    await dispatcher.onApplicationShutdown();

    expect(jobs).toEqual([named(20)]);
  });

  it('leaves it to the sweep for a second when Redis took nothing', async () => {
    answer = () => Promise.resolve(false);
    dispatcher.offer(durable(['a']));
    await jest.advanceTimersByTimeAsync(0);
    dispatcher.offer(durable(['b']));
    dispatcher.offer(durable(named(20)));
    await jest.advanceTimersByTimeAsync(999);
    expect(jobs).toEqual([['a']]);

    await jest.advanceTimersByTimeAsync(2);
    dispatcher.offer(durable(['c']));
    expect(jobs).toEqual([['a'], ['c']]);
  });

  it('keeps no more than so many attempts while Redis does not answer', () => {
    answer = () => new Promise(() => undefined);
    for (let n = 0; n < 50; n += 1) dispatcher.offer(durable([`d${n}`]));

    expect(jobs).toHaveLength(32);
  });
});

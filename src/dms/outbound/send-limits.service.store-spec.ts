import { Redis } from 'ioredis';
import { useServices } from '../../../test/support/services.js';
import type { AppConfig } from '../../config/index.js';
import { SendLimitsService } from './send-limits.service.js';

const services = useServices();

function limitsOf(redis: Redis, perMinute: number, perHour = 1_000, perRecipientDay = 1_000): SendLimitsService {
  const config = {
    REDIS_PREFIX: services.redisPrefix,
    RATE_LIMIT_PER_MINUTE: perMinute,
    RATE_LIMIT_PER_HOUR: perHour,
    RATE_LIMIT_PER_RECIPIENT_DAY: perRecipientDay,
  };
  return new SendLimitsService(config as AppConfig, redis);
}

describe('SendLimitsService', () => {
  let redis: Redis;
  let account = 0;
  const fresh = () => `account-${++account}`;

  beforeAll(() => {
    redis = new Redis(services.redisUrl, { maxRetriesPerRequest: 1, enableAutoPipelining: true });
  });
  afterAll(() => redis.quit());

  it('lets exactly the limit through, counted over all processes', async () => {
    const processes = [limitsOf(redis, 20), limitsOf(redis, 20), limitsOf(redis, 20)];
    const id = fresh();

    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (processes[n % 3] as SendLimitsService).takeSend(id, `person-${n}`, 1)),
    );

    expect(answers.filter((answer) => answer === null)).toHaveLength(20);
  });

  it('says which limit it was and how long until there is room', async () => {
    const limits = limitsOf(redis, 1);
    const id = fresh();
    await limits.takeSend(id, 'person', 1);

    const refusal = await limits.takeSend(id, 'person', 1);

    expect(refusal?.limit).toBe('minute');
    expect(refusal?.waitMs).toBeGreaterThan(55_000);
    expect(refusal?.waitMs).toBeLessThanOrEqual(62_000);
  });

  it('keeps each account’s count apart', async () => {
    const limits = limitsOf(redis, 1);

    expect(await limits.takeSend(fresh(), 'person', 1)).toBeNull();
    expect(await limits.takeSend(fresh(), 'person', 1)).toBeNull();
  });

  it('takes nothing out of any limit when one of them refuses', async () => {
    const limits = limitsOf(redis, 3, 1_000, 1);
    const id = fresh();
    await limits.takeSend(id, 'often', 1);
    for (let n = 0; n < 10; n++) expect((await limits.takeSend(id, 'often', 1))?.limit).toBe('recipient_day');

    expect(await limits.takeSend(id, 'other', 1)).toBeNull();
    expect(await limits.takeSend(id, 'third', 1)).toBeNull();
    expect((await limits.takeSend(id, 'fourth', 1))?.limit).toBe('minute');
  });

  it('lets a slowed account send half as much', async () => {
    const limits = limitsOf(redis, 10);
    const id = fresh();

    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => limits.takeSend(id, `p${n}`, 2)));

    expect(answers.filter((answer) => answer === null)).toHaveLength(5);
  });

  it('holds no more than the limit in any stretch of the window, also around where a count would start anew', async () => {
    const limits = limitsOf(redis, 1_000);
    const id = fresh();
    const takenAt: number[] = [];
    const until = performance.now() + 2_500;
    while (performance.now() < until) {
      const refusal = await limits.takeLook(id);
      if (refusal) await new Promise((resolve) => setTimeout(resolve, Math.min(refusal.waitMs, 40)));
      else takenAt.push(performance.now());
    }

    const most = Math.max(...takenAt.map((from) => takenAt.filter((at) => at >= from && at < from + 990).length));
    expect(most).toBe(1);
    expect(takenAt.length).toBeGreaterThanOrEqual(2);
  });

  it('keeps the limit by itself while Redis is away', async () => {
    const away = new Redis({ port: 1, lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null });
    away.on('error', () => undefined);
    const limits = limitsOf(away, 2);
    const id = fresh();

    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await limits.takeSend(id, 'person', 1));

    expect(answers.map((answer) => answer === null)).toEqual([true, true, false, false]);
    away.disconnect();
  });
});

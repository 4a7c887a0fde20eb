import { Redis } from 'ioredis';
import { useServices } from '../../../test/support/services.js';
import type { AppConfig } from '../../config/index.js';
import { SendLimitsService } from './send-limits.service.js';

const services = useServices();
const processes = 4;
/** Two calls a second is what Meta allows, and what one look costs. */
const windowMs = 1_000;

/** Redis decided between these two moments. */
interface Ask {
  askedAt: number;
  toldAt: number;
}

describe('several processes that share an account', () => {
  const connections: Redis[] = [];

  beforeAll(() => {
    for (let n = 0; n < processes; n++)
      connections.push(new Redis(services.redisUrl, { maxRetriesPerRequest: 1, enableAutoPipelining: true }));
  });
  afterAll(() => Promise.all(connections.map((redis) => redis.quit())));

  const limits = (perMinute: number, perHour = 100_000): SendLimitsService[] =>
    connections.map(
      (redis) =>
        new SendLimitsService(
          {
            REDIS_PREFIX: services.redisPrefix,
            RATE_LIMIT_PER_MINUTE: perMinute,
            RATE_LIMIT_PER_HOUR: perHour,
            RATE_LIMIT_PER_RECIPIENT_DAY: 100_000,
          } as AppConfig,
          redis,
        ),
    );

  it.each([
    ['minute', 300, 100_000],
    ['hour', 100_000, 300],
  ] as const)('send exactly what a limit per %s allows, however fast they ask', async (name, perMinute, perHour) => {
    const asks = Array.from({ length: 400 }, (_, n) => `person-${n}`);

    const answers = await Promise.all(
      limits(perMinute, perHour).flatMap((own, n) => asks.map((to) => own.takeSend(name, `${to}-of-${n}`, 1))),
    );

    expect(answers.filter((answer) => answer === null)).toHaveLength(300);
    expect(new Set(answers.flatMap((answer) => answer?.limit ?? []))).toEqual(new Set([name]));
  });

  it('never have more than the limit in any stretch of its length, and use at least 95 % of it', async () => {
    const until = performance.now() + 6_000;
    const granted: Ask[] = [];
    const refused: Ask[] = [];
    const askOnAndOn = async (own: SendLimitsService): Promise<void> => {
      while (performance.now() < until) {
        const askedAt = performance.now();
        const refusal = await own.takeLook('shared');
        (refusal ? refused : granted).push({ askedAt, toldAt: performance.now() });
      }
    };

    await Promise.all(limits(1).map(askOnAndOn));

    expect(granted.length).toBeGreaterThan(1);
    // Asked after one was, and told before its window was over: both would be in it for certain.
    const tooSoon = granted.filter((one) =>
      granted.some((other) => other !== one && other.askedAt >= one.askedAt && other.toldAt < one.askedAt + windowMs),
    );
    expect(tooSoon).toEqual([]);
    // A machine that is too busy to ask wastes some of the limit; the limit itself keeps nobody waiting longer.
    const atMostMs = windowMs / 0.95;
    const inVain = refused.filter(
      ({ askedAt, toldAt }) => !granted.some((grant) => grant.toldAt >= askedAt - atMostMs && grant.askedAt <= toldAt),
    );
    expect(inVain).toEqual([]);
  });
});

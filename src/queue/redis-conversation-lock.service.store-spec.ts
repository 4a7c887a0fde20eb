import { once } from 'node:events';
import { Redis } from 'ioredis';
import { eventually } from '../../test/support/eventually.js';
import { useServices } from '../../test/support/services.js';
import { RedisConversationLockService } from './redis-conversation-lock.service.js';

const services = useServices();

describe('RedisConversationLockService', () => {
  let redis: Redis;
  let other: Redis;
  let lock: RedisConversationLockService;
  let rival: RedisConversationLockService;
  let key: string;
  let made = 0;

  beforeAll(() => {
    redis = new Redis(services.redisUrl);
    other = new Redis(services.redisUrl);
    lock = new RedisConversationLockService(redis);
    rival = new RedisConversationLockService(other);
  });

  beforeEach(() => {
    key = RedisConversationLockService.keyOf('instagram', '17841400000000057', `10000${++made}`);
  });

  afterAll(async () => {
    await redis?.quit();
    await other?.quit();
  });

  it('is known by the key that operators know', () => {
    expect(key).toBe(`instagram:17841400000000057:10000${made}`);
  });

  it('is held by one at a time, and free again when released', async () => {
    const held = await lock.acquire(key);
    expect(held).not.toBeNull();
    await expect(rival.acquire(key)).resolves.toBeNull();

    await held?.release();

    const next = await rival.acquire(key);
    expect(next).not.toBeNull();
    await next?.release();
    expect(await redis.exists(`${key}:lock`)).toBe(0);
  });

  it('goes to one of many who ask at once', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? lock : rival).acquire(key)));
    const held = asked.filter((one) => one !== null);

    expect(held).toHaveLength(1);
    await held[0]?.release();
  });

  it('does not hold up one conversation for another', async () => {
    const first = await lock.acquire(key);
    const second = await rival.acquire(`${key}9`);

    expect(second).not.toBeNull();
    await first?.release();
    await second?.release();
  });

  it('lives on past its lease while it is held', async () => {
    const held = await lock.acquire(key, 600);
    // Three leases long, measured by Redis itself: a marker that runs out.
    await redis.set(`${key}:marker`, '1', 'PX', 1_800);
    await eventually(async () => expect(await redis.exists(`${key}:marker`)).toBe(0));

    expect(held?.signal.aborted).toBe(false);
    await expect(rival.acquire(key)).resolves.toBeNull();
    await held?.release();
  });

  it('runs out by itself when its holder died', async () => {
    await redis.set(`${key}:lock`, 'a process that is gone', 'PX', 100);

    const held = await eventually(async () => {
      const taken = await rival.acquire(key);
      if (!taken) throw new Error('still held');
      return taken;
    });
    await held.release();
  });

  it('tells its holder when it was taken over, and then leaves the new one’s alone', async () => {
    const held = await lock.acquire(key, 90);
    await redis.set(`${key}:lock`, 'somebody else', 'PX', 60_000);

    if (!held?.signal.aborted) await once(held?.signal ?? new AbortController().signal, 'abort');
    await held?.release();

    expect(await redis.get(`${key}:lock`)).toBe('somebody else');
    expect(await redis.pttl(`${key}:lock`)).toBeGreaterThan(30_000);
  });

  it('is lost when Redis is away for longer than the lease, and releasing it does not throw', async () => {
    const cut = new Redis(services.redisUrl, { enableOfflineQueue: false, retryStrategy: () => null });
    await once(cut, 'ready');
    const held = await new RedisConversationLockService(cut).acquire(key, 90);
    cut.disconnect();

    if (!held?.signal.aborted) await once(held?.signal ?? new AbortController().signal, 'abort');

    await expect(held?.release()).resolves.toBeUndefined();
  });
});

import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { startRedis, type RedisProcess } from '#libs/embedded';
import { eventually } from '../../test/support/eventually.js';
import { RedisSettingsService } from './redis-settings.service.js';
import { connectRedis } from './connect-redis.js';

describe('RedisSettingsService', () => {
  let server: RedisProcess;
  let operator: Redis;
  let warn: jest.SpyInstance;
  const said = () => warn.mock.calls.map(([{ msg }]: [{ msg: string }]) => msg);
  const check = async (times = 1, url = server.url): Promise<void> => {
    const redis = connectRedis(url, 'blocking');
    const settings = new RedisSettingsService(redis);
    for (let n = 0; n < times; n++) await settings.check();
    redis.disconnect();
  };

  beforeAll(async () => {
    server = await startRedis();
    operator = new Redis(server.url);
  });
  beforeEach(async () => {
    warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jest.spyOn(Logger.prototype, 'debug').mockImplementation();
    await operator.config('SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'yes');
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    operator?.disconnect();
    await server?.stop();
  });

  it('says nothing of a server that neither evicts nor forgets', async () => {
    await check();

    expect(said()).toEqual([]);
  });

  it.each(['allkeys-lru', 'volatile-ttl'])('warns once of a server that evicts (%s)', async (policy) => {
    await operator.config('SET', 'maxmemory-policy', policy);

    await check(3);

    expect(said()).toEqual([expect.stringContaining(`maxmemory-policy is ${policy}`)]);
  });

  it('warns of a server that forgets when it is restarted', async () => {
    await operator.config('SET', 'appendonly', 'no');

    await check();

    expect(said()).toEqual([expect.stringContaining('appendonly is no')]);
  });

  it('says nothing of a server that does not tell', async () => {
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await operator.call('ACL', 'SETUSER', 'tenant', 'on', '>secret', '~*', '+@all', '-info', '-config');

    await check(1, server.url.replace('redis://', 'redis://tenant:secret@'));

    expect(said()).toEqual([]);
  });

  it('looks when a connection is made, however late, and keeps nobody waiting', async () => {
    await operator.config('SET', 'appendonly', 'no');
    const redis = connectRedis(server.url, 'commands');

    new RedisSettingsService(redis).onModuleInit();

    await eventually(() => expect(said()).toHaveLength(1));
    redis.disconnect();
  });
});

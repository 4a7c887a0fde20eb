import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { eventually } from '../../test/support/eventually.js';
import { useServices } from '../../test/support/services.js';
import { connectRedis, type RedisPurpose } from './connect-redis.js';

const services = useServices();

/** Between us and Redis; it may fall silent on the connections it has, as a firewall does, and takes new ones. */
class Middlebox {
  readonly sockets: Socket[] = [];
  private readonly server: Server = createServer((near) => {
    const { hostname, port } = new URL(services.redisUrl);
    const far = connect(Number(port), hostname);
    this.sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });

  async url(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const url = new URL(services.redisUrl);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** @returns when something was swallowed */
  silence(): Promise<void> {
    return new Promise((resolve) => {
      for (const socket of this.sockets)
        socket
          .unpipe()
          .on('data', () => resolve())
          .resume();
    });
  }

  cut(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }
}

describe('a connection to Redis', () => {
  let box: Middlebox;
  let opened: Redis[];
  const open = (url: string, purpose: RedisPurpose): Redis => {
    const redis = connectRedis(url, purpose) as Redis;
    redis.on('error', () => undefined);
    opened.push(redis);
    return redis;
  };

  beforeEach(() => {
    box = new Middlebox();
    opened = [];
  });
  afterEach(() => {
    for (const redis of opened) redis.disconnect();
    box.close();
  });

  it('that has fallen silent is replaced, one that waits for a job as well as one for commands', async () => {
    const url = await box.url();
    const [waiting, commands] = [open(url, 'blocking'), open(url, 'commands')];
    const list = `${services.redisPrefix}:silent`;
    await eventually(() => expect(commands.status).toBe('ready'));
    const popped = waiting.brpop(list, 5).then(async (first) => first ?? (await waiting.brpop(list, 0)));
    await commands.ping();

    void box.silence();

    await eventually(() => commands.rpush(list, 'a job'), 15_000);
    await expect(popped).resolves.toEqual([list, 'a job']);
  });

  it('that was replaced is not ended again on account of the one before it', async () => {
    const redis = open(await box.url(), 'commands');
    let closed = 0;
    redis.on('close', () => closed++);
    await eventually(() => expect(redis.status).toBe('ready'));
    const swallowed = box.silence();
    const lost = redis.ping().catch(() => 'lost');
    await swallowed;
    box.cut();
    await lost;
    await eventually(() => expect(redis.status).toBe('ready'));

    await delay(5_500); // nothing must happen: there is no state to wait for

    expect(closed).toBe(1);
    await expect(redis.ping()).resolves.toBe('PONG');
  });

  it('that has closed already holds nothing up when it is disconnected', async () => {
    const redis = open(await box.url(), 'blocking');
    await redis.ping();
    const ended = new Promise((resolve) => redis.once('end', resolve));
    await redis.quit();
    await ended;
    const timers = jest.spyOn(globalThis, 'setTimeout');

    redis.disconnect();

    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });

  it.each(['blocking', 'commands'] as const)('for %s is probed while nothing is due on it', async (purpose) => {
    expect(open(await box.url(), purpose).options.keepAlive).toBe(10_000);
  });
});

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Redis } from 'ioredis';
import { startRedis, type RedisProcess } from '#libs/embedded';
import { deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { withRedis } from '../support/embedded-servers.js';
import { eventually } from '../support/eventually.js';
import { FixedAddress } from '../support/fixed-address.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);
const services = useServices();
const igId = '17841400000000774';
let before: RedisProcess;
let after: RedisProcess;
let address: FixedAddress;
let app: TestApp;

beforeAll(async () => {
  [before, after] = await Promise.all([startRedis(), startRedis()]);
  address = new FixedAddress(before.port);
  const redisUrl = await address.open();
  await insertAccount(services.databaseUrl, services.databaseName, igId);
  app = await startTestApp({ services: { ...services, redisUrl }, env: { LOG_LEVEL: 'warn' } });
  await storedSoon(await deliverOne());
}, 90_000);
afterAll(async () => {
  await app?.stop();
  address?.close();
  await Promise.all([before?.stop(), after?.stop()]);
});

const tell = (server: RedisProcess, ...command: [string, ...string[]]) =>
  withRedis(server.url, (redis: Redis) => redis.call(...command));

async function deliverOne(): Promise<string> {
  const text = randomUUID();
  const secret = app.sandbox.env['INSTAGRAM_CLIENT_SECRET'];
  await deliver(app.url, deliveryOf(igId, [textEvent(igId, text)]), { secret }).expect(200);
  return text;
}

async function storedSoon(...texts: string[]): Promise<void> {
  await eventually(async () => {
    const { body } = await (await app.call(admin)).get('/instagram-dms/list').query({ limit: 100 }).expect(200);
    const stored = (body.data as { text: string }[]).map(({ text }) => text);
    expect(stored).toEqual(expect.arrayContaining(texts));
  }, 30_000);
}

const health = async (status: number): Promise<unknown> =>
  (await (await app.call(null)).get('/health').expect(status)).body;

async function refusedAs(word: string): Promise<void> {
  await eventually(async () =>
    expect(await health(503)).toMatchObject({
      status: 'degraded',
      parts: { redis: { status: 'down', reason: `takes no writes (${word})` }, mongodb: { status: 'up' } },
    }),
  );
}

it('a full Redis is told, deliveries are taken meanwhile, and stored when it has room', async () => {
  await tell(before, 'CONFIG', 'SET', 'maxmemory', '1');

  await refusedAs('OOM');
  const text = await deliverOne();
  await (await app.call(null)).get('/health/ready').expect(200);
  const metrics = await (await app.call(admin)).get('/metrics').expect(200);
  expect(metrics.text).toMatch(/^dm_part_up\{part="redis"\} 0$/m);

  await tell(before, 'CONFIG', 'SET', 'maxmemory', '0');
  await storedSoon(text);
  await eventually(() => health(200));
});

it('a Redis that becomes a replica under its connections is told without flooding the log, until it is none any more', async () => {
  await tell(before, 'REPLICAOF', '127.0.0.1', String(after.port));
  await refusedAs('READONLY');
  const text = await deliverOne();
  app.logs.length = 0;
  await delay(10_000); // what is counted is what comes in a stretch of time

  expect(app.logs.length).toBeLessThan(15);

  await tell(before, 'REPLICAOF', 'NO', 'ONE');
  await storedSoon(text);
  await eventually(() => health(200));
});

it('after a failover behind a fixed address the new server is found, without a restart', async () => {
  await tell(before, 'REPLICAOF', '127.0.0.1', String(after.port));
  address.leadTo(after.port);

  const texts = [await deliverOne(), await deliverOne()];

  await storedSoon(...texts);
  await eventually(() => health(200));
  expect(await withRedis(after.url, (redis) => redis.exists(`{${services.redisPrefix}}:deliveries:id`))).toBe(1);
});

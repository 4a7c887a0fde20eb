import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import request from 'supertest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock } from '#libs/clock';
import { startMongo, startRedis, type MongodProcess, type RedisProcess } from '#libs/embedded';
import { createApp } from '../../src/app.factory.js';
import { readSettings } from '../../src/config/index.js';
import { DeadLettersRepository, JobQueueService } from '../../src/queue/index.js';
import { DeliveryLogRepository } from '../../src/deliveries/index.js';
import { DeliverySweeperService } from '../../src/deliveries/delivery-sweeper.service.js';
import { DeliveryDispatcherService } from '../../src/deliveries/delivery-dispatcher.service.js';
import { appSecret, deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { testSettings } from '../support/test-app.js';

const igId = '17841400000000071';
const databaseName = `webhook_failures_${randomBytes(4).toString('hex')}`;

let mongod: MongodProcess;
let redis: RedisProcess;
let app: NestFastifyApplication;
let url: string;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;

beforeAll(async () => {
  [mongod, redis] = await Promise.all([startMongo(), startRedis()]);
  await insertAccount(mongod.url, databaseName, igId);
  client = await mongoose.mongo.MongoClient.connect(mongod.url, { serverSelectionTimeoutMS: 2_000 });
  const services = {
    databaseUrl: mongod.url,
    databaseName,
    mongoUrl: mongod.url,
    redisUrl: redis.url,
    redisPrefix: 'fail',
  };
  const env = { ROLE: 'api', LOG_LEVEL: 'warn', INSTAGRAM_CLIENT_SECRET: appSecret };
  app = await createApp(readSettings(testSettings(services, env)));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await deliverOne().then(({ status }) => expect(status).toBe(200)); // the account is in memory from here on
}, 60_000);

afterAll(async () => {
  await app?.close();
  await client?.close();
  await Promise.all([mongod?.stop(), redis?.stop()]);
}, 30_000);

interface Answer {
  mid: string;
  status: number;
  tookMs: number;
  retryAfter?: string;
}

async function deliverOne(): Promise<Answer> {
  const event = textEvent(igId);
  const startedAt = performance.now();
  const { status, headers } = await deliver(url, deliveryOf(igId, [event]));
  const tookMs = performance.now() - startedAt;
  return { mid: event.message.mid, status, tookMs, retryAfter: headers['retry-after'] };
}

const deliverMany = (count: number): Promise<Answer[]> => Promise.all(Array.from({ length: count }, deliverOne));
const slowest = (answers: Answer[]): number => Math.max(...answers.map(({ tookMs }) => tookMs));

async function keptMids(): Promise<Set<string>> {
  const found = await client.db(databaseName).collection('webhook_deliveries').find().toArray();
  return new Set(found.flatMap(({ payload }) => String(payload).match(/mid-[\w-]+/g) ?? []));
}

/** What was answered with 200 and is not there: the one thing that must never be. */
async function lost(answers: Answer[]): Promise<string[]> {
  const kept = await keptMids();
  return answers.filter(({ status, mid }) => status === 200 && !kept.has(mid)).map(({ mid }) => mid);
}

const sweeper = (): DeliverySweeperService =>
  new DeliverySweeperService(
    app.get(DeliveryLogRepository),
    app.get(DeliveryDispatcherService),
    app.get(JobQueueService),
    app.get(DeadLettersRepository),
    app.get(Clock),
  );
const waitingJobs = (): Promise<number> => app.get(JobQueueService).queue('deliveries').getWaitingCount();

describe('while Redis is down', () => {
  it('takes every delivery without delay, and the sweep hands them over when Redis is back', async () => {
    await redis.kill();

    const answers = await deliverMany(30);

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(slowest(answers)).toBeLessThan(2_000);
    expect(await lost(answers)).toEqual([]);
    expect((await request(url).get('/health').expect(503)).body).toMatchObject({
      status: 'degraded',
      parts: { redis: { status: 'down' }, mongodb: { status: 'up' } },
    });
    await request(url).get('/health/ready').expect(200);
    await request(url).get('/health/live').expect(200);

    await redis.start();
    await eventually(async () => expect(await deliverOneIsHandedOver()).toBe(true), 5_000);
    // As if the usual four seconds had passed.
    await client
      .db(databaseName)
      .collection('webhook_deliveries')
      .updateMany({ state: 'received' }, { $set: { due_at: new Date(0) } });
    await sweeper().sweep(new AbortController().signal);
    const handed = await client.db(databaseName).collection('webhook_deliveries').countDocuments({ attempts: 1 });
    expect(handed).toBeGreaterThanOrEqual(30);
  }, 30_000);
});

async function deliverOneIsHandedOver(): Promise<boolean> {
  const before = await waitingJobs();
  await deliverOne();
  return (await waitingJobs()) > before;
}

describe('while Redis is frozen', () => {
  it('takes every delivery without delay, one after the other and together', async () => {
    redis.pause();
    try {
      const answers: Answer[] = [];
      for (let n = 0; n < 5; n++) answers.push(await deliverOne());
      answers.push(...(await deliverMany(30)));

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(slowest(answers)).toBeLessThan(2_000);
      expect(await lost(answers)).toEqual([]);
    } finally {
      redis.resume();
    }
    await eventually(async () => expect(await deliverOneIsHandedOver()).toBe(true), 5_000);
  }, 30_000);
});

describe('while MongoDB is down', () => {
  it('says 503 in time, loses nothing it said 200 to, and takes deliveries again without a restart', async () => {
    const before = await deliverMany(20);
    const during = deliverMany(20);
    await mongod.kill();
    const after = await deliverMany(20);

    const answers = [...before, ...(await during), ...after];
    expect(after.map(({ status }) => status)).toEqual(after.map(() => 503));
    expect(after.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true);
    expect(slowest(answers)).toBeLessThan(3_000);
    await request(url).get('/health').expect(503);
    await request(url).get('/health/ready').expect(503);
    await request(url).get('/health/live').expect(200);

    await mongod.start();
    await eventually(async () => expect((await deliverOne()).status).toBe(200), 10_000);
    await eventually(async () => expect(await lost(answers)).toEqual([]));
    await request(url).get('/health').expect(200);
  }, 60_000);
});

describe('while MongoDB is frozen', () => {
  it('says 503 in time and recovers when it thaws', async () => {
    mongod.pause();
    try {
      const answers = [...(await deliverMany(20)), ...(await deliverMany(5))];
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
      expect(slowest(answers)).toBeLessThan(3_000);
    } finally {
      mongod.resume();
    }
    const late = await eventually(async () => {
      const answer = await deliverOne();
      expect(answer.status).toBe(200);
      return answer;
    }, 15_000);
    await eventually(async () => expect(await lost([late])).toEqual([]));
  }, 60_000);
});

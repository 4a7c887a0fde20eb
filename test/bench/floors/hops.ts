/**
 * The hops that no way from a webhook to an answer can do without, one after the other as on that way, and at the pace at
 * which the product is asked: in a loop without pauses each would meet warm caches and a processor at full clock.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Bull from 'bull';
import mongoose from 'mongoose';
import { Pool } from 'undici';
import { Bodies, type BodyOptions } from '../load/bodies.js';
import { median, percentile } from '../measure/statistics.js';
import { takeOrders, type Mark } from '../support/tasks.js';
import { bareDoor } from './bare-door.js';

export interface HopsOptions {
  databaseUrl: string;
  databaseName: string;
  redisUrl: string;
  /** Answers chat completions and sends at once. */
  instantUrl: string;
  bodies: BodyOptions;
  /** Ways. */
  times: number;
  /** Between one way and the next. */
  pauseMs: number;
}

/** ms */
export interface Way {
  p50Ms: number;
  p99Ms: number;
  /** By hop. */
  medians: Record<string, number>;
  /** The same without pauses. */
  unpausedP50Ms: number;
}

const writeConcern = { w: 'majority', journal: true } as const;

async function measure(options: HopsOptions, mark: Mark): Promise<Way> {
  const client = await mongoose.mongo.MongoClient.connect(options.databaseUrl);
  const door = await openDoor(client.db(options.databaseName).collection('hops_deliveries', { writeConcern }), options);
  const jobs = await Jobs.open(options.redisUrl);
  const pools = {
    door: new Pool(door.url, { connections: 1 }),
    model: new Pool(options.instantUrl, { connections: 1 }),
  };
  const hops = await hopsOf(client, jobs, pools, options);
  await mark('begin');
  const ways = await walk(Object.values(hops), options.times, options.pauseMs);
  await mark('end');
  const unpaused = await walk(Object.values(hops), options.times, 0);
  door.server.close();
  await Promise.all([client.close(), pools.door.close(), pools.model.close(), jobs.close()]);
  const medians = Object.keys(hops).map((name, index) => [name, median(ways.map((way) => way[index] ?? 0))] as const);
  return {
    p50Ms: percentile(ways.map(sum), 50),
    p99Ms: percentile(ways.map(sum), 99),
    medians: Object.fromEntries(medians),
    unpausedP50Ms: percentile(unpaused.map(sum), 50),
  };
}

/** @returns what each hop of each way took, ms */
async function walk(hops: (() => Promise<unknown>)[], times: number, pauseMs: number): Promise<number[][]> {
  const ways: number[][] = [];
  for (let n = 0; n < times * 1.2; n += 1) {
    const way: number[] = [];
    for (const hop of hops) {
      const from = performance.now();
      await hop();
      way.push(performance.now() - from);
    }
    ways.push(way);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  return ways.slice(-times); // the first ones warmed up
}

function sum(way: number[]): number {
  return way.reduce((total, ms) => total + ms, 0);
}

/** In the order of the way. */
async function hopsOf(
  client: mongoose.mongo.MongoClient,
  jobs: Jobs,
  pools: { door: Pool; model: Pool },
  options: HopsOptions,
): Promise<Record<string, () => Promise<unknown>>> {
  const db = client.db(options.databaseName);
  const bodies = new Bodies(options.bodies);
  const messages = db.collection('hops_messages');
  const conversations = db.collection<{ _id: string }>('hops_conversations', { writeConcern });
  await conversations.updateOne({ _id: 'one' }, { $set: { n: 0 } }, { upsert: true });
  await messages.createIndex({ account: 1, 'message.mid': 1 }, { unique: true });
  const transaction = (): Promise<void> =>
    client.withSession((session) =>
      session.withTransaction(
        async () => {
          await messages.insertOne({ account: 'a', ...bodies.event() }, { session });
          await conversations.updateOne({ _id: 'one' }, { $inc: { n: 1 } }, { session });
        },
        { readConcern: { level: 'snapshot' }, writeConcern },
      ),
    );
  const deliver = async (): Promise<void> => {
    const { body, signature } = bodies.next();
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    const answer = await pools.door.request({ method: 'POST', path: '/', headers, body });
    await answer.body.dump();
  };
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await pools.model.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    await answer.body.json();
  };
  const question = { model: 'm', messages: [{ role: 'system', content: 'x'.repeat(800) }] };
  const reply = { recipient: { id: '1' }, message: { text: 'We are open.' } };
  return {
    'signed request until it is durable and answered': deliver,
    'Redis add → start': () => jobs.addAndAwaitStart(),
    'transaction of two writes (message)': transaction,
    'model call': () => post('/v1/chat/completions', question),
    'transaction of two writes (answer)': transaction,
    'claim before the call': () => conversations.findOneAndUpdate({ _id: 'one' }, { $inc: { epoch: 1 } }),
    'Graph call': () => post('/v24.0/1/messages', reply),
  };
}

async function openDoor(
  deliveries: mongoose.mongo.Collection,
  { bodies: { appSecret } }: HopsOptions,
): Promise<{ server: Server; url: string }> {
  const server = bareDoor(appSecret, (payload) => deliveries.insertOne({ payload }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** From Bull's add to its handler's first line. */
class Jobs {
  private started = (): void => undefined;

  private constructor(private readonly queue: Bull.Queue) {
    void queue.process(() => {
      this.started();
      return Promise.resolve();
    });
  }

  static async open(redisUrl: string): Promise<Jobs> {
    const queue = new Bull('hops', redisUrl, { prefix: '{bench}' });
    await queue.isReady();
    return new Jobs(queue);
  }

  async addAndAwaitStart(): Promise<void> {
    const started = new Promise<void>((resolve) => (this.started = resolve));
    await Promise.all([this.queue.add({}, { removeOnComplete: true }), started]);
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}

takeOrders({ measure });

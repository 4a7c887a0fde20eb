/** The hops that no way from a webhook to an answer can do without, each taken alone, one after the other. */
import Bull from 'bull';
import mongoose from 'mongoose';
import { Pool } from 'undici';
import { Bodies, type BodyOptions } from '../load/bodies.js';
import { median } from '../measure/statistics.js';
import { takeOrders, type Mark } from '../support/tasks.js';

export interface HopsOptions {
  databaseUrl: string;
  databaseName: string;
  redisUrl: string;
  /** Answers chat completions and sends at once. */
  instantUrl: string;
  bodies: BodyOptions;
  times: number;
}

/** Medians in ms. */
export interface Hops {
  durableInsert: number;
  jobStart: number;
  transaction: number;
  claim: number;
  modelCall: number;
  graphCall: number;
}

const writeConcern = { w: 'majority', journal: true } as const;

async function measure(options: HopsOptions, mark: Mark): Promise<Hops> {
  const client = await mongoose.mongo.MongoClient.connect(options.databaseUrl);
  const db = client.db(options.databaseName);
  const bodies = new Bodies(options.bodies);
  const model = new Pool(options.instantUrl, { connections: 1 });
  const jobs = await Jobs.open(options.redisUrl);
  const collections = {
    deliveries: db.collection('hops_deliveries', { writeConcern }),
    messages: db.collection('hops_messages'),
    conversations: db.collection<{ _id: string }>('hops_conversations', { writeConcern }),
  };
  await collections.conversations.updateOne({ _id: 'one' }, { $set: { n: 0 } }, { upsert: true });
  await collections.messages.createIndex({ account: 1, 'message.mid': 1 }, { unique: true });
  const transaction = (): Promise<void> =>
    client.withSession((session) =>
      session.withTransaction(
        async () => {
          await collections.messages.insertOne({ account: 'a', ...bodies.event() }, { session });
          await collections.conversations.updateOne({ _id: 'one' }, { $inc: { n: 1 } }, { session });
        },
        { readConcern: { level: 'snapshot' }, writeConcern },
      ),
    );
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await model.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    await answer.body.json();
  };
  const hop = (work: () => Promise<unknown>): Promise<number> => typical(work, options.times);
  await mark('begin');
  const hops: Hops = {
    durableInsert: await hop(() => collections.deliveries.insertOne({ payload: bodies.next().body.toString() })),
    jobStart: await hop(() => jobs.addAndAwaitStart()),
    transaction: await hop(transaction),
    claim: await hop(() => collections.conversations.findOneAndUpdate({ _id: 'one' }, { $inc: { epoch: 1 } })),
    modelCall: await hop(() =>
      post('/v1/chat/completions', { model: 'm', messages: [{ role: 'system', content: 'x'.repeat(800) }] }),
    ),
    graphCall: await hop(() =>
      post('/v24.0/1/messages', { recipient: { id: '1' }, message: { text: 'We are open.' } }),
    ),
  };
  await mark('end');
  await Promise.all([client.close(), model.close(), jobs.close()]);
  return hops;
}

async function typical(work: () => Promise<unknown>, times: number): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < times * 1.2; n += 1) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return median(took.slice(-times)); // the first ones warmed up
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

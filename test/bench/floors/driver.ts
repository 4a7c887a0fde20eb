/** Floor: MongoDB's own driver doing the same to the same store, with nothing around it. */
import mongoose from 'mongoose';
import { Bodies, type BodyOptions } from '../load/bodies.js';
import { percentile } from '../measure/statistics.js';
import { takeOrders, type Mark } from '../support/tasks.js';
import type { LoadResult } from '../load/generator.js';

const { MongoClient } = mongoose.mongo;
const writeConcern = { w: 'majority', journal: true } as const;

interface Timed {
  databaseUrl: string;
  databaseName: string;
  seconds: number;
  warmUpSeconds: number;
}

export interface InsertOptions extends Timed {
  bodies: BodyOptions;
  /** Documents of one call; 1 is an insertOne. */
  batch: number;
  inFlight: number;
}

/** Messages as documents of their own, unique by mid: the least that "stored exactly once" asks of a store. */
async function insert(options: InsertOptions, mark: Mark): Promise<LoadResult> {
  const client = await MongoClient.connect(options.databaseUrl, { maxPoolSize: 60 });
  const messages = client.db(options.databaseName).collection('floor_messages', { writeConcern });
  await messages.createIndex({ account: 1, 'message.mid': 1 }, { unique: true });
  const bodies = new Bodies(options.bodies);
  const one = async (): Promise<void> => {
    const documents = Array.from({ length: options.batch }, () => ({
      account: options.bodies.igId,
      ...bodies.event(),
    }));
    if (options.batch > 1) await messages.insertMany(documents, { ordered: false });
    else await messages.insertOne(documents[0] as (typeof documents)[number]);
  };
  await repeat(one, options.inFlight, options.warmUpSeconds);
  await mark('begin');
  const result = await repeat(one, options.inFlight, options.seconds);
  await mark('end');
  await client.close();
  return result;
}

export interface FindOptions extends Timed {
  collection: string;
  /** In MongoDB's extended JSON, because ids and dates don't survive the way between processes. */
  filter: string;
  sort: Record<string, 1 | -1>;
  limit: number;
}

/** The same documents, found by the same index. */
async function find(options: FindOptions, mark: Mark): Promise<LoadResult> {
  const client = await MongoClient.connect(options.databaseUrl);
  const collection = client.db(options.databaseName).collection(options.collection);
  const filter = mongoose.mongo.BSON.EJSON.parse(options.filter) as Record<string, unknown>;
  const one = async (): Promise<void> => {
    const found = await collection.find(filter).sort(options.sort).limit(options.limit).toArray();
    if (found.length !== options.limit) throw new Error(`${found.length} documents instead of ${options.limit}`);
  };
  await repeat(one, 1, options.warmUpSeconds);
  await mark('begin');
  const result = await repeat(one, 1, options.seconds);
  await mark('end');
  await client.close();
  return result;
}

async function repeat(work: () => Promise<void>, inFlight: number, seconds: number): Promise<LoadResult> {
  const times: number[] = [];
  const startedAt = performance.now();
  const workers = Array.from({ length: inFlight }, async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const from = performance.now();
      await work();
      times.push(performance.now() - from);
    }
  });
  await Promise.all(workers);
  const took = (performance.now() - startedAt) / 1000;
  return {
    requests: times.length,
    seconds: took,
    p50Ms: percentile(times, 50),
    p99Ms: percentile(times, 99),
    failures: 0,
  };
}

takeOrders({ insert, find });

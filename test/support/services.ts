import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';

/** What one spec file has for itself on the run's mongod and redis-server. */
export interface TestServices {
  /** For `DATABASE_URL`: the replica set, without a database name. */
  databaseUrl: string;
  /** For `DATABASE_NAME`: this file's own database, empty at its start and dropped at its end. */
  databaseName: string;
  /** Both in one, for a bare driver or mongoose connection. */
  mongoUrl: string;
  /** For `REDIS_URL`: ends in the number of a database that no file running at the same time uses, empty at its start. */
  redisUrl: string;
  /** For `REDIS_PREFIX`: this file's own. Pub/sub channels ignore database numbers, so name them with it. */
  redisPrefix: string;
}

/** `databases` of the Redis that `libs/embedded` starts. */
const redisDatabases = 64;

/**
 * Gives this spec file a MongoDB database and a Redis database of its own; call it once, at the top of the file.
 * `flushdb` is this file's to call; `flushall` would empty its neighbours too.
 */
export function useServices(): TestServices {
  const name = basename(expect.getState().testPath ?? 'spec').replace(/[^\w-]/g, '_');
  const own = `${name.slice(0, 40)}_${randomBytes(5).toString('hex')}`;
  const mongo = new URL(required('TEST_MONGO_URL'));
  const databaseUrl = mongo.href;
  mongo.pathname = `/${own}`;
  const redisUrl = `${required('TEST_REDIS_URL')}/${Number(process.env['JEST_WORKER_ID'] ?? 1) % redisDatabases}`;

  beforeAll(() => flushRedisDatabase(redisUrl));
  afterAll(() => dropDatabase(databaseUrl, own));

  return { databaseUrl, databaseName: own, mongoUrl: mongo.href, redisUrl, redisPrefix: own };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: a spec that needs MongoDB or Redis is named *.store-spec.ts or *.e2e-spec.ts`);
  return value;
}

async function flushRedisDatabase(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  await redis.quit();
}

async function dropDatabase(url: string, name: string): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(url);
  await client.db(name).dropDatabase();
  await client.close();
}

import { resolve } from 'node:path';
import type { ProgressLog } from './log.js';
import { MongodProcess, type MongoOptions } from './mongod-process.js';
import { MongoReplicaSet } from './mongo-replica-set.js';
import { findMongodProgram } from './mongod-program.js';
import { findRedisProgram, RedisProcess } from './redis-process.js';
import type { ServerOptions } from './server-process.js';

/**
 * Finds a mongod, downloading one if need be, and starts it as a replica set of one on 127.0.0.1.
 * It ends with this process at the latest, however that ends.
 * @throws {EmbeddedServiceError} saying what failed and what to do
 */
export async function startMongo(options: MongoOptions = {}): Promise<MongodProcess> {
  const mongod = new MongodProcess(await findMongodProgram(options.log), options);
  await mongod.start();
  return mongod;
}

/**
 * The same as a replica set of several servers.
 * @throws {EmbeddedServiceError} saying what failed and what to do
 */
export async function startMongoSet(members: number, log?: ProgressLog): Promise<MongoReplicaSet> {
  const set = new MongoReplicaSet(await findMongodProgram(log), members, { log });
  await set.start();
  return set;
}

/**
 * Starts the machine's redis-server or valkey-server on 127.0.0.1 with an append-only file.
 * It ends with this process at the latest, however that ends.
 * @throws {EmbeddedServiceError} saying what failed and what to do
 */
export async function startRedis(options: ServerOptions = {}): Promise<RedisProcess> {
  const redis = new RedisProcess(await findRedisProgram(), options);
  await redis.start();
  return redis;
}

export interface ServicesRequest {
  /** A MongoDB that is there already; used as it is. */
  databaseUrl?: string;
  /** A Redis that is there already; used as it is. */
  redisUrl?: string;
  /** Keeps the data of what is started here, in `mongo/` and `redis/`. Left out: temporary folders. */
  dataDir?: string;
  /** How many servers a MongoDB that is started here consists of; with more than one it keeps no data. */
  mongoMembers?: number;
  log?: ProgressLog;
}

export interface Services {
  databaseUrl: string;
  redisUrl: string;
  /** Present when it was started here. */
  mongo?: MongodProcess;
  /** Instead of `mongo`, when several members were asked for. */
  mongoSet?: MongoReplicaSet;
  redis?: RedisProcess;
  /** Ends what was started here; a server that was given is left alone. */
  stop(): Promise<void>;
}

/**
 * The two servers to use: those that are configured, started here where none is.
 * @throws {EmbeddedServiceError} saying what failed and what to do; nothing is left running then
 */
export async function resolveServices(request: ServicesRequest): Promise<Services> {
  const { databaseUrl, redisUrl, dataDir, mongoMembers = 1, log } = request;
  const optionsFor = (name: string): ServerOptions => ({ log, dataDir: dataDir && resolve(dataDir, name) });
  // Redis first: when it isn't installed, that is said before MongoDB is downloaded.
  const redis = redisUrl ? undefined : await startRedis(optionsFor('redis'));
  try {
    const mongoSet = databaseUrl || mongoMembers === 1 ? undefined : await startMongoSet(mongoMembers, log);
    const mongo = databaseUrl || mongoSet ? undefined : await startMongo(optionsFor('mongo'));
    return {
      databaseUrl: databaseUrl || (mongoSet ?? mongo!).url,
      redisUrl: redisUrl || redis!.url,
      mongo,
      mongoSet,
      redis,
      stop: async () => void (await Promise.all([mongo?.stop(), mongoSet?.stop(), redis?.stop()])),
    };
  } catch (error) {
    await redis?.stop();
    throw error;
  }
}

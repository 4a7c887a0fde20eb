import mongoose, { type Connection } from 'mongoose';
import type { AppConfig } from '../../config/index.js';
import { isLoopbackOnly, mongoVersionProblem } from '../../database/index.js';
import { connectRedis, redisWeaknesses } from '../../redis/index.js';
import { reasonOf, type Finding } from './finding.js';

const timeoutMs = 5_000;

/** A replica set that takes writes, of a version without a known hole. */
export async function checkMongo(config: AppConfig): Promise<Finding[]> {
  const connection = mongoose.createConnection(config.DATABASE_URL, {
    dbName: config.DATABASE_NAME,
    serverSelectionTimeoutMS: timeoutMs,
    autoIndex: false,
  });
  try {
    await connection.asPromise();
    return await lookAtMongo(connection);
  } catch (error) {
    return [
      { part: 'MongoDB', state: 'failed', text: `could not be reached: ${reasonOf(error)}. Look at DATABASE_URL.` },
    ];
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function lookAtMongo(connection: Connection): Promise<Finding[]> {
  const part = 'MongoDB';
  const admin = connection.getClient().db('admin');
  const hello = await admin.command({ hello: 1 });
  const members = [hello['hosts']].flat().filter(Boolean).length;
  if (!hello['setName'] && hello['msg'] !== 'isdbgrid') {
    const text = 'is no replica set, and transactions need one: start mongod with --replSet and run rs.initiate().';
    return [{ part, state: 'failed', text }];
  }
  await connection
    .collection<{ _id: string; at: Date }>('health_probes')
    .updateOne(
      { _id: 'doctor' },
      { $currentDate: { at: true } },
      { upsert: true, writeConcern: { w: 'majority', journal: true }, timeoutMS: timeoutMs },
    );
  const findings: Finding[] = [{ part, state: 'ok', text: 'a majority of its members takes writes.' }];
  if (members === 1)
    findings.push({
      part,
      state: 'weak',
      text: 'has one member: when that is away, so is the server. Three survive a machine.',
    });
  const { version } = (await admin.command({ buildInfo: 1 })) as { version: string };
  const problem = mongoVersionProblem(version);
  const isOurs = isLoopbackOnly(connection.getClient().options.hosts.map(String));
  if (problem !== undefined) findings.push({ part, state: isOurs ? 'weak' : 'failed', text: problem });
  return findings;
}

/** A server that takes writes, keeps what it is given and never evicts a key. */
export async function checkRedis(config: AppConfig): Promise<Finding[]> {
  const part = 'Redis';
  const redis = connectRedis(config.REDIS_URL, 'commands').on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve).once('error', reject);
      setTimeout(() => reject(new Error('no answer')), timeoutMs).unref();
    });
    await redis.set(`${config.REDIS_PREFIX}:health`, '1', 'PX', 60_000);
    const weak = await redisWeaknesses(redis);
    if (weak.length > 0) return weak.map((text): Finding => ({ part, state: 'weak', text }));
    return [{ part, state: 'ok', text: 'takes writes, keeps them and evicts none.' }];
  } catch (error) {
    return [{ part, state: 'failed', text: `could not be used: ${reasonOf(error)}. Look at REDIS_URL.` }];
  } finally {
    redis.disconnect();
  }
}

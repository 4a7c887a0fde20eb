import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { databaseName, type BenchStack } from '../support/bench-stack.js';
import { residentMb } from './cpu.js';

/** What may pile up, at one moment. */
export interface Sample {
  /** Of each server process, in the stack's order. */
  residentMb: number[];
  redisMb: number;
  /** Keys of Redis that go by themselves, and those that stay until somebody removes them. */
  expiringKeys: number;
  lastingKeys: number;
  /** Bull's sets, over all queues. */
  completedJobs: number;
  failedJobs: number;
  unanswered: number;
}

/** What the store says of all that was written. */
export interface Outcome {
  /** DMs that the agent answered; several may have had one answer. */
  answered: number;
  /** Its messages to each person. */
  answersTo: ReadonlyMap<string, number>;
}

/** Looks at a running stack from outside. */
export class StackWatch {
  private constructor(
    private readonly stack: BenchStack,
    private readonly redis: Redis,
    private readonly mongo: mongoose.mongo.MongoClient,
  ) {}

  static async open(stack: BenchStack): Promise<StackWatch> {
    const redis = new Redis(stack.stack.services.redisUrl);
    return new StackWatch(stack, redis, await mongoose.mongo.MongoClient.connect(stack.databaseUrl));
  }

  async sample(): Promise<Sample> {
    const [redis, completedJobs, failedJobs, unanswered] = await Promise.all([
      this.readRedis(),
      this.jobsIn('completed'),
      this.jobsIn('failed'),
      this.dms.countDocuments({ agent_state: 'pending' }),
    ]);
    return { residentMb: this.readMemory(), ...redis, completedJobs, failedJobs, unanswered };
  }

  async outcome(): Promise<Outcome> {
    const answered = await this.dms.countDocuments({ agent_state: 'answered' });
    const answers = { $match: { direction: 'outbound', source: 'agent' } };
    const perPerson = { $group: { _id: '$recipient_id', count: { $sum: 1 } } };
    const found = await this.dms.aggregate<{ _id: string; count: number }>([answers, perPerson]).toArray();
    return { answered, answersTo: new Map(found.map(({ _id, count }) => [_id, count])) };
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await this.mongo.close();
  }

  private get dms(): mongoose.mongo.Collection {
    return this.mongo.db(databaseName).collection('instagram_dms');
  }

  private readMemory(): number[] {
    return this.stack.serverPids.map((pid, index) => {
      if (pid === undefined) throw new Error(`${this.stack.stack.processes[index]?.options.name} has ended`);
      return residentMb(pid).now;
    });
  }

  private async readRedis(): Promise<Pick<Sample, 'redisMb' | 'expiringKeys' | 'lastingKeys'>> {
    const info = await this.redis.info();
    const figure = (pattern: RegExp): number => Number(pattern.exec(info)?.[1] ?? 0);
    const expiringKeys = figure(/^db0:.*\bexpires=(\d+)/m);
    return {
      redisMb: figure(/^used_memory:(\d+)/m) / 2 ** 20,
      expiringKeys,
      lastingKeys: figure(/^db0:keys=(\d+)/m) - expiringKeys,
    };
  }

  private async jobsIn(set: 'completed' | 'failed'): Promise<number> {
    let jobs = 0;
    const pages = this.redis.scanStream({ match: `{*}:*:${set}`, count: 1_000 });
    for await (const keys of pages) for (const key of keys as string[]) jobs += await this.redis.zcard(key);
    return jobs;
  }
}

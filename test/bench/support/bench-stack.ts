import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { startLocalStack, type LocalStack, type LocalStackOptions } from '../../../scripts/stack/local-stack.js';
import type { BodyOptions } from '../load/bodies.js';
import type { FloodOptions, LoadResult } from '../load/generator.js';
import type { Measurement, RunOptions } from '../plan.js';
import { Helper } from './helper.js';

export const databaseName = 'instagram_dms';
/** Floors write beside the product, into the same servers. */
export const floorDatabaseName = 'bench_floor';

export type Processes = NonNullable<LocalStackOptions['processes']>;

export interface Rain {
  connections: number;
  eventsPerBody: number;
  channel?: BodyOptions['channel'];
  on?: { url: string; pids: (number | undefined)[] };
}

/** The product on its own MongoDB and Redis, as a deployment runs it, and the load generator. */
export class BenchStack {
  private readonly floors: Helper[] = [];

  private constructor(
    readonly stack: LocalStack,
    readonly generator: Helper,
    readonly appSecret: string,
  ) {}

  static async start(
    processes: Processes,
    { profileFolder }: RunOptions,
    env: Record<string, string> = {},
  ): Promise<BenchStack> {
    const appSecret = randomBytes(16).toString('hex');
    const stack = await startLocalStack({
      processes,
      env: {
        INSTAGRAM_CLIENT_SECRET: appSecret,
        META_APP_SECRET: appSecret,
        // Logs as in production; a limit for dashboards is not what is measured.
        LOG_LEVEL: 'warn',
        API_RATE_LIMIT_PER_MINUTE: '1000000',
        ...(profileFolder ? profiling(profileFolder) : {}),
        ...env,
      },
    });
    return new BenchStack(stack, await Helper.start('load/generator.ts'), appSecret);
  }

  get databaseUrl(): string {
    return this.stack.services.databaseUrl;
  }

  get serverPids(): (number | undefined)[] {
    return this.stack.processes.map(({ pid }) => pid);
  }

  get storePids(): (number | undefined)[] {
    const { mongo, redis } = this.stack.services;
    return [mongo?.pid, redis?.pid];
  }

  /** Connects the sandbox's account, as its owner would. @returns its record's id */
  async connect(agent: Record<string, unknown> = { enabled: false }): Promise<string> {
    const { sandbox } = this.stack;
    const body = { access_token: sandbox.account.accessToken, login: 'instagram', agent };
    const owner = { userId: 'tenant', role: 'user' } as const;
    const { data } = await this.stack.api<{ data: { _id: string } }>('POST', '/accounts', body, owner);
    return data._id;
  }

  /** Connects the sandbox's first WhatsApp number. */
  async connectNumber(): Promise<void> {
    const { number } = this.stack.sandbox;
    const body = {
      ...{ platform: 'meta_whatsapp', access_token: number.accessToken, pin: '123456', agent: { enabled: false } },
      ...{ waba_id: number.wabaId, phone_number_id: number.phoneNumberId },
    };
    await this.stack.api('POST', '/accounts', body, { userId: 'tenant', role: 'user' });
  }

  bodies(eventsPerBody: number, people = 2_000, channel?: BodyOptions['channel']): BodyOptions {
    const { account, number } = this.stack.sandbox;
    const { appSecret } = this;
    const igId = channel === 'whatsapp' ? number.phoneNumberId : account.igId;
    return { igId, appSecret, eventsPerBody, people, ...(channel && { channel }) };
  }

  /** Lets deliveries rain on the product, or on a floor that answers in its place. */
  async flood(options: RunOptions, { connections, eventsPerBody, channel, on }: Rain): Promise<Measurement> {
    const { seconds, warmUpSeconds } = options;
    const { url, pids } = on ?? { url: this.stack.apiUrl, pids: this.serverPids };
    const order: FloodOptions = {
      url,
      bodies: this.bodies(eventsPerBody, 2_000, channel),
      connections,
      seconds,
      warmUpSeconds,
    };
    const { result, cpu } = await this.generator.run<LoadResult>('flood', order, [pids, this.storePids]);
    return measurementOf(result, eventsPerBody, cpu);
  }

  /** Waits until everything that was acknowledged is stored. @throws when that takes longer than five minutes */
  async stored(): Promise<void> {
    const client = await mongoose.mongo.MongoClient.connect(this.databaseUrl);
    try {
      const deliveries = client.db(databaseName).collection('webhook_deliveries');
      const deadline = performance.now() + 300_000;
      while ((await deliveries.findOne({ state: 'received' })) !== null) {
        if (performance.now() > deadline) throw new Error('what was acknowledged was not stored within five minutes');
        await sleep(100);
      }
    } finally {
      await client.close();
    }
  }

  async floor(program: string): Promise<Helper> {
    const floor = await Helper.start(`floors/${program}.ts`);
    this.floors.push(floor);
    return floor;
  }

  async stop(): Promise<void> {
    await Promise.all([this.generator, ...this.floors].map((helper) => helper.stop()));
    await this.stack.stop();
  }
}

function profiling(folder: string): Record<string, string> {
  const preload = new URL('./profile.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, BENCH_PROFILE_DIR: folder };
}

/** @param events how many events a request stands for */
export function measurementOf(result: LoadResult, events: number, [own, stores]: (number | undefined)[]): Measurement {
  const { requests, seconds, p50Ms, p99Ms, failures } = result;
  return { rate: (requests * events) / seconds, p50Ms, p99Ms, failures, ...perCpu(requests * events, own, stores) };
}

export function perCpu(count: number, own?: number, stores?: number): Partial<Measurement> {
  return {
    ...(own ? { perCpuSecond: count / own } : {}),
    ...(own && stores !== undefined ? { perCpuSecondWithStores: count / (own + stores) } : {}),
  };
}

import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { REDIS, type RedisClient } from '../redis/index.js';
import type { HealthView } from './health.dto.js';

type HealthReport = HealthView;
type PartHealth = HealthView['parts']['mongodb'];

const checkTimeoutMs = 1_500;
/** However many ask, MongoDB and Redis are asked this seldom: the route is open to everybody. */
const sharedMs = 1_000;

/** Asks the parts this process can't do without. */
@Injectable()
export class HealthService implements BeforeApplicationShutdown {
  private stopping = false;
  private parts?: Promise<HealthReport['parts']>;

  constructor(
    @InjectConnection() private readonly mongo: Connection,
    @Inject(REDIS) private readonly redis: RedisClient,
  ) {}

  /** From here on readiness says no, so that the load balancer sends nothing new. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** Without MongoDB nothing works; without Redis deliveries are still taken, so the process is only degraded. */
  async check(): Promise<HealthReport> {
    const { mongodb, redis } = await (this.parts ??= this.probeParts());
    const status = mongodb.status === 'down' ? 'unhealthy' : redis.status === 'down' ? 'degraded' : 'healthy';
    return { status: this.stopping ? 'stopping' : status, service: 'Instagram DM API', parts: { mongodb, redis } };
  }

  /** What it finds is everybody's answer for a second. */
  private async probeParts(): Promise<HealthReport['parts']> {
    setTimeout(() => (this.parts = undefined), sharedMs).unref();
    const [mongodb, redis] = await Promise.all([
      probe(() => this.mongo.db?.admin().ping() ?? Promise.reject(new Error('not connected'))),
      probe(() => this.redis.ping()),
    ]);
    return { mongodb, redis };
  }
}

async function probe(ask: () => Promise<unknown>): Promise<PartHealth> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), checkTimeoutMs);
  });
  try {
    await Promise.race([ask(), timeout]);
    return { status: 'up', latency_ms: Math.round(performance.now() - startedAt) };
  } catch {
    return { status: 'down', reason: 'not reachable' };
  } finally {
    clearTimeout(timer);
  }
}

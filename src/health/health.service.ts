import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { DeliveryLogRepository } from '../deliveries/index.js';
import { metrics, ScrapeSourcesService } from '../observability/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';
import type { HealthResponse } from './health.dto.js';

type HealthReport = HealthResponse;
type PartHealth = HealthResponse['parts']['mongodb'];

const checkTimeoutMs = 1_500;
/** However many ask, MongoDB and Redis are asked this seldom: the route is open to everybody. */
const sharedMs = 1_000;
/** A delivery is stored within seconds; one that has failed and still waits after this long is no hiccup. */
const stuckAfterMs = 60_000;

/** Asks the parts this process can't do without whether they do what they are there for: take writes. */
@Injectable()
export class HealthService implements OnModuleInit, BeforeApplicationShutdown {
  private stopping = false;
  private parts?: Promise<HealthResponse['parts']>;

  constructor(
    @InjectConnection() private readonly mongo: Connection,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly deliveries: DeliveryLogRepository,
    private readonly sources: ScrapeSourcesService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.sources.add('parts', async () => {
      for (const [part, { status }] of Object.entries(await this.ask()))
        metrics.partUp.set({ part }, status === 'up' ? 1 : 0);
    });
  }

  /** From here on readiness says no, so that the load balancer sends nothing new. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** Without MongoDB nothing works; without Redis deliveries are still taken, so the process is only degraded. */
  async check(): Promise<HealthReport> {
    const parts = await this.ask();
    const isWhole = parts.redis.status === 'up' && parts.deliveries.status === 'up';
    const status = parts.mongodb.status === 'down' ? 'unhealthy' : isWhole ? 'healthy' : 'degraded';
    return { status: this.stopping ? 'stopping' : status, service: 'Instagram DM API', parts };
  }

  private ask(): Promise<HealthResponse['parts']> {
    return (this.parts ??= this.askParts());
  }

  /** What it finds is everybody's answer for a second. */
  private async askParts(): Promise<HealthResponse['parts']> {
    setTimeout(() => (this.parts = undefined), sharedMs).unref();
    const [mongodb, redis, deliveries] = await Promise.all([
      probe(() => this.writeToMongo()),
      probe(() => this.redis.set(`${this.config.REDIS_PREFIX}:health`, '1', 'PX', 60_000)),
      this.storing(),
    ]);
    return { mongodb, redis, deliveries };
  }

  /** As durable as a delivery is: a primary that has lost its majority answers a ping, too. */
  private writeToMongo(): Promise<unknown> {
    const written = { $set: { at: this.clock.date() } };
    return this.mongo
      .collection<{ _id: string; at: Date }>('health_probes')
      .updateOne({ _id: 'write' }, written, { upsert: true, timeoutMS: checkTimeoutMs });
  }

  /** The log has the reason; it may say more than a public route should. */
  private async storing(): Promise<PartHealth> {
    const oldest = await this.deliveries.findOldestReceived().catch(() => null);
    const isStuck = oldest?.error !== undefined && this.clock.now() - oldest.received_at.getTime() > stuckAfterMs;
    return isStuck ? { status: 'down', reason: 'deliveries are taken and can not be stored' } : { status: 'up' };
  }
}

async function probe(write: () => Promise<unknown>): Promise<PartHealth> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), checkTimeoutMs);
  });
  try {
    await Promise.race([write(), timeout]);
    return { status: 'up', latency_ms: Math.round(performance.now() - startedAt) };
  } catch (error) {
    return { status: 'down', reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Redis answers a refusal with a word in capitals before its sentence: READONLY, OOM, LOADING, MASTERDOWN, MISCONF. */
function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  const refusal = name === 'ReplyError' ? /^[A-Z]+(?= )/.exec(message)?.[0] : undefined;
  return refusal === undefined ? 'not reachable' : `takes no writes (${refusal})`;
}

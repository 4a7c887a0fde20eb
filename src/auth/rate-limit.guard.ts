import { Inject, Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../config/index.js';
import { TooManyRequestsError } from '../errors/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';
import { withoutLimitKey, type AuthenticatedRequest } from './auth.decorators.js';
import { PublicDoorsService } from './public-doors.service.js';

/** What a principal had left when Redis was last heard, and how many requests have gone in since unheard. */
interface Allowance {
  left: number;
  unheard: number;
  /** By `performance.now()`. */
  until: number;
}

/**
 * Requests a minute per principal, and per address where no token is asked for, counted in Redis across processes; in memory while Redis is away. Who is known to
 * have more than half left goes in while Redis still counts, so that reading waits for no second store.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly logger = new Logger(RateLimitGuard.name);
  private readonly limiter: RateLimiterRedis;
  private readonly points: number;
  private readonly allowances = new LRUCache<string, Allowance>({ max: 5_000 });

  constructor(
    config: AppConfig,
    @Inject(REDIS) redis: RedisClient,
    private readonly doors: PublicDoorsService,
    private readonly reflector: Reflector,
  ) {
    this.points = config.API_RATE_LIMIT_PER_MINUTE;
    const budget = { points: this.points, duration: 60 };
    this.limiter = new RateLimiterRedis({
      ...budget,
      storeClient: redis,
      keyPrefix: `${config.REDIS_PREFIX}:api-limit`,
      insuranceLimiter: new RateLimiterMemory(budget),
    });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { principal, ip } = http.getRequest<AuthenticatedRequest>();
    if (!principal) {
      if (!this.isWithoutLimit(context)) await this.doors.count(ip);
      return true;
    }
    const key = `${principal.role}:${principal.tenant}:${principal.actor}`;
    const left = this.takePlenty(key) ?? (await this.count(key));
    if (left !== undefined) http.getResponse<FastifyReply>().header('ratelimit-remaining', String(left));
    return true;
  }

  private isWithoutLimit(context: ExecutionContext): boolean {
    const from = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean | undefined>(withoutLimitKey, from) === true;
  }

  /** @returns what is left by our own reckoning, where that is plenty */
  private takePlenty(key: string): number | undefined {
    const allowance = this.allowances.get(key);
    if (!allowance || performance.now() >= allowance.until) return undefined;
    const left = allowance.left - allowance.unheard - 1;
    if (left <= this.points / 2) return undefined;
    allowance.unheard++;
    // Refused after all: other processes have used it up, and the next request here learns of it.
    const counted = this.count(key).catch(() => this.allowances.delete(key));
    void counted.finally(() => allowance.unheard--);
    return left;
  }

  /**
   * @returns what is left, or nothing where it could not be counted
   * @throws {TooManyRequestsError}
   */
  private async count(key: string): Promise<number | undefined> {
    try {
      const { remainingPoints: left, msBeforeNext } = await this.limiter.consume(key);
      const until = performance.now() + msBeforeNext;
      const allowance = this.allowances.get(key);
      // Others may be under way: they stay unheard until Redis has counted them, too.
      if (allowance) Object.assign(allowance, { left, until });
      else this.allowances.set(key, { left, unheard: 0, until });
      return left;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) {
        throw new TooManyRequestsError(`More than ${this.points} requests a minute. Try again shortly.`, {
          retryAfterS: refused.msBeforeNext / 1000,
        });
      }
      this.logger.warn({ msg: 'request limiter failed, letting the request through', err: refused });
      return undefined;
    }
  }
}

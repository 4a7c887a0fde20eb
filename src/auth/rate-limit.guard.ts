import { Inject, Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../config/index.js';
import { TooManyRequestsError } from '../errors/index.js';
import { REDIS, type RedisClient } from '../queue/index.js';
import type { AuthenticatedRequest } from './auth.decorators.js';

/** Requests a minute per principal, counted in Redis across processes; in memory while Redis is away. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly logger = new Logger(RateLimitGuard.name);
  private readonly limiter: RateLimiterRedis;
  private readonly points: number;

  constructor(config: AppConfig, @Inject(REDIS) redis: RedisClient) {
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
    const { principal } = http.getRequest<AuthenticatedRequest>();
    // Meta's deliveries are never limited here: refusing a signed delivery would only bring it back.
    if (!principal) return true;
    try {
      const left = await this.limiter.consume(`${principal.role}:${principal.userId}`);
      http.getResponse<FastifyReply>().header('ratelimit-remaining', String(left.remainingPoints));
      return true;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) {
        throw new TooManyRequestsError(`More than ${this.points} requests a minute. Try again shortly.`, {
          retryAfterS: refused.msBeforeNext / 1000,
        });
      }
      this.logger.warn({ msg: 'request limiter failed, letting the request through', err: refused });
      return true;
    }
  }
}

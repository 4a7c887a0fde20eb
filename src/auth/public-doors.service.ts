import { Inject, Injectable, Logger } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppConfig } from '../config/index.js';
import { TooManyRequestsError } from '../errors/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';
import { networkOf } from './network-of.js';

/** Requests a minute per address at doors that ask for no token, as many as one with a token may make. */
@Injectable()
export class PublicDoorsService {
  private readonly logger = new Logger(PublicDoorsService.name);
  private readonly limiter: RateLimiterRedis;

  constructor(config: AppConfig, @Inject(REDIS) redis: RedisClient) {
    const points = config.API_RATE_LIMIT_PER_MINUTE;
    const budget = { points, duration: 60 };
    this.limiter = new RateLimiterRedis({
      ...budget,
      storeClient: redis,
      keyPrefix: `${config.REDIS_PREFIX}:public-doors`,
      insuranceLimiter: new RateLimiterMemory(budget),
      // Who goes on costs Redis nothing more.
      inMemoryBlockOnConsumed: points,
    });
  }

  /**
   * @param address the caller's, as TRUST_PROXY lets us know it
   * @throws {TooManyRequestsError}
   */
  async count(address: string): Promise<void> {
    try {
      await this.limiter.consume(networkOf(address));
    } catch (exceeded) {
      if (exceeded instanceof RateLimiterRes) {
        const retryAfterS = exceeded.msBeforeNext / 1_000;
        throw new TooManyRequestsError('Too many requests from this address. Try again shortly.', { retryAfterS });
      }
      this.logger.warn({ msg: 'request limiter failed, letting the request through', err: exceeded });
    }
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppConfig } from '../config/index.js';
import { TooManyRequestsError } from '../errors/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';
import { GuessedTokenError } from './auth.errors.js';
import { networkOf } from './network-of.js';

/**
 * Of what a caller may ask in a minute: 300 by default. An office with an old token in every tab stays below it, and
 * whoever checks each route once; a program that tries thousands does not.
 */
const share = 1 / 2;

/**
 * Bounds how many guessed tokens a minute one address may bring, counted as the API's limit is. A good token goes in
 * whatever else came from there: behind one address may be a whole office, and whoever has one is who they say.
 */
@Injectable()
export class RefusedTokensService {
  private readonly logger = new Logger(RefusedTokensService.name);
  private readonly limiter: RateLimiterRedis;

  constructor(config: AppConfig, @Inject(REDIS) redis: RedisClient) {
    const points = Math.ceil(config.API_RATE_LIMIT_PER_MINUTE * share);
    const budget = { points, duration: 60 };
    this.limiter = new RateLimiterRedis({
      ...budget,
      storeClient: redis,
      keyPrefix: `${config.REDIS_PREFIX}:refused-tokens`,
      insuranceLimiter: new RateLimiterMemory(budget),
      // Who goes on costs Redis nothing more.
      inMemoryBlockOnConsumed: points,
    });
  }

  /**
   * Runs a check of a token and counts its refusal, if it was guessed.
   * @param address the caller's, as TRUST_PROXY lets us know it
   * @throws {TooManyRequestsError} in place of the refusal, when there were too many
   */
  async counting<T>(address: string, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (refusal) {
      if (refusal instanceof GuessedTokenError) await this.count(networkOf(address));
      throw refusal;
    }
  }

  private async count(network: string): Promise<void> {
    try {
      const { remainingPoints } = await this.limiter.consume(network);
      // Once a minute, however many follow.
      if (remainingPoints === 0) this.logger.warn({ msg: 'too many refused tokens from one address', network });
    } catch (exceeded) {
      // Redis and its insurance failed alike: the refusal itself stands.
      if (!(exceeded instanceof RateLimiterRes)) return;
      const retryAfterS = exceeded.msBeforeNext / 1000;
      throw new TooManyRequestsError('Too many tokens from this address were refused. Try again shortly.', {
        retryAfterS,
      });
    }
  }
}

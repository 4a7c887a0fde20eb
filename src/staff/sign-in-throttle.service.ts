import { hash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { TooManyRequestsError } from '../errors/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';

/** Tries at one address of a person, from one network. */
const ofPerson = { points: 5, duration: 15 * 60 };
/** Tries from one network that did not succeed, at whatever addresses: an office mistypes, a program goes through a list. */
const ofNetwork = { points: 40, duration: 60 * 60 };

/**
 * How often a password may be tried, counted before it is looked at, so that tries at once are counted too. Addresses
 * that nobody has are counted like all others. Who comes in from elsewhere is not locked out by a stranger's tries.
 */
@Injectable()
export class SignInThrottleService {
  private readonly logger = new Logger(SignInThrottleService.name);
  private readonly person: RateLimiterRedis;
  private readonly network: RateLimiterRedis;

  constructor(config: AppConfig, @Inject(REDIS) redis: RedisClient) {
    const limiter = (budget: { points: number; duration: number }, name: string) =>
      new RateLimiterRedis({
        ...budget,
        storeClient: redis,
        keyPrefix: `${config.REDIS_PREFIX}:${name}`,
        insuranceLimiter: new RateLimiterMemory(budget),
      });
    this.person = limiter(ofPerson, 'sign-in-of-person');
    this.network = limiter(ofNetwork, 'sign-in-of-network');
  }

  /**
   * @param who a person's address or id; Redis gets its hash only
   * @param check `true`: they are who they say, and what was counted is forgiven
   * @throws {TooManyRequestsError}
   */
  async counting(who: string, address: string, check: () => Promise<boolean>): Promise<boolean> {
    const network = networkOf(address);
    const key = hash('sha256', `${who} ${network}`, 'base64url');
    await this.consume(this.person, key);
    await this.consume(this.network, network);
    const isRight = await check();
    if (isRight) await this.forgive(key, network);
    return isRight;
  }

  private async consume(limiter: RateLimiterRedis, key: string): Promise<void> {
    try {
      await limiter.consume(key);
    } catch (exceeded) {
      if (!(exceeded instanceof RateLimiterRes)) throw exceeded;
      const retryAfterS = exceeded.msBeforeNext / 1000;
      throw new TooManyRequestsError('Too many tries. Wait a while before the next.', { retryAfterS });
    }
  }

  private async forgive(key: string, network: string): Promise<void> {
    try {
      await Promise.all([this.person.delete(key), this.network.reward(network)]);
    } catch (error) {
      this.logger.warn({ msg: 'could not forget tries at signing in', err: error });
    }
  }
}

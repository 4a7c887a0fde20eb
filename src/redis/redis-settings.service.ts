import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { REDIS, type RedisClient } from './connect-redis.js';
import { redisWeaknesses } from './redis-weaknesses.js';

/**
 * Looks at how Redis is set up, whenever a connection is made (another server may have taken over), and tells what is
 * weak. It refuses nothing: the promise rests on MongoDB, and what Redis loses costs time.
 */
@Injectable()
export class RedisSettingsService implements OnModuleInit {
  private readonly logger = new Logger(RedisSettingsService.name);
  private told = '';

  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  onModuleInit(): void {
    this.redis.on('ready', () => void this.check());
    if (this.redis.status === 'ready') void this.check();
  }

  /** Never throws: a server that is away, or that tells nothing, is no reason for anything. */
  async check(): Promise<void> {
    const weak = await redisWeaknesses(this.redis).catch((error: unknown) => {
      this.logger.debug({ msg: 'Redis does not tell its settings', err: error });
      return [];
    });
    const found = weak.join(' ');
    if (found !== '' && found !== this.told) this.logger.warn({ msg: `Redis is not set up for queues: ${found}` });
    this.told = found;
  }
}

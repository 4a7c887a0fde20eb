import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { connectRedis, REDIS, type RedisClient } from './connect-redis.js';
import { RedisSettingsService } from './redis-settings.service.js';

/**
 * The process's one connection for commands. Closing hooks run for a module before those of the modules it imports:
 * whoever needs Redis until the end imports this, so that Redis goes last.
 */
@Global()
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [AppConfig],
      useFactory: (config: AppConfig): RedisClient => {
        const redis = connectRedis(config.REDIS_URL, 'commands');
        redis.on('error', () => undefined); // each command reports its own failure
        return redis;
      },
    },
    RedisSettingsService,
  ],
  exports: [REDIS],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}

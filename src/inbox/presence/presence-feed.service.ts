import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { connectRedis, type RedisClient } from '../../redis/index.js';
import { sseText } from '../stream/live-event.js';
import { StreamService } from '../stream/stream.service.js';
import { presenceChannel, type PresenceNews } from './presence.service.js';

/**
 * Tells this process's streams who has come, writes or has gone, whichever process heard it. Not among the changes that
 * a returning client is told: what was so a minute ago is of no use.
 */
@Injectable()
export class PresenceFeedService implements OnApplicationBootstrap, OnApplicationShutdown {
  private redis?: RedisClient;

  constructor(
    private readonly streams: StreamService,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    const redis = (this.redis = connectRedis(this.config.REDIS_URL, 'blocking'));
    // It comes back by itself, and subscribes again.
    redis.on('error', () => undefined);
    redis.on('message', (_channel: string, text: string) => this.tell(JSON.parse(text) as PresenceNews));
    redis.subscribe(presenceChannel(this.config)).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }

  private tell({ userId, platformAccountId, presence }: PresenceNews): void {
    this.streams.tell({ userId, platformAccountId, text: sseText('presence', presence) });
  }
}

import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Cluster } from 'ioredis';
import { REDIS, type RedisClient } from './connect-redis.js';

/**
 * Looks at how Redis is set up, whenever a connection is made (another server may have taken over), and tells what is
 * weak. It refuses nothing: the promise rests on MongoDB, and what Redis loses costs time. Asks with INFO: managed
 * services forbid CONFIG.
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
    const weak = await this.weaknesses().catch((error: unknown) => {
      this.logger.debug({ msg: 'Redis does not tell its settings', err: error });
      return [];
    });
    const found = weak.join(' ');
    if (found !== '' && found !== this.told) this.logger.warn({ msg: `Redis is not set up for queues: ${found}` });
    this.told = found;
  }

  private async weaknesses(): Promise<string[]> {
    const nodes = this.redis instanceof Cluster ? this.redis.nodes('master') : [this.redis];
    const answers = await Promise.all(nodes.flatMap((node) => [node.info('memory'), node.info('persistence')]));
    const info = answers.join('\n');
    const policy = /^maxmemory_policy:(?!noeviction\b)(\S+)/m.exec(info)?.[1];
    return [
      ...(policy ? [`maxmemory-policy is ${policy}, so jobs and locks may be evicted: set noeviction.`] : []),
      ...(/^aof_enabled:0/m.test(info) ? ['appendonly is no, so a restart loses every job: set yes.'] : []),
    ];
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Identity } from '../../auth/index.js';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { UnavailableError } from '../../errors/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';

const longestTtlS = 60;

/**
 * A browser's EventSource can't send headers, and a token in a URL ends in logs: a ticket opens one stream, once,
 * within a minute, and no longer than the token it was issued for. Redis knows its hash only.
 */
@Injectable()
export class StreamTicketsService {
  constructor(
    private readonly config: AppConfig,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly clock: Clock,
  ) {}

  /** @throws {UnavailableError} Redis is away */
  async issue(caller: Identity): Promise<{ ticket: string; expiresInS: number }> {
    const ticket = randomBytes(24).toString('base64url');
    const leftS = Math.floor(caller.expiresAtS - this.clock.now() / 1000);
    const expiresInS = Math.max(1, Math.min(longestTtlS, leftS));
    await this.asking(() => this.redis.set(this.keyOf(ticket), JSON.stringify(caller), 'EX', expiresInS));
    return { ticket, expiresInS };
  }

  /** @returns who it was issued to, or `null` when it is unknown, used or too old */
  async redeem(ticket: string): Promise<Identity | null> {
    const found = await this.asking(() => this.redis.getdel(this.keyOf(ticket)));
    return found === null ? null : (JSON.parse(found) as Identity);
  }

  private async asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw new UnavailableError('Tickets can’t be issued or taken right now; use a Bearer token.', { cause });
    }
  }

  private keyOf(ticket: string): string {
    // Another name than that of versions whose tickets know no tenant beside the person: neither takes the other's.
    return `${this.config.REDIS_PREFIX}:stream-ticket-of:${createHash('sha256').update(ticket).digest('hex')}`;
  }
}

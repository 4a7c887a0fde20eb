import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import { UnavailableError } from '../../errors/index.js';
import { REDIS, type RedisClient } from '../../queue/index.js';

export const ticketTtlS = 60;

/**
 * A browser's EventSource can't send headers, and a token in a URL ends in logs: a ticket opens one stream, once,
 * within a minute. Redis knows its hash only.
 */
@Injectable()
export class StreamTickets {
  constructor(
    private readonly config: AppConfig,
    @Inject(REDIS) private readonly redis: RedisClient,
  ) {}

  /** @throws {UnavailableError} Redis is away */
  async issue(principal: Principal): Promise<string> {
    const ticket = randomBytes(24).toString('base64url');
    await this.asking(() => this.redis.set(this.keyOf(ticket), JSON.stringify(principal), 'EX', ticketTtlS));
    return ticket;
  }

  /** @returns who it was issued to, or `null` when it is unknown, used or too old */
  async redeem(ticket: string): Promise<Principal | null> {
    const found = await this.asking(() => this.redis.getdel(this.keyOf(ticket)));
    return found === null ? null : (JSON.parse(found) as Principal);
  }

  private async asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw new UnavailableError('Tickets can’t be issued or taken right now; use a Bearer token.', { cause });
    }
  }

  private keyOf(ticket: string): string {
    return `${this.config.REDIS_PREFIX}:stream-ticket:${createHash('sha256').update(ticket).digest('hex')}`;
  }
}

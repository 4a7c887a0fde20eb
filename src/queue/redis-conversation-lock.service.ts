import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Channel } from '../channels/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';

/** Compare the owner, then act: another process's lock is never extended or released. */
const extendScript = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end`;
const releaseScript = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end`;

export interface HeldLock {
  /** Aborts when the lock is lost (Redis away longer than the lease, or taken over); stop working then. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * A lock in Redis with an owner token, extended while held. It saves work, it does not carry the promise: a process
 * that was paused past its lease is stopped by the fence in MongoDB (the conversation's epoch), not by this.
 */
@Injectable()
export class RedisConversationLockService {
  private readonly logger = new Logger(RedisConversationLockService.name);

  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /**
   * The conversation's key, as dashboards and operators know it.
   * @param externalId the account's at its channel
   */
  static keyOf(channel: Channel, externalId: string, participantId: string): string {
    // Ids are Meta's strings: one with a colon must not read as the key of something else.
    return `${channel}:${externalId}:${encodeURIComponent(participantId)}`;
  }

  /** @returns `null` when another process holds it */
  async acquire(key: string, leaseMs = 30_000): Promise<HeldLock | null> {
    const lockKey = `${key}:lock`;
    const token = randomUUID();
    if ((await this.redis.set(lockKey, token, 'PX', leaseMs, 'NX')) !== 'OK') return null;
    const lost = new AbortController();
    let deadline = Date.now() + leaseMs;
    const extend = async (): Promise<void> => {
      try {
        const held = await this.redis.eval(extendScript, 1, lockKey, token, String(leaseMs));
        if (held === 1) deadline = Date.now() + leaseMs;
        else lost.abort(new Error('the conversation lock was lost'));
      } catch (error) {
        this.logger.debug({ msg: 'lock could not be extended', err: error });
        if (Date.now() > deadline) lost.abort(new Error('the conversation lock ran out while Redis was away'));
      }
    };
    const timer = setInterval(() => void extend(), leaseMs / 3);
    timer.unref();
    return {
      signal: lost.signal,
      release: async () => {
        clearInterval(timer);
        // A lock that can't be released now runs out by itself.
        await this.redis.eval(releaseScript, 1, lockKey, token).catch(() => undefined);
      },
    };
  }
}

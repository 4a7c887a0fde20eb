import { Inject, Injectable } from '@nestjs/common';
import type { Channel } from '../../channels/index.js';
import { RedisConversationLockService } from '../../queue/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';

/** Whose conversation it is. */
export interface ConversationParties {
  channel: Channel;
  /** The account's id at its channel. */
  externalId: string;
  participantId: string;
}

const keptS = 48 * 3600;

/**
 * A conversation's queue in Redis: the ids of DMs that wait for the agent, under the conversation's key. It points to
 * what MongoDB holds as pending, shows operators the depth of each conversation, and may be lost at any time.
 */
@Injectable()
export class PendingHintsService {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  async push({ channel, externalId, participantId }: ConversationParties, dmIds: string[]): Promise<void> {
    if (this.redis.status !== 'ready' || dmIds.length === 0) return;
    const key = RedisConversationLockService.keyOf(channel, externalId, participantId);
    await Promise.all([this.redis.rpush(key, ...dmIds), this.redis.expire(key, keptS)]).catch(() => undefined);
  }

  /** Leaves no key that names the person; part of erasing them. */
  async forget({ channel, externalId, participantId }: ConversationParties): Promise<void> {
    const key = RedisConversationLockService.keyOf(channel, externalId, participantId);
    await Promise.all([this.redis.del(key), this.redis.del(`${key}:lock`)]);
  }

  /** Takes what was dealt with off the queue. */
  async remove({ channel, externalId, participantId }: ConversationParties, dmIds: string[]): Promise<void> {
    if (this.redis.status !== 'ready') return;
    const key = RedisConversationLockService.keyOf(channel, externalId, participantId);
    await Promise.all(dmIds.map((id) => this.redis.lrem(key, 0, id))).catch(() => undefined);
  }
}

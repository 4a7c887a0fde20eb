import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { scopeOf, type Principal } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import { ConversationsRepository } from '../../conversations/index.js';
import { UnavailableError } from '../../errors/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';
import { ColleaguesService } from '../../staff/index.js';
import type { PresenceState, PresenceView } from './presence.dto.js';

/** A person who is not heard of for so long has gone. */
const lifeMs = 15_000;

/** What processes tell each other. */
export interface PresenceNews {
  userId: string;
  platformAccountId: string;
  presence: PresenceView;
}

/** The channel of Redis on which it is told. */
export const presenceChannel = ({ REDIS_PREFIX }: AppConfig): string => `${REDIS_PREFIX}:presence`;

/** Who looks at a conversation, or writes in it, right now. It lives in Redis alone and is nobody's record. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly colleagues: ColleaguesService,
    private readonly config: AppConfig,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the others who are here
   * @throws {NotFoundError | UnavailableError}
   */
  async say(caller: Principal, conversationId: string, state: PresenceState): Promise<PresenceView[]> {
    const { user_id: userId, platform_account_id } = await this.conversations.get(scopeOf(caller), conversationId);
    const name = (await this.colleagues.nameOf(caller.actor)) ?? null;
    const until = new Date(this.clock.now() + (state === 'gone' ? 0 : lifeMs)).toISOString();
    const presence: PresenceView = { conversation_id: conversationId, person: caller.actor, name, state, until };
    const news: PresenceNews = { userId, platformAccountId: platform_account_id, presence };
    return this.asking(async () => {
      const key = this.keyOf(conversationId);
      if (state === 'gone') await this.redis.hdel(key, caller.actor);
      else await this.redis.hset(key, caller.actor, JSON.stringify(presence));
      await this.redis.pexpire(key, 2 * lifeMs);
      await this.redis.publish(presenceChannel(this.config), JSON.stringify(news));
      return this.read(conversationId, caller.actor);
    });
  }

  /** @throws {NotFoundError | UnavailableError} */
  async others(caller: Principal, conversationId: string): Promise<PresenceView[]> {
    await this.conversations.get(scopeOf(caller), conversationId);
    return this.asking(() => this.read(conversationId, caller.actor));
  }

  private async read(conversationId: string, but: string): Promise<PresenceView[]> {
    const said = Object.values(await this.redis.hgetall(this.keyOf(conversationId)));
    const now = this.clock.date().toISOString();
    return said
      .map((text) => JSON.parse(text) as PresenceView)
      .filter(({ person, until }) => person !== but && until > now);
  }

  private async asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw new UnavailableError('Who is here can’t be told right now.', { cause });
    }
  }

  private keyOf(conversationId: string): string {
    return `${this.config.REDIS_PREFIX}:presence-in:${conversationId}`;
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppConfig } from '../../config/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';

const slots = 60;

/**
 * Counts in sixty slots a window, so that no stretch of the window's length ever holds more than the limit: a counter
 * that starts anew would let twice as much through around its start. A refused call is not counted. The time is
 * Redis', the same for all processes. Answers what the limiter expects: points used, ms until there is room.
 */
const slidingWindow = `
local points, limit, window = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4]) * 1000
local time = redis.call('time')
local now = time[1] * 1000 + time[2] / 1000
local width = window / ${slots}
local current = math.floor(now / width)
local used, oldest = 0, current
local kept = redis.call('hgetall', KEYS[1])
for i = 1, #kept, 2 do
  local slot = tonumber(kept[i])
  if slot < current - ${slots} then redis.call('hdel', KEYS[1], kept[i])
  else
    used = used + tonumber(kept[i + 1])
    if slot < oldest then oldest = slot end
  end
end
local room = math.ceil((oldest + ${slots + 1}) * width - now)
if points > 0 and used + points > limit then return {limit + 1, room} end
redis.call('hincrby', KEYS[1], string.format('%d', current), points)
redis.call('pexpire', KEYS[1], math.ceil(window + 2 * width))
return {used + points, room}
`;

/** The limiter knows two dialects of Redis clients; this one defines no command on the shared connection. */
function asStore(redis: RedisClient): object {
  return {
    eval: (script: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
      redis.eval(script, keys.length, ...keys, ...args),
    del: (key: string) => redis.del(key),
  };
}

/** When a send must wait: for how long. */
export interface LimitRefusal {
  waitMs: number;
  limit: 'minute' | 'hour' | 'recipient_day' | 'conversations_api';
}

interface Limit {
  name: LimitRefusal['limit'];
  points: number;
  limiter: RateLimiterRedis;
}

/** What an account may send: per minute, per hour, per recipient and day; one count for all processes. */
@Injectable()
export class SendLimitsService {
  private readonly logger = new Logger(SendLimitsService.name);
  private readonly limits: Record<LimitRefusal['limit'], Limit>;

  constructor(config: AppConfig, @Inject(REDIS) redis: RedisClient) {
    const store = asStore(redis);
    const limit = (name: LimitRefusal['limit'], points: number, durationS: number): Limit => ({
      name,
      points,
      limiter: new RateLimiterRedis({
        storeClient: store,
        useRedisPackage: true,
        customIncrTtlLuaScript: slidingWindow,
        keyPrefix: `${config.REDIS_PREFIX}:limit:${name}`,
        points,
        duration: durationS,
        // While Redis is away each process keeps the limit by itself.
        insuranceLimiter: new RateLimiterMemory({ points, duration: durationS }),
      }),
    });
    this.limits = {
      minute: limit('minute', config.RATE_LIMIT_PER_MINUTE, 60),
      hour: limit('hour', config.RATE_LIMIT_PER_HOUR, 3_600),
      recipient_day: limit('recipient_day', config.RATE_LIMIT_PER_RECIPIENT_DAY, 86_400),
      // Meta's own figure for reading conversations.
      conversations_api: limit('conversations_api', 2, 1),
    };
  }

  /**
   * Takes one send out of every limit, or out of none.
   * @param weight more than 1 while the account's usage is high: it then sends that much slower
   * @returns `null` when it may go out now
   */
  async takeSend(accountId: string, recipientId: string, weight: number): Promise<LimitRefusal | null> {
    const wanted = [
      { limit: this.limits.minute, key: accountId, weight },
      { limit: this.limits.hour, key: accountId, weight: 1 },
      { limit: this.limits.recipient_day, key: `${accountId}:${recipientId}`, weight: 1 },
    ];
    const answers = await Promise.all(wanted.map((want) => this.take(want.limit, want.key, want.weight)));
    const refusals = answers.filter((answer) => answer !== null);
    if (refusals.length === 0) return null;
    await Promise.all(
      wanted.flatMap(({ limit, key, weight: taken }, index) =>
        answers[index] === null ? this.giveBack(limit, key, taken) : [],
      ),
    );
    return refusals.reduce((longest, refusal) => (refusal.waitMs > longest.waitMs ? refusal : longest));
  }

  /** One look at the Conversations API: two calls. */
  async takeLook(accountId: string): Promise<LimitRefusal | null> {
    return this.take(this.limits.conversations_api, accountId, 2);
  }

  /** One more call of the Conversations API. */
  async takeReading(accountId: string): Promise<LimitRefusal | null> {
    return this.take(this.limits.conversations_api, accountId, 1);
  }

  /** Leaves no key that names the person; part of erasing them. */
  async forget(accountId: string, recipientId: string): Promise<void> {
    await this.limits.recipient_day.limiter.delete(`${accountId}:${recipientId}`);
  }

  private async take({ name, points, limiter }: Limit, key: string, weight: number): Promise<LimitRefusal | null> {
    try {
      await limiter.consume(key, Math.min(weight, points));
      return null;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return { limit: name, waitMs: Math.max(refused.msBeforeNext, 20) };
      throw refused;
    }
  }

  private async giveBack({ points, limiter }: Limit, key: string, weight: number): Promise<void> {
    await limiter.reward(key, Math.min(weight, points)).catch((error: unknown) => {
      this.logger.debug({ msg: 'a limit could not be given back; it runs out by itself', err: error });
    });
  }
}

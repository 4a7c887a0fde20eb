import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';

/** Highest of Meta's percentages, and when it lets the account in again. */
export interface Usage {
  percent: number;
  regainAccessAt?: Date;
}

interface Pace {
  /** ms since epoch; nothing is sent before it. */
  heldUntil: number;
  weight: number;
  /** Meta has refused, and has taken nothing since. */
  refused: boolean;
  readAt: number;
}

const slowPercent = 80;
const stopPercent = 100;
/** What a percentage says about the near future. */
const slowForMs = 5 * 60_000;
const defaultStopMs = 60_000;
const leastWaitMs = 1_000;
const firstBackoffMs = 4_000;
const maxBackoffMs = 10 * 60_000;
const refusalsKeptMs = 3_600_000;
/** Spreads those that wait for the same moment. */
const spreadMs = 2_000;
/** After a hold, how long the one that tries first has until another may. */
const probeMs = 5_000;
/** Other processes' findings reach us this late at most. */
const keptMs = 250;

/**
 * A refusal begins a round, and each round waits longer than the one before; what was under way when the account was
 * already held belongs to the round that holds it. Answers until when it is held now.
 */
const refuseScript = `
local now, named, random = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = tonumber(redis.call('get', KEYS[1]) or '0')
local till = math.max(held, named)
if held <= now then
  local round = redis.call('incr', KEYS[2])
  redis.call('pexpire', KEYS[2], ${refusalsKeptMs})
  redis.call('del', KEYS[3])
  local most = math.min(${maxBackoffMs}, ${firstBackoffMs} * 2 ^ math.min(round - 1, 12))
  if named == 0 then till = now + ${leastWaitMs} + math.floor(random * most) end
  till = math.max(till, now + ${leastWaitMs})
end
redis.call('set', KEYS[1], string.format('%d', till), 'PX', math.max(1, till - now))
return string.format('%d', till)
`;

/** A refusal frees the place of the one that tried first: who has not heard of the new hold yet must not take it. */
const probeScript = `
if tonumber(redis.call('get', KEYS[1]) or '0') > tonumber(ARGV[1]) then return 0 end
return redis.call('set', KEYS[2], '1', 'PX', ${probeMs}, 'NX') and 1 or 0
`;

/** Only ever lengthened. */
const holdScript = `
local now, till = tonumber(ARGV[1]), tonumber(ARGV[2])
if tonumber(redis.call('get', KEYS[1]) or '0') < till then
  redis.call('set', KEYS[1], ARGV[2], 'PX', math.max(1, till - now))
end
`;

/**
 * How fast an account may send, as Meta's usage headers and refusals say: learned by one process, obeyed by all
 * through Redis. While Redis is away each process obeys what it has learned itself.
 */
@Injectable()
export class SendPaceService {
  private readonly own = new Map<string, Pace>();

  constructor(
    private readonly config: AppConfig,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly clock: Clock,
  ) {}

  /**
   * Asked right before a send. After a refusal one tries first; the others are held until Meta has taken it, else the
   * whole crowd would be refused at once.
   * @returns until when this send is held, and how much it weighs
   */
  async of(accountId: string): Promise<{ heldUntil?: Date; weight: number }> {
    const { heldUntil, weight, refused } = await this.read(accountId);
    const now = this.clock.now();
    if (heldUntil > now) return { weight, heldUntil: spread(heldUntil) };
    const waits = refused && !(await this.mayProbe(accountId));
    return { weight, ...(waits ? { heldUntil: spread(now + leastWaitMs) } : {}) };
  }

  /** Meta's header after a call: at 80 % slow down, at 100 % stop until the named time. */
  async noteUsage(accountId: string, { percent, regainAccessAt }: Usage): Promise<void> {
    if (percent < slowPercent) return;
    if (percent >= stopPercent)
      return this.hold(accountId, regainAccessAt ?? new Date(this.clock.now() + defaultStopMs));
    const weight = percent >= 90 ? 4 : 2;
    this.remember(accountId, { weight });
    await this.quietly(this.redis.set(this.key(accountId, 'weight'), String(weight), 'PX', slowForMs));
  }

  /**
   * Meta refused for its rate limit: the account waits until the time Meta named, else longer with each round, with full
   * jitter.
   * @returns when this send may be tried again
   */
  async noteRefused(accountId: string, named?: Date): Promise<Date> {
    const now = this.clock.now();
    const keys = [this.key(accountId, 'hold'), this.key(accountId, 'refusals'), this.key(accountId, 'probe')];
    const till = await this.quietly(
      this.redis.eval(refuseScript, keys.length, ...keys, now, named?.getTime() ?? 0, Math.random()),
    );
    const fallback = Math.max(named?.getTime() ?? 0, now + leastWaitMs + Math.random() * firstBackoffMs);
    const heldUntil = Math.max(Number(till ?? fallback), this.own.get(accountId)?.heldUntil ?? 0);
    this.remember(accountId, { heldUntil, refused: true });
    return spread(heldUntil);
  }

  /** The first that Meta takes after a refusal ends the round. What was under way before the hold says nothing. */
  async noteAccepted(accountId: string): Promise<void> {
    const known = this.own.get(accountId);
    if (!known?.refused || known.heldUntil > this.clock.now()) return;
    this.remember(accountId, { refused: false });
    await this.quietly(this.redis.del(this.key(accountId, 'refusals'), this.key(accountId, 'probe')));
  }

  /** Only ever lengthened. */
  async hold(accountId: string, until: Date): Promise<void> {
    const { heldUntil } = await this.read(accountId);
    if (heldUntil >= until.getTime()) return;
    this.remember(accountId, { heldUntil: until.getTime() });
    await this.quietly(
      this.redis.eval(holdScript, 1, this.key(accountId, 'hold'), this.clock.now(), String(until.getTime())),
    );
  }

  private async mayProbe(accountId: string): Promise<boolean> {
    const keys = [this.key(accountId, 'hold'), this.key(accountId, 'probe')];
    const taken = await this.quietly(this.redis.eval(probeScript, keys.length, ...keys, this.clock.now()));
    return taken !== 0;
  }

  private async read(accountId: string): Promise<Pace> {
    const known = this.own.get(accountId);
    if (known && performance.now() - known.readAt < keptMs) return known;
    const values = await this.quietly(
      this.redis.mget(['hold', 'weight', 'refusals'].map((what) => this.key(accountId, what))),
    );
    if (!values) return known ?? { heldUntil: 0, weight: 1, refused: false, readAt: 0 };
    const [hold, weight, refusals] = values;
    return this.remember(accountId, {
      heldUntil: Math.max(Number(hold ?? 0), known?.heldUntil ?? 0),
      weight: Number(weight ?? 1),
      refused: Number(refusals ?? 0) > 0,
    });
  }

  private remember(accountId: string, news: Partial<Pace>): Pace {
    // Bounded: forgetting costs one read.
    if (this.own.size > 20_000) this.own.clear();
    const known = this.own.get(accountId) ?? { heldUntil: 0, weight: 1, refused: false };
    const pace = { ...known, ...news, readAt: performance.now() };
    this.own.set(accountId, pace);
    return pace;
  }

  private key(accountId: string, what: string): string {
    return `${this.config.REDIS_PREFIX}:pace:{${accountId}}:${what}`;
  }

  /** Redis may be away: what it would have said is then not known. */
  private async quietly<T>(asked: Promise<T>): Promise<T | undefined> {
    return asked.catch(() => undefined);
  }
}

function spread(untilMs: number): Date {
  return new Date(untilMs + Math.random() * spreadMs);
}

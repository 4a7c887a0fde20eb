import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { REDIS, type RedisClient } from '../../queue/index.js';

/** Highest of Meta's percentages, and when it lets the account in again. */
export interface Usage {
  percent: number;
  regainAccessAt?: Date;
}

interface Pace {
  /** ms since epoch; nothing is sent before it. */
  heldUntil: number;
  weight: number;
  readAt: number;
}

const slowPercent = 80;
const stopPercent = 100;
/** What a percentage says about the near future. */
const slowForMs = 5 * 60_000;
const defaultStopMs = 60_000;
const maxBackoffMs = 10 * 60_000;
/** Other processes' findings reach us this late at most. */
const keptMs = 250;

/**
 * How fast an account may send, as Meta's usage headers and refusals say: learned by one process, obeyed by all
 * through Redis. While Redis is away each process obeys what it has learned itself.
 */
@Injectable()
export class SendPace {
  private readonly own = new Map<string, Pace>();

  constructor(
    private readonly config: AppConfig,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly clock: Clock,
  ) {}

  /** @returns until when the account's sends are held, and how much a send weighs now */
  async of(accountId: string): Promise<{ heldUntil?: Date; weight: number }> {
    const pace = await this.read(accountId);
    const held = pace.heldUntil > this.clock.now();
    return { weight: pace.weight, ...(held ? { heldUntil: new Date(pace.heldUntil) } : {}) };
  }

  /** Meta's header after a call: at 80 % slow down, at 100 % stop until the named time. */
  async noteUsage(accountId: string, { percent, regainAccessAt }: Usage): Promise<void> {
    if (percent < slowPercent) return;
    if (percent >= stopPercent) {
      const untilMs = Math.max(regainAccessAt?.getTime() ?? 0, this.clock.now() + (regainAccessAt ? 0 : defaultStopMs));
      await this.hold(accountId, new Date(untilMs));
      return;
    }
    const weight = percent >= 90 ? 4 : 2;
    this.remember(accountId, { weight });
    await this.quietly(this.redis.set(this.key(accountId, 'weight'), String(weight), 'PX', slowForMs));
  }

  /** Meta refused for its rate limit: wait until it says, else longer with each refusal, with full jitter. */
  async noteRefused(accountId: string, until?: Date): Promise<Date> {
    const refusals = await this.quietly(this.redis.incr(this.key(accountId, 'refusals')));
    await this.quietly(this.redis.pexpire(this.key(accountId, 'refusals'), 3_600_000));
    const capMs = Math.min(maxBackoffMs, 2_000 * 2 ** Math.min(refusals ?? 1, 12));
    const heldUntil = until ?? new Date(this.clock.now() + 1_000 + Math.random() * capMs);
    await this.hold(accountId, heldUntil);
    return heldUntil;
  }

  async noteAccepted(accountId: string): Promise<void> {
    if ((this.own.get(accountId)?.heldUntil ?? 0) === 0) return;
    this.remember(accountId, { heldUntil: 0 });
    await this.quietly(this.redis.del(this.key(accountId, 'refusals')));
  }

  /** Only ever lengthened. */
  async hold(accountId: string, until: Date): Promise<void> {
    const { heldUntil } = await this.read(accountId);
    if (heldUntil >= until.getTime()) return;
    this.remember(accountId, { heldUntil: until.getTime() });
    const waitMs = Math.max(1, until.getTime() - this.clock.now());
    await this.quietly(this.redis.set(this.key(accountId, 'hold'), String(until.getTime()), 'PX', waitMs));
  }

  private async read(accountId: string): Promise<Pace> {
    const known = this.own.get(accountId);
    if (known && performance.now() - known.readAt < keptMs) return known;
    const values = await this.quietly(
      Promise.all([this.redis.get(this.key(accountId, 'hold')), this.redis.get(this.key(accountId, 'weight'))]),
    );
    if (!values) return known ?? { heldUntil: 0, weight: 1, readAt: 0 };
    const [hold, weight] = values;
    return this.remember(accountId, { heldUntil: Number(hold ?? 0), weight: Number(weight ?? 1) });
  }

  private remember(accountId: string, news: Partial<Pace>): Pace {
    // Bounded: forgetting costs one read.
    if (this.own.size > 20_000) this.own.clear();
    const known = this.own.get(accountId) ?? { heldUntil: 0, weight: 1 };
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

import type { Logger } from '@nestjs/common';

/**
 * Warns at most once in a while and says how often it happened: neither an attacker nor an outage at thousands of
 * deliveries a second may fill the log.
 */
export class ThrottledLog {
  private quietUntil = 0;
  private count = 0;

  constructor(
    private readonly logger: Logger,
    private readonly everyMs = 5_000,
  ) {}

  warn(entry: { msg: string } & Record<string, unknown>): void {
    this.count += 1;
    const now = performance.now();
    if (now < this.quietUntil) return;
    this.logger.warn({ ...entry, count: this.count });
    this.quietUntil = now + this.everyMs;
    this.count = 0;
  }
}

import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { metrics } from '../observability/index.js';
import { AccountTokensRepository } from './account-tokens.repository.js';
import { AccountsRepository } from './accounts.repository.js';

const everyMs = 60_000;
const withinDays = [0, 1, 7, 14, 30] as const;

/** Figures about all accounts, the same from every process that is asked. */
@Injectable()
export class AccountGaugesService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(AccountGaugesService.name);
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly tokens: AccountTokensRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.refresh(), everyMs);
    this.timer.unref();
    void this.refresh();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Counts now; a failed count leaves the figures of the last. */
  async refresh(): Promise<void> {
    try {
      const byStatus = await this.accounts.countByStatus();
      for (const [status, n] of Object.entries(byStatus)) metrics.accounts.set({ status }, n);
      const expiring = await this.tokens.countExpiring(this.clock.date(), withinDays);
      for (const [days, n] of expiring) metrics.tokensExpiring.set({ within_days: String(days) }, n);
    } catch (error) {
      this.logger.debug({ msg: 'accounts not counted', err: error });
    }
  }
}

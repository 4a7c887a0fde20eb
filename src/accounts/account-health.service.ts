import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { metrics } from '../observability/index.js';
import { AccountChangesService, changeOf } from './account-changes.service.js';
import { AccountDirectoryService } from './account-directory.service.js';
import { AccountHealthRepository } from './account-health.repository.js';
import type { AccountError, AccountRecord } from './account.schema.js';
import { AlertsService } from './alerts/alerts.service.js';

/** An account's notes are written at most this often per process. */
const eventsEveryMs = 30_000;
const usageEveryMs = 10_000;

/** Meta's usage headers, boiled down. */
export interface UsageNote {
  /** Highest of Meta's percentages. */
  percent: number;
  regainAccessAt?: Date;
}

/** What rooms learn about accounts while working with them, kept where operators see it. */
@Injectable()
export class AccountHealthService {
  private readonly logger = new Logger(AccountHealthService.name);
  private readonly eventsNotedAt = new Map<string, number>();
  private readonly usageNotedAt = new Map<string, number>();

  constructor(
    private readonly repository: AccountHealthRepository,
    private readonly directory: AccountDirectoryService,
    private readonly alerts: AlertsService,
    private readonly changes: AccountChangesService,
    private readonly clock: Clock,
  ) {}

  /**
   * Meta refuses the account's token: sends stop until its owner connects again. Alerts once. Receiving goes on.
   * @param seenTokenVersion `tokenVersion` of the access that was refused; without it any present token is meant
   * @returns whether this call changed the account
   */
  async markNeedsReauth(accountId: string, reason: string, seenTokenVersion?: number): Promise<boolean> {
    const account = await this.repository.claimNeedsReauth(accountId, reason, this.clock.date(), seenTokenVersion);
    if (!account) return false;
    await this.announce(account);
    await this.alerts.raise('needs_reauth', {
      account_id: accountId,
      text: `@${account.username} must be connected again: ${reason}. Messages are still received; nothing is sent.`,
    });
    return true;
  }

  /** Holds the account's sends until then; a pause is only ever lengthened. */
  async pauseSends(accountId: string, until: Date, reason: string): Promise<void> {
    const account = await this.repository.pauseSends(accountId, until, reason);
    if (!account) return;
    this.logger.log({ msg: 'sends paused', account_id: accountId, until, reason });
    await this.announce(account);
  }

  /** Ends a pause early, by a person's word: they know of the block, and a new one is a new alert. */
  async resumeSends(accountId: string): Promise<void> {
    const account = await this.repository.resumeSends(accountId);
    if (account) await this.announce(account);
    await this.alerts.clear('account_blocked', accountId);
  }

  /** Meta took a send: a pause that has run out is over for good. Cheap to call for every send. */
  async noteAccepted(accountId: string): Promise<void> {
    const now = this.clock.date();
    const pausedUntil = (await this.directory.get(accountId))?.sends_paused_until;
    if (!pausedUntil || pausedUntil > now) return;
    const account = await this.repository.resumeSends(accountId, now);
    if (!account) return;
    await this.announce(account);
    await this.alerts.clear('account_blocked', accountId);
  }

  /** Webhook events came in for these accounts. Cheap to call for every delivery. */
  async noteEvents(accountIds: Iterable<string>, at: Date): Promise<void> {
    const due = [...new Set(accountIds)].filter((id) => this.isDue(this.eventsNotedAt, id, eventsEveryMs));
    if (due.length > 0) await this.repository.noteEvents(due, at);
  }

  /** A send was accepted, or failed with `error`. */
  async noteSend(
    accountId: string,
    { at, error }: { at: Date; error?: Omit<AccountError, 'at' | 'during'> },
  ): Promise<void> {
    if (error) await this.repository.noteError(accountId, { ...error, at, during: 'send' });
    else await this.repository.noteSend(accountId, at);
  }

  /** Something else failed for the account; operators see the latest. */
  async noteError(accountId: string, during: string, error: Omit<AccountError, 'at' | 'during'>): Promise<void> {
    await this.repository.noteError(accountId, { ...error, during, at: this.clock.date() });
  }

  async noteUsage(accountId: string, usage: UsageNote): Promise<void> {
    metrics.graphUsage.set({ account_id: accountId }, usage.percent);
    if (!this.isDue(this.usageNotedAt, accountId, usageEveryMs)) return;
    await this.repository.noteUsage(accountId, {
      at: this.clock.date(),
      percent: usage.percent,
      ...(usage.regainAccessAt ? { regain_access_at: usage.regainAccessAt } : {}),
    });
  }

  private isDue(notedAt: Map<string, number>, id: string, everyMs: number): boolean {
    const now = this.clock.now();
    if (now - (notedAt.get(id) ?? -Infinity) < everyMs) return false;
    // Bounded: forgetting costs one write per account.
    if (notedAt.size > 50_000) notedAt.clear();
    notedAt.set(id, now);
    return true;
  }

  private async announce(account: AccountRecord): Promise<void> {
    await this.changes.announce(changeOf(account));
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { HandlesJob, JobQueueService, Scheduled, type JobPayloads } from '../queue/index.js';
import { AccountHealthRepository } from './account-health.repository.js';
import { AccountTokensRepository } from './account-tokens.repository.js';
import { AlertsService } from './alerts/alerts.service.js';
import { ErasuresRepository } from './privacy/erasures.repository.js';
import { HeartbeatRepository } from './subscription/heartbeat.repository.js';
import { SubscriptionService } from './subscription/subscription.service.js';
import { TokenRefreshService } from './tokens/token-refresh.service.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const batch = 1_000;

/** Longer without a beat and Meta may have unsubscribed us: it does after an hour of failed deliveries. */
const downtimeMs = 10 * minuteMs;
/** An account that had events and has none for this long is looked at, at most this often. */
const silenceMs = hourMs;

/** The accounts' jobs, and the sweeps that find what is due and hand it over. */
@Injectable()
export class AccountsProcessor {
  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly health: AccountHealthRepository,
    private readonly refreshing: TokenRefreshService,
    private readonly subscriptions: SubscriptionService,
    private readonly heartbeat: HeartbeatRepository,
    private readonly erasures: ErasuresRepository,
    private readonly alerts: AlertsService,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
  ) {}

  @HandlesJob('refresh-token')
  async refreshToken({ account_id: accountId }: JobPayloads['refresh-token']): Promise<void> {
    await this.refreshing.refresh(accountId);
  }

  @HandlesJob('check-subscription')
  async checkSubscription({ account_id: accountId }: JobPayloads['check-subscription']): Promise<void> {
    await this.subscriptions.check(accountId);
  }

  /** Each account has its own due time once a day; this only looks whose has come. */
  @Scheduled({ name: 'refresh-tokens', everyMs: 10 * minuteMs })
  async refreshTokens(): Promise<void> {
    for (const id of await this.tokens.findRefreshDue(this.clock.date(), batch)) {
      if (!(await this.queue.add('refresh-token', { account_id: id }))) break;
    }
    await this.refreshing.alertExpiring();
  }

  @Scheduled({ name: 'check-subscriptions', everyMs: 2 * minuteMs })
  async checkSubscriptions(): Promise<void> {
    const now = this.clock.now();
    const before = await this.heartbeat.beat('accounts', new Date(now));
    if (before && now - before.getTime() > downtimeMs) await this.health.makeSubscriptionsDue();
    const at = (agoMs: number): Date => new Date(now - agoMs);
    const due = { checkedBefore: at(dayMs), silentSince: at(silenceMs), livelySince: at(7 * dayMs) };
    for (const id of await this.health.findSubscriptionDue(due, batch)) {
      if (!(await this.queue.add('check-subscription', { account_id: id }))) break;
    }
  }

  @Scheduled({ name: 'deliver-alerts', everyMs: minuteMs })
  async deliverAlerts(signal: AbortSignal): Promise<void> {
    await this.alerts.deliverDue(signal);
  }

  /** A deletion whose job was lost, or whose worker died, is enqueued again. */
  @Scheduled({ name: 'erase-people', everyMs: minuteMs })
  async erasePeople(): Promise<void> {
    for (const { _id } of await this.erasures.findUnfinished(batch)) {
      if (!(await this.queue.add('erase-person', { erasure_id: _id }))) break;
    }
  }
}

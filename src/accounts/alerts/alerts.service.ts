import { createHmac } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { request } from 'undici';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { metrics } from '../../observability/index.js';
import type { AlertKind, AlertRecord } from './alert.schema.js';
import { AlertsRepository } from './alerts.repository.js';

const postTimeoutMs = 5_000;
const maxPauseMs = 3_600_000;

export interface AlertBody {
  account_id: string;
  /** A sentence for a person: what is wrong and what to do. Never a token or what somebody wrote. */
  text: string;
}

/**
 * Tells people that something needs them: a warning in the log, a metric, and a POST to `ALERT_WEBHOOK_URL`, once per
 * kind and account until it is cleared. The POST is signed as Standard Webhooks has it (`webhook-id`,
 * `webhook-timestamp`, `webhook-signature`), is tried again until it is taken, and may arrive twice with the same id.
 */
@Injectable()
export class Alerts {
  private readonly logger = new Logger(Alerts.name);

  constructor(
    private readonly repository: AlertsRepository,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** @returns whether this call raised it; `false` when it stood already */
  async raise(kind: AlertKind, { account_id: accountId, text }: AlertBody): Promise<boolean> {
    const toDeliver = this.config.ALERT_WEBHOOK_URL !== undefined;
    const raised = await this.repository.raiseOnce(kind, accountId, text, this.clock.date(), toDeliver);
    if (!raised) return false;
    metrics.alerts.inc({ kind });
    this.logger.warn({ msg: text, alert: kind, account_id: accountId });
    // Not awaited: a slow receiver must not hold up whoever noticed; the sweep delivers what fails here.
    if (toDeliver) {
      this.deliverOne(raised._id).catch((error: unknown) =>
        this.logger.warn({ msg: 'alert could not be delivered, will be tried again', alert: kind, err: error }),
      );
    }
    return true;
  }

  /** What was wrong is right again: the next time it goes wrong is a new alert. */
  async clear(kind: AlertKind, accountId: string): Promise<void> {
    if (await this.repository.clear(kind, accountId, this.clock.date())) {
      this.logger.log({ msg: 'alert cleared', alert: kind, account_id: accountId });
    }
  }

  /** What stands about an account, newest first. */
  async standing(accountId: string): Promise<Pick<AlertRecord, 'kind' | 'text' | 'raised_at'>[]> {
    const alerts = await this.repository.findStanding(accountId);
    return alerts.map(({ kind, text, raised_at }) => ({ kind, text, raised_at }));
  }

  /** Posts every alert whose turn has come. */
  async deliverDue(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.deliverOne())) continue;
  }

  private async deliverOne(id?: string): Promise<boolean> {
    const now = this.clock.now();
    // A crash while posting leaves it claimed for this long.
    const alert = await this.repository.claimUndelivered(new Date(now), new Date(now + 60_000), id);
    if (!alert) return false;
    try {
      await this.post(alert);
      await this.repository.markDelivered(alert._id, alert.times);
    } catch (error) {
      const pauseMs = Math.min(maxPauseMs, 30_000 * 2 ** Math.min(alert.attempts, 10));
      await this.repository.postpone(alert._id, new Date(now + pauseMs));
      this.logger.warn({ msg: 'ALERT_WEBHOOK_URL did not take an alert', alert: alert.kind, err: error });
    }
    return true;
  }

  private async post(alert: AlertRecord): Promise<void> {
    const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret } = this.config;
    if (url === undefined || secret === undefined) return;
    const id = `${alert._id}:${alert.times}`;
    const timestamp = String(Math.floor(this.clock.now() / 1000));
    const body = JSON.stringify({
      type: `account.${alert.kind}`,
      timestamp: alert.raised_at.toISOString(),
      data: { kind: alert.kind, account_id: alert.account_id, text: alert.text },
    });
    const signature = createHmac('sha256', secret.reveal()).update(`${id}.${timestamp}.${body}`).digest('base64');
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
      headersTimeout: postTimeoutMs,
      bodyTimeout: postTimeoutMs,
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) throw new Error(`it answered ${answer.statusCode}`);
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { metrics } from '../../observability/index.js';
import { alertKinds, type AlertKind, type AlertRecord, type AlertSubject } from './alert.schema.js';
import { AlertWebhookService } from './alert-webhook.service.js';
import { AlertsRepository } from './alerts.repository.js';

const maxPauseMs = 3_600_000;
/** A crash while posting leaves an alert claimed for this long. */
const claimedMs = 60_000;

/** `text` is a sentence for a person: what is wrong and what to do. Never a token or what somebody wrote. */
type AlertBody = AlertSubject & { text: string };

// Prometheus sees no increase in a series that begins at one.
for (const kind of alertKinds) metrics.alerts.inc({ kind }, 0);

/**
 * Tells people that something needs them: a warning in the log, a metric, and a POST to `ALERT_WEBHOOK_URL`, once per
 * kind and account until it is cleared, and once more, `resolved`, when it is. A POST is tried again until it is
 * taken, and may arrive twice with the same id.
 */
@Injectable()
export class AlertsService {
  private readonly logger = new Logger(AlertsService.name);

  constructor(
    private readonly repository: AlertsRepository,
    private readonly webhook: AlertWebhookService,
    private readonly clock: Clock,
  ) {}

  /** @returns whether this call raised it; `false` when it stood already */
  async raise(kind: AlertKind, { text, ...subject }: AlertBody): Promise<boolean> {
    const raised = await this.repository.raiseOnce(kind, subject, text, this.clock.date(), this.webhook.isConfigured);
    if (!raised) return false;
    metrics.alerts.inc({ kind });
    this.logger.warn({ msg: text, alert: kind, ...subject });
    this.deliverSoon(raised);
    return true;
  }

  /** What was wrong is right again: the next time it goes wrong is a new alert. */
  async clear(kind: AlertKind, subjectId: string): Promise<void> {
    const cleared = await this.repository.clear(kind, subjectId, this.clock.date(), this.webhook.isConfigured);
    if (!cleared) return;
    this.logger.log({ msg: 'alert cleared', alert: kind, account_id: cleared.account_id });
    this.deliverSoon(cleared);
  }

  /**
   * Makes alerts about the server's own things what a look at all of them found: raises these, clears the others.
   * @param texts by what they are about
   * @param unknown what could not be found out; it stays as it is
   */
  async settle(kind: AlertKind, texts: ReadonlyMap<string, string>, unknown = new Set<string>()): Promise<void> {
    for (const [about, text] of texts) await this.raise(kind, { about, text });
    for (const about of await this.repository.findStandingAbouts(kind)) {
      if (!texts.has(about) && !unknown.has(about)) await this.clear(kind, about);
    }
  }

  /** The account is given back: nothing that stood about it needs anybody any more. */
  async clearAll(accountId: string): Promise<void> {
    for (const { kind, conversation_id: conversationId } of await this.repository.findStanding(accountId, true))
      await this.clear(kind, conversationId ?? accountId);
  }

  /** Removes all that was ever said about the account: part of erasing it. */
  async forget(accountId: string): Promise<void> {
    await this.repository.removeAbout(accountId);
  }

  /** Removes what was said about a conversation: part of erasing it. */
  async forgetConversation(conversationId: string): Promise<void> {
    await this.repository.removeAboutConversation('handed_over', conversationId);
  }

  /** What stands about an account itself, newest first. */
  async standing(accountId: string): Promise<Pick<AlertRecord, 'kind' | 'text' | 'raised_at'>[]> {
    const alerts = await this.repository.findStanding(accountId);
    return alerts.map(({ kind, text, raised_at }) => ({ kind, text, raised_at }));
  }

  /** Posts every alert whose turn has come. */
  async deliverDue(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.deliverOne())) continue;
  }

  /** Not awaited: a slow receiver must not hold up whoever noticed; the sweep delivers what fails here. */
  private deliverSoon({ _id, kind }: AlertRecord): void {
    if (!this.webhook.isConfigured) return;
    this.deliverOne(_id).catch((error: unknown) =>
      this.logger.warn({ msg: 'alert could not be delivered, will be tried again', alert: kind, err: error }),
    );
  }

  private async deliverOne(id?: string): Promise<boolean> {
    const now = this.clock.now();
    const alert = await this.repository.claimUndelivered(new Date(now), new Date(now + claimedMs), id);
    if (!alert) return false;
    try {
      await this.webhook.post(alert);
      await this.repository.markDelivered(alert);
    } catch (error) {
      const pauseMs = Math.min(maxPauseMs, 30_000 * 2 ** Math.min(alert.attempts, 10));
      await this.repository.postpone(alert, new Date(now + pauseMs));
      this.logger.warn({ msg: 'ALERT_WEBHOOK_URL did not take an alert', alert: alert.kind, err: error });
    }
    return true;
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountHealthService, AlertsService, type AccountAccess } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import type { Conversation } from '../../conversations/index.js';
import { epochMs, metrics } from '../../observability/index.js';
import type { DmError, DmRecord } from '../dm.schema.js';
import { isInDoubt, isOutage, type CallOutcome } from './call-outcome.js';
import { ChannelMessagesService } from './channel-messages.service.js';
import { OutboundRepository, type Retry } from './outbound.repository.js';
import { CircuitOpenError, SendCircuitsService } from './send-circuits.service.js';
import { SendGatesService } from './send-gates.service.js';
import { SendOutcomesService } from './send-outcomes.service.js';
import { SendPaceService } from './send-pace.service.js';
import { SendSpansService } from './send-spans.service.js';
import { SendWakesService } from './send-wakes.service.js';

/** A call must start this soon after its claim: a process that slept in between must not send late. */
const claimToCallMs = 5_000;
/** After a claim's last possible moment, how long nobody else touches it. */
const marginMs = 15_000;
/** Meta's first echo is usually there by then. */
const firstLookMs = 5_000;
const maxTemporary = 3;
const retryWaitMs = {
  not_reached: (tried: number) => 200 + Math.random() * Math.min(30_000, 1_000 * 2 ** tried),
  /** Time for an echo, or for Meta's conversation, to show that it was sent after all. */
  temporary: (tried: number) => firstLookMs * 2 ** tried * (1 + Math.random() * 0.4),
};
/** 551: the person may be back in some hours, while the window is open. */
const unavailableWaitsMs = [2, 4, 8].map((hours) => hours * 3_600_000);
/** A person who was sent too much at once takes one more message each six seconds. */
const personPaceMs = 6_000;
const blockedPauseMs = 3_600_000;
const accountPollMs = 60_000;

/** How long a DM may be `sending` before it counts as abandoned by a crash. */
export const abandonedAfterMs = (graphTimeoutMs: number): number => claimToCallMs + graphTimeoutMs + marginMs;

/** The claim got too old before the call: it was not made. */
class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** One try at one DM: gates, claim, call, outcome. */
@Injectable()
export class SendAttemptService {
  constructor(
    private readonly config: AppConfig,
    private readonly outbound: OutboundRepository,
    private readonly gates: SendGatesService,
    private readonly circuits: SendCircuitsService,
    private readonly pace: SendPaceService,
    private readonly messages: ChannelMessagesService,
    private readonly outcomes: SendOutcomesService,
    private readonly wakes: SendWakesService,
    private readonly spans: SendSpansService,
    private readonly health: AccountHealthService,
    private readonly alerts: AlertsService,
    private readonly clock: Clock,
  ) {}

  /** @returns when to try the DM again, where it has to wait; `undefined` when the next DM may be looked at */
  async run(dm: DmRecord, conversation: Conversation): Promise<Date | undefined> {
    try {
      return await this.try(dm, conversation);
    } finally {
      this.wakes.wake(dm.conversation_id);
    }
  }

  private async try(dm: DmRecord, conversation: Conversation): Promise<Date | undefined> {
    const answer = await this.gates.ask(dm, conversation);
    if (!answer.pass) {
      if ('sent' in answer) return void (await this.outcomes.sent(dm, answer.sent));
      if ('unseen' in answer) return void (await this.outcomes.unconfirmed(dm, answer.unseen));
      if ('drop' in answer) return void (await this.outcomes.dropped(dm, answer.drop));
      if ('fail' in answer) return void (await this.outcomes.failed(dm, answer.fail, ['queued']));
      metrics.sends.inc({ source: dm.source, outcome: 'held' });
      const { reason } = answer.hold;
      const until = reason === 'sends_paused' ? this.lookAgain(answer.hold.until) : answer.hold.until;
      await this.outbound.hold(dm, until, reason);
      return until;
    }
    const claimStartedAt = performance.now();
    const startedAt = epochMs();
    const claimed = await this.outbound.claim(dm, abandonedAfterMs(this.config.GRAPH_TIMEOUT_MS));
    if (!claimed) return undefined;
    const outcome = await this.call(claimed, answer.access, claimStartedAt);
    this.spans.record(claimed, startedAt, outcome);
    if (!outcome) return this.retry(claimed, { until: new Date(this.clock.now() + 1_000), reason: 'circuit_open' });
    return this.write(claimed, answer.access, outcome);
  }

  /** @returns `undefined` when the call was not made */
  private async call(dm: DmRecord, access: AccountAccess, claimStartedAt: number): Promise<CallOutcome | undefined> {
    const make = (): Promise<CallOutcome> => {
      if (performance.now() - claimStartedAt > claimToCallMs) throw new TooLateError('the claim is too old');
      return this.messages.send(access, dm);
    };
    try {
      return await this.circuits.run(access.login, dm.platform_account_id, make, isOutage);
    } catch (error) {
      if (error instanceof TooLateError || error instanceof CircuitOpenError) return undefined;
      throw error;
    }
  }

  private async write(dm: DmRecord, access: AccountAccess, outcome: CallOutcome): Promise<Date | undefined> {
    if (outcome.kind === 'sent') {
      await this.outcomes.sent(dm, outcome);
      await this.pace.noteAccepted(dm.platform_account_id);
      await this.health.noteAccepted(dm.platform_account_id);
      return undefined;
    }
    return outcome.kind === 'unknown' ? this.leaveOpen(dm, outcome.error) : this.refused(dm, access, outcome);
  }

  private async leaveOpen(dm: DmRecord, error: DmError): Promise<Date> {
    const nextLookAt = new Date(this.clock.now() + firstLookMs);
    await this.outcomes.unconfirmed(dm, error, nextLookAt);
    return nextLookAt;
  }

  private async refused(
    dm: DmRecord,
    access: AccountAccess,
    { refusal, error, heldUntil, scope }: CallOutcome & { kind: 'not_sent' },
  ): Promise<Date | undefined> {
    const accountId = dm.platform_account_id;
    const now = this.clock.now();
    switch (refusal) {
      case 'rate_limited': {
        const until =
          scope === 'person'
            ? (heldUntil ?? new Date(now + personPaceMs * (1 + Math.random())))
            : await this.pace.noteRefused(accountId, heldUntil);
        return this.retry(dm, { until, reason: 'meta_limit', error });
      }
      case 'token_invalid':
        await this.health.markNeedsReauth(accountId, error.message, access.tokenVersion);
        return this.retry(dm, { until: new Date(now + accountPollMs), reason: 'account', error });
      case 'blocked': {
        const until = new Date(now + blockedPauseMs);
        await this.health.pauseSends(accountId, until, error.message);
        const text = `Meta blocked sending for a policy violation: ${error.message}. Sends wait until ${until.toISOString()}, or until somebody ends the pause.`;
        await this.alerts.raise('account_blocked', { account_id: accountId, text });
        return this.retry(dm, { until: this.lookAgain(until), reason: 'sends_paused', error });
      }
      case 'not_reached':
      case 'temporary': {
        const tried = dm.retries?.temporary ?? 0;
        if (tried < maxTemporary) {
          const until = new Date(now + retryWaitMs[refusal](tried));
          return this.retry(dm, { until, reason: 'retry', error, counted: 'temporary' });
        }
        if (refusal === 'temporary') return this.leaveOpen(dm, error);
        break;
      }
      case 'person_unavailable': {
        const waitMs = unavailableWaitsMs[dm.retries?.unavailable ?? 0];
        if (waitMs === undefined) break;
        return this.retry(dm, { until: new Date(now + waitMs), reason: 'unavailable', error, counted: 'unavailable' });
      }
      default:
    }
    await this.outcomes.failed(dm, error, ['sending', 'unconfirmed']);
    return undefined;
  }

  /** A person may end a pause early: what waits for its end looks again soon, spread so as not to come back as one. */
  private lookAgain(pausedUntil: Date): Date {
    const soon = this.clock.now() + accountPollMs * (1 + Math.random() / 2);
    return new Date(Math.min(pausedUntil.getTime(), soon));
  }

  private async retry(dm: DmRecord, retry: Retry): Promise<Date | undefined> {
    // What one call left in doubt, a later one does not clear up.
    const error = isInDoubt(dm) ? dm.error : retry.error;
    if (!(await this.outbound.backToQueue(dm, { ...retry, error }))) return undefined; // an echo has settled it
    metrics.sends.inc({ source: dm.source, outcome: 'retried' });
    await this.outbound.holdFollowers(dm, retry.until);
    return retry.until;
  }
}

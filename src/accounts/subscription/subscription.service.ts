import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { isGraphError } from '#libs/graph-api';
import { ChannelsService, type ChannelSubscription } from '../../channels/index.js';
import { JobQueueService } from '../../queue/index.js';
import { AccountHealthRepository } from '../account-health.repository.js';
import { AccountHealthService } from '../account-health.service.js';
import type { AccountRecord, SubscriptionHealth } from '../account.schema.js';
import { AccountNotUsableError } from '../accounts.errors.js';
import { AccountsRepository } from '../accounts.repository.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { isDeadToken, noteOf } from '../meta/meta-errors.js';
import { TokenVaultService, type AccountAccess } from '../token-vault.service.js';

/** Disconnecting must not wait long for a Meta that doesn't answer. */
const unsubscribeTimeoutMs = 3_000;

/** What Meta listed before anything was done about it, and how things stand since. */
interface Found {
  found: string[];
  health: SubscriptionHealth;
}

/** Keeps Meta sending us webhooks: without a subscription everything looks healthy and nothing arrives. */
@Injectable()
export class SubscriptionService {
  private readonly logger = new Logger(SubscriptionService.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly health: AccountHealthRepository,
    private readonly accountHealth: AccountHealthService,
    private readonly vault: TokenVaultService,
    private readonly channels: ChannelsService,
    private readonly alerts: AlertsService,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the account's subscription back from Meta and repairs it. What Meta refuses is noted on the account and, when
   * no messages can arrive, alerted; the next check tries again.
   */
  async check(accountId: string): Promise<void> {
    await this.settle(accountId, (access, at) => this.repair(access, at));
  }

  /** As {@link check}, but subscribes whatever Meta lists already: of an account that is being connected, doing it twice does no harm. */
  async renew(accountId: string): Promise<void> {
    await this.settle(accountId, async (access, at) => this.subscribe(access, at, await at.listed(access)));
  }

  /**
   * Tells Meta to send no more, with the login and token of this record. Failing is fine: an account without a token
   * gets nothing done anyway.
   * @returns whether Meta took it
   */
  async remove(account: AccountRecord): Promise<boolean> {
    // One subscription serves all channels of a Page, and all numbers of a business account: the last one ends it.
    if (await this.accounts.hasSibling(account)) return true;
    try {
      const access = await this.vault.open(account);
      await this.subscriptionOf(account)?.unsubscribe(access, { timeoutMs: unsubscribeTimeoutMs });
      return true;
    } catch (error) {
      if (!isGraphError(error) && !(error instanceof AccountNotUsableError)) throw error;
      this.logger.warn({ msg: 'could not unsubscribe', account_id: account._id.toHexString(), err: error });
      return false;
    }
  }

  private async settle(
    accountId: string,
    how: (access: AccountAccess, at: ChannelSubscription) => Promise<Found>,
  ): Promise<void> {
    const account = await this.accounts.findById(accountId);
    if (!account || account.status !== 'active') return;
    const at = this.subscriptionOf(account);
    if (!at) return this.noteNone(account);
    try {
      const access = await this.vault.open(account);
      await this.save(account, await how(access, at), at);
    } catch (error) {
      await this.noteFailure(account, error);
    }
  }

  private async repair(access: AccountAccess, at: ChannelSubscription): Promise<Found> {
    const found = await at.listed(access);
    if (at.fields.every((field) => found.includes(field))) return { found, health: this.healthOf(at, found, []) };
    return this.subscribe(access, at, found);
  }

  private async subscribe(access: AccountAccess, at: ChannelSubscription, found: string[]): Promise<Found> {
    const { refused } = await at.subscribe(access);
    // What Meta lists now counts, not what it answered to the call.
    return { found, health: this.healthOf(at, await at.listed(access), refused) };
  }

  private subscriptionOf({ channel }: AccountRecord): ChannelSubscription | undefined {
    return this.channels.get(channel).subscription;
  }

  /** The channel sends whatever there is: nothing can be missing. */
  private async noteNone(account: AccountRecord): Promise<void> {
    const checked_at = this.clock.date();
    const health: SubscriptionHealth = { state: 'subscribed', fields: [], refused_fields: [], checked_at };
    await this.health.saveSubscription(account._id.toHexString(), health);
  }

  private healthOf(at: ChannelSubscription, fields: string[], refused: string[]): SubscriptionHealth {
    const complete = at.fields.every((field) => fields.includes(field));
    const state = !fields.includes(at.requiredField) ? 'missing' : complete ? 'subscribed' : 'partial';
    return { state, fields, refused_fields: refused, checked_at: this.clock.date() };
  }

  private async save(account: AccountRecord, { found, health }: Found, at: ChannelSubscription): Promise<void> {
    const accountId = account._id.toHexString();
    // Webhooks of the time without it never come: what was said meanwhile is fetched.
    const isRepaired = health.state !== 'missing' && !found.includes(at.requiredField);
    await this.health.saveSubscription(accountId, health, isRepaired ? this.clock.date() : undefined);
    if (health.state === 'missing') {
      await this.alert(account, 'Meta took the subscription but does not list it');
      return;
    }
    await this.alerts.clear('subscription_lost', accountId);
    if (!isRepaired) return;
    if (account.subscription.state !== 'unknown')
      this.logger.warn({ msg: 'webhook subscription was lost and is repaired', account_id: accountId });
    await this.queue.add('backfill-account', { account_id: accountId });
  }

  private async noteFailure(account: AccountRecord, error: unknown): Promise<void> {
    const accountId = account._id.toHexString();
    if (error instanceof AccountNotUsableError) return; // the vault has alerted
    if (!isGraphError(error)) throw error;
    const note = noteOf(error);
    await this.accountHealth.noteError(accountId, 'subscribe', note);
    if (isDeadToken(error)) {
      await this.accountHealth.markNeedsReauth(accountId, note.message, account.token_version);
      return;
    }
    const { state: before } = account.subscription;
    // The fields are those last read: a failed look says nothing of them.
    await this.health.saveSubscription(accountId, {
      ...account.subscription,
      state: 'failed',
      error: note.message,
      checked_at: this.clock.date(),
    });
    // One failed look at a healthy subscription is no news; the second in a row, or one at connecting, is.
    if (before === 'failed' || before === 'unknown') await this.alert(account, note.message);
  }

  private async alert(account: AccountRecord, reason: string): Promise<void> {
    await this.alerts.raise('subscription_lost', {
      account_id: account._id.toHexString(),
      text: `No webhooks are arriving for @${account.username}: its subscription is not in place (${reason}). It is tried again by itself.`,
    });
  }
}

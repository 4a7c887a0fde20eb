import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { classifyGraphFailure, isGraphError, isProofRefusal, type GraphError } from '#libs/graph-api';
import { AuditService, type AuditActor } from '../../audit/index.js';
import {
  ChannelsService,
  type ChannelConnecting,
  type ChannelIdentity,
  type GivenToken,
} from '../../channels/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import { JobQueueService } from '../../queue/index.js';
import { AccountChangesService, changeOf } from '../account-changes.service.js';
import { AccountCipherService } from '../account-cipher.service.js';
import type { AccountRecord } from '../account.schema.js';
import { AccountTakenError, BadTokenError } from '../accounts.errors.js';
import { AccountsRepository, type ConnectedRecord } from '../accounts.repository.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { asUpstream, detailsOf, isDeadToken } from '../meta/meta-errors.js';
import type { AgentSettingsPatch } from '../settings/agent-settings.js';
import { UserSettingsService } from '../settings/user-settings.service.js';
import { SubscriptionService } from '../subscription/subscription.service.js';
import { firstRefreshAt } from '../tokens/refresh-schedule.js';

const clearedByConnecting = [
  ...['needs_reauth', 'token_expiring', 'token_unreadable', 'deauthorized', 'account_blocked', 'subscribed_twice'],
] as const;

/** Turns what a channel said about a token into a connected, subscribed account. */
@Injectable()
export class ConnectService {
  private readonly logger = new Logger(ConnectService.name);

  constructor(
    private readonly channels: ChannelsService,
    private readonly accounts: AccountsRepository,
    private readonly cipher: AccountCipherService,
    private readonly subscriptions: SubscriptionService,
    private readonly settings: UserSettingsService,
    private readonly changes: AccountChangesService,
    private readonly alerts: AlertsService,
    private readonly queue: JobQueueService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks the channel whose token it is and connects what it speaks for: one account, or every Page's with its own token.
   * @throws {InvalidRequestError} for a platform that there is not
   * @throws {BadTokenError} when Meta refuses the token, or no account comes with it
   * @throws {AccountTakenError} when other tenants have all that it speaks for
   * @throws {UpstreamError} when Meta fails or does not answer
   */
  async connectByToken(
    userId: string,
    platform: string | undefined,
    given: GivenToken,
    agent?: AgentSettingsPatch,
  ): Promise<{ first: AccountRecord; others: AccountRecord[]; taken: AccountTakenError[] }> {
    const at = this.connectingOf(platform);
    const { connected, taken } = await this.connectEach(userId, await this.identify(at, given), agent);
    const [first, ...others] = connected;
    if (!first) throw taken[0] ?? new BadTokenError(`No ${at.accountNoun} came with this token.`);
    return { first, others, taken };
  }

  /** Several accounts may come in one go; one that another tenant holds doesn't keep the others out. */
  async connectEach(
    userId: string,
    identities: ChannelIdentity[],
    agent?: AgentSettingsPatch,
    by?: AuditActor,
  ): Promise<{ connected: AccountRecord[]; taken: AccountTakenError[] }> {
    const connected: AccountRecord[] = [];
    const taken: AccountTakenError[] = [];
    for (const identity of identities) {
      try {
        connected.push(await this.connect(userId, identity, agent, by));
      } catch (error) {
        if (!(error instanceof AccountTakenError)) throw error;
        taken.push(error);
      }
    }
    return { connected, taken };
  }

  /**
   * Stores the account, subscribes it to webhooks and reads the subscription back. Connecting the same account again,
   * by either login, updates its record and takes back the subscription of the login before, which would bring every
   * DM a second time under another id; its paused sends go on by the sender's sweep, which looks at the status.
   *
   * A subscription that Meta refuses does not undo the connecting: it shows on the account and is tried again.
   * @throws {AccountTakenError} when another tenant has it connected
   */
  async connect(
    userId: string,
    identity: ChannelIdentity,
    agent?: AgentSettingsPatch,
    by?: AuditActor,
  ): Promise<AccountRecord> {
    const { account, before } = await this.store(userId, identity);
    const accountId = account._id.toHexString();
    await this.settings.saveAgentSettings({ _id: accountId, user_id: userId, username: account.username }, agent ?? {});
    await this.changes.announce(changeOf(account));
    await this.audit.record({ action: 'account.connected', tenant: userId, target: { account_id: accountId }, by });
    const isLeft = !before || !sendsElsewhere(before, account) || (await this.subscriptions.remove(before));
    // After the old token, which may not open any more: that is not said of the account as it is now.
    for (const kind of clearedByConnecting) await this.alerts.clear(kind, accountId);
    if (!isLeft) await this.alertSubscribedTwice(before);
    this.logger.log({ msg: 'account connected', account_id: accountId, login: account.login });
    await this.subscriptions.renew(accountId);
    // A hint: the record says that it is wanted.
    await this.queue.add('backfill-account', { account_id: accountId });
    return (await this.accounts.findById(accountId)) ?? account;
  }

  private async alertSubscribedTwice({ _id, channel, login, username }: AccountRecord): Promise<void> {
    const where = this.channels.get(channel).connecting.whereToRemove(login);
    await this.alerts.raise('subscribed_twice', {
      account_id: _id.toHexString(),
      text:
        `@${username} changed its login, and Meta did not take back the webhooks of the one before (${login}): ` +
        `messages may arrive, and be answered, twice. Remove the app from ${where} and connect it again.`,
    });
  }

  private async identify(at: ChannelConnecting, given: GivenToken): Promise<ChannelIdentity[]> {
    try {
      return await at.identitiesOf(given);
    } catch (error) {
      const fault = isGraphError(error) ? tokenFaultOf(error) : undefined;
      if (fault === undefined || !isGraphError(error)) throw asUpstream(error);
      throw new BadTokenError(fault, { details: detailsOf(error), cause: error });
    }
  }

  private connectingOf(platform = this.channels.first.platform): ChannelConnecting {
    const found = this.channels.findByPlatform(platform);
    if (found) return found.connecting;
    const known = this.channels.all.map((adapter) => adapter.platform).join(', ');
    throw new InvalidRequestError(`platform must be one of ${known}`, [
      { field: 'platform', expected: `one of ${known}` },
    ]);
  }

  private async store(userId: string, identity: ChannelIdentity): Promise<ConnectedRecord> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.storeOnce(userId, identity);
      } catch (error) {
        if ((error as { code?: number }).code !== 11000) throw error;
        const holder = await this.accounts.findLive(identity.platform, identity.externalId);
        if (holder && holder.user_id !== userId) throw new AccountTakenError(identity.username);
        // Another process connects it for the same tenant at this moment: ours becomes an update of its record.
        if (attempt === 5) throw error;
      }
    }
  }

  private async storeOnce(userId: string, identity: ChannelIdentity): Promise<ConnectedRecord> {
    const id = await this.accounts.idFor(userId, identity.platform, identity.externalId);
    const now = this.clock.date();
    const { expiresInS } = identity;
    const { channel, tokens } = this.channels.ofPlatform(identity.platform);
    return this.accounts.connect(
      id,
      userId,
      {
        platform: identity.platform,
        channel,
        external_id: identity.externalId,
        username: identity.username,
        login: identity.login,
        access_token: this.cipher.encrypt(identity.accessToken, id),
        token_obtained_at: now,
        // Named when unknown, too: the end of the token before says nothing of this one.
        expires_in: expiresInS,
        token_expires_at: expiresInS === undefined ? undefined : new Date(now.getTime() + expiresInS * 1000),
        refresh_due_at: tokens?.isRefreshed(identity.login) ? firstRefreshAt(id, now.getTime(), expiresInS) : undefined,
        scopes: identity.scopes,
        instagram_data: identity.instagramData,
        channel_data: identity.channelData,
        meta: identity.meta,
        app_user_id: identity.appUserId,
      },
      now,
    );
  }
}

/** What is wrong with a token that Meta refused; `undefined` when the refusal is not about the token. */
function tokenFaultOf(error: GraphError): string | undefined {
  if (isProofRefusal(error))
    return 'This token belongs to another app than the one that is set up here. Make it with this server’s app.';
  if (isDeadToken(error)) return 'Meta does not accept this token.';
  if (classifyGraphFailure(error).kind !== 'permission') return undefined;
  return 'This token lacks permissions that connecting needs. Make it with all of them.';
}

/** Whether Meta keeps another subscription for what the record was, beside that for what it is. */
function sendsElsewhere(before: AccountRecord, now: AccountRecord): boolean {
  if (before.released || before.access_token === undefined) return false;
  return before.login !== now.login || (now.login === 'facebook' && before.meta.id !== now.meta.id);
}

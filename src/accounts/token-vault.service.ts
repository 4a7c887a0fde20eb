import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TokenCipherError } from '#libs/token-cipher';
import { ChannelsService, type Channel, type ChannelAccess } from '../channels/index.js';
import { AccountChangesService } from './account-changes.service.js';
import { AccountCipherService } from './account-cipher.service.js';
import type { AccountRecord } from './account.schema.js';
import { AccountNotUsableError } from './accounts.errors.js';
import { AccountsRepository } from './accounts.repository.js';
import { AlertsService } from './alerts/alerts.service.js';

const keptMs = 10 * 60_000;
const keptUnheardMs = 2_000;

/** What a call on behalf of an account needs, and the channel that makes it. */
export interface AccountAccess extends ChannelAccess {
  channel: Channel;
  /** Hand it to `AccountHealthService.markNeedsReauth` when the channel refuses this token. */
  tokenVersion: number;
}

/** Opens accounts' tokens, keeps them in memory ten minutes at most, and drops them on change, on every process. */
@Injectable()
export class TokenVaultService {
  private readonly opened = new LRUCache<string, { access: AccountAccess; openedAt: number }>({ max: 5_000 });
  private generation = 0;

  constructor(
    private readonly channels: ChannelsService,
    private readonly accounts: AccountsRepository,
    private readonly cipher: AccountCipherService,
    private readonly alerts: AlertsService,
    private readonly changes: AccountChangesService,
  ) {
    changes.onChange((change) => {
      this.generation++;
      if (change === 'everything') this.opened.clear();
      else this.opened.delete(change.account_id);
    });
  }

  /**
   * @throws {AccountNotUsableError} when the account is gone, disabled or needs to be connected again, or when the key
   *   of its token is not configured any more
   */
  async accessFor(accountId: string): Promise<AccountAccess> {
    const kept = this.opened.get(accountId);
    const limitMs = this.changes.isListening ? keptMs : keptUnheardMs;
    if (kept && performance.now() - kept.openedAt < limitMs) return kept.access;
    const generation = this.generation;
    const account = await this.accounts.findById(accountId);
    if (!account || account.released || account.status === 'disabled')
      throw new AccountNotUsableError('account_disabled', accountId);
    if (account.status === 'needs_reauth') throw new AccountNotUsableError('account_needs_reauth', accountId);
    const access = await this.open(account);
    if (generation === this.generation) this.opened.set(accountId, { access, openedAt: performance.now() });
    return access;
  }

  /**
   * The access of this record, whatever its status: refreshing and unsubscribing use it.
   * @throws {AccountNotUsableError} when there is no token or it does not open
   */
  async open(account: AccountRecord): Promise<AccountAccess> {
    const accountId = account._id.toHexString();
    if (account.access_token === undefined) throw new AccountNotUsableError('account_needs_reauth', accountId);
    try {
      return {
        channel: this.channels.ofPlatform(account.platform).channel,
        login: account.login,
        accessToken: this.cipher.decrypt(account.access_token, accountId),
        externalId: account.external_id,
        ...(account.channel_data ? { channelData: account.channel_data } : {}),
        tokenVersion: account.token_version,
      };
    } catch (cause) {
      if (!(cause instanceof TokenCipherError)) throw cause;
      await this.alerts.raise('token_unreadable', {
        account_id: accountId,
        text: `The stored token of @${account.username} can't be opened: ${cause.message}. Put the key back into ENCRYPTION_KEYS_PREVIOUS, or connect the account again.`,
      });
      throw new AccountNotUsableError('token_unreadable', accountId, { cause });
    }
  }
}

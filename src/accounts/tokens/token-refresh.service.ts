import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { classifyGraphFailure, GraphApiError, isGraphError, isTokenTooYoung } from '#libs/graph-api';
import { ChannelsService } from '../../channels/index.js';
import { AccountChangesService, changeOf } from '../account-changes.service.js';
import { AccountCipherService } from '../account-cipher.service.js';
import { AccountHealthService } from '../account-health.service.js';
import { AccountTokensRepository } from '../account-tokens.repository.js';
import type { AccountRecord } from '../account.schema.js';
import { AccountNotUsableError } from '../accounts.errors.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { isDeadToken, noteOf } from '../meta/meta-errors.js';
import { TokenVaultService } from '../token-vault.service.js';
import {
  alertAfterFailingMs,
  alertBeforeExpiryMs,
  minTokenAgeMs,
  refreshDueAt,
  retryRefreshAt,
} from './refresh-schedule.js';

const leaseMs = 120_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Keeps tokens from lapsing: each account's once a day, long before its 60 days are over. */
@Injectable()
export class TokenRefreshService {
  private readonly logger = new Logger(TokenRefreshService.name);

  constructor(
    private readonly tokens: AccountTokensRepository,
    private readonly cipher: AccountCipherService,
    private readonly vault: TokenVaultService,
    private readonly channels: ChannelsService,
    private readonly health: AccountHealthService,
    private readonly changes: AccountChangesService,
    private readonly alerts: AlertsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Refreshes the account's token if that is due and nobody else is at it. A failure stays with this account: it is
   * noted, tried again later by its due time, and alerted when the token's end comes near, or may come unseen.
   */
  async refresh(accountId: string): Promise<void> {
    const account = await this.tokens.claimRefresh(accountId, this.clock.date(), leaseMs);
    if (!account) return;
    try {
      const access = await this.vault.open(account);
      const token = await this.channels.get(access.channel).tokens?.refresh(access.accessToken);
      if (token) await this.save(account, token);
    } catch (error) {
      await this.noteFailure(account, error);
    }
  }

  /** Alerts for every account whose token ends soon although it should have been refreshed long ago. */
  async alertExpiring(): Promise<void> {
    const now = this.clock.now();
    for (const account of await this.tokens.findExpiring(new Date(now + alertBeforeExpiryMs), 1_000)) {
      await this.alertExpiry(account, account.refresh.last_error ?? 'it could not be refreshed');
    }
  }

  private async save(account: AccountRecord, token: { accessToken: string; expiresInS?: number }): Promise<void> {
    const accountId = account._id.toHexString();
    const now = this.clock.now();
    const { accessToken, expiresInS } = token;
    const saved = await this.tokens.saveRefreshed(accountId, account.token_version, {
      access_token: this.cipher.encrypt(accessToken, accountId),
      token_obtained_at: new Date(now),
      ...(expiresInS === undefined
        ? {}
        : { expires_in: expiresInS, token_expires_at: new Date(now + expiresInS * 1000) }),
      due_at: refreshDueAt(accountId, now),
    });
    if (!saved) {
      this.logger.log({ msg: 'refreshed token dropped, the account was connected again', account_id: accountId });
      return;
    }
    await this.changes.announce(changeOf(account));
    await this.alerts.clear('token_expiring', accountId);
    await this.alerts.clear('token_unreadable', accountId);
    this.logger.log({ msg: 'token refreshed', account_id: accountId, expires_in_s: expiresInS });
  }

  private async noteFailure(account: AccountRecord, error: unknown): Promise<void> {
    const accountId = account._id.toHexString();
    const now = this.clock.now();
    if (!isGraphError(error) && !(error instanceof AccountNotUsableError)) throw error;
    if (mayBeTooYoung(account, error, now)) {
      // Not a failure: from when Meta counts the 24 hours, nobody told us.
      const dueAt = refreshDueAt(accountId, account.token_obtained_at?.getTime() ?? now).getTime();
      const until = new Date(Math.max(now + hourMs, dueAt));
      await this.tokens.postponeRefresh(accountId, account.token_version, until, new Date(now));
      await this.alertWhenLate(account, error.message);
      return;
    }
    const note = isGraphError(error) ? noteOf(error) : { message: error.message };
    const retryAt = retryRefreshAt(account.refresh.failures + 1, now);
    await this.tokens.postponeRefresh(accountId, account.token_version, retryAt, new Date(now), note.message);
    await this.health.noteError(accountId, 'refresh', note);
    this.logger.warn({ msg: 'token not refreshed', account_id: accountId, retry_at: retryAt, err: error });
    if (isGraphError(error) && isDeadToken(error)) {
      await this.health.markNeedsReauth(accountId, note.message, account.token_version);
    } else {
      await this.alertWhenLate(account, note.message);
    }
  }

  private async alertWhenLate(account: AccountRecord, reason: string): Promise<void> {
    const now = this.clock.now();
    const endsAt = account.token_expires_at?.getTime();
    const late =
      endsAt === undefined
        ? now - failingSince(account, now) >= alertAfterFailingMs
        : endsAt - now < alertBeforeExpiryMs;
    if (late) await this.alertExpiry(account, reason);
  }

  private async alertExpiry(account: AccountRecord, reason: string): Promise<void> {
    const now = this.clock.now();
    await this.alerts.raise('token_expiring', {
      account_id: account._id.toHexString(),
      text: `The token of @${account.username} ${whenItEnds(account, now)} and keeps failing to refresh (${reason}). Connect the account again before it stops sending.`,
    });
  }
}

/** The first failure in a row; of a token that was never refreshed, when we got it. */
function failingSince({ token_obtained_at: obtainedAt, refresh }: AccountRecord, now: number): number {
  const everRefreshed = refresh.refreshed_at && (!obtainedAt || refresh.refreshed_at >= obtainedAt);
  return (everRefreshed ? refresh.failing_since : (obtainedAt ?? refresh.failing_since))?.getTime() ?? now;
}

function whenItEnds(account: AccountRecord, now: number): string {
  const endsAt = account.token_expires_at?.getTime();
  if (endsAt === undefined) {
    const since = new Date(failingSince(account, now)).toISOString().slice(0, 10);
    return `may end any day, Meta has not told when: it has not been refreshed since ${since}`;
  }
  const days = Math.floor((endsAt - now) / dayMs);
  if (days < 0) return 'has ended';
  return `ends in ${days === 0 ? 'less than a day' : `${days} day${days === 1 ? '' : 's'}`}`;
}

/** How Meta words it isn't documented: of a token that is not a day old here, a refusal other than a passing one says nothing. */
function mayBeTooYoung({ token_obtained_at: obtainedAt }: AccountRecord, error: unknown, now: number): boolean {
  if (isTokenTooYoung(error)) return true;
  if (!(error instanceof GraphApiError) || !obtainedAt || now - obtainedAt.getTime() >= minTokenAgeMs) return false;
  const { kind } = classifyGraphFailure(error);
  return kind !== 'temporary' && kind !== 'rate_limited';
}

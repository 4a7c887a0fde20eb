import { Injectable, Logger } from '@nestjs/common';
import { GraphApiError, isGraphError } from '#libs/graph-api';
import { ChannelsService, type ChannelDialog, type ChannelIdentity } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { AppError } from '../../errors/index.js';
import type { AccountLogin } from '../account.schema.js';
import { ConnectService } from '../connect/connect.service.js';
import { noteOf } from '../meta/meta-errors.js';
import { OAuthRefusedError } from './oauth.errors.js';
import { OAuthStatesService, type OAuthAsker } from './oauth-states.service.js';

/** What Meta's dialog sends the browser back with. */
export interface OAuthReturn {
  code?: string;
  state?: string;
  error?: string;
  error_reason?: string;
  error_description?: string;
}

/** How an attempt ended, in words for the person who made it. Holds no token. */
export type OAuthOutcome =
  | { ok: true; accounts: { _id: string; username: string }[]; message: string }
  | { ok: false; code: string; message: string };

interface Connected {
  accounts: { _id: string; username: string }[];
  /** Sentences about those that could not be connected beside the others. */
  refused: string[];
}

/** What Meta gave for a code. */
interface Exchanged {
  identities: ChannelIdentity[];
  /** Sentences for the person, where something may be wrong that Meta does not tell. */
  doubts: string[];
}

const scopesUnknown =
  'Meta did not say which permissions were given: if no messages arrive, connect again and leave all of them switched on.';

export interface OAuthStart {
  url: string;
  expiresAt: Date;
  browserKey: string;
}

/** Connecting an account by clicking through Meta's dialog. */
@Injectable()
export class OAuthService {
  private readonly logger = new Logger(OAuthService.name);

  constructor(
    private readonly states: OAuthStatesService,
    private readonly channels: ChannelsService,
    private readonly connecting: ConnectService,
    private readonly config: AppConfig,
  ) {}

  /** @throws {OAuthRefusedError} when this login has no app id or secret configured */
  async start(login: AccountLogin, userId: string, by: OAuthAsker, browserKey?: string): Promise<OAuthStart> {
    const dialog = this.dialogOf(login);
    const { state, browserKey: key, expiresAt } = await this.states.create(login, userId, by, browserKey);
    const url = dialog.url(login, { redirectUri: this.redirectUri(login), state });
    return { url, expiresAt, browserKey: key };
  }

  /** Never throws for what a person or Meta did: each way it can end has a sentence. */
  async finish(login: AccountLogin, back: OAuthReturn, browserKey: string | undefined): Promise<OAuthOutcome> {
    try {
      const { accounts, refused } = await this.connectAll(login, back, browserKey);
      const names = accounts.map(({ username }) => `@${username}`).join(', ');
      const sentence = `${names} ${accounts.length === 1 ? 'is' : 'are'} connected.`;
      return { ok: true, accounts, message: [sentence, ...refused].join(' ') };
    } catch (error) {
      if (isGraphError(error)) {
        this.logger.warn({ msg: 'connecting failed at Meta', login, err: error });
        const more = error instanceof GraphApiError ? ` Meta says: ${noteOf(error).message}` : '';
        return { ok: false, code: 'login_failed', message: `${new OAuthRefusedError('login_failed').message}${more}` };
      }
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      this.logger.log({ msg: 'connecting did not work out', login, reason: error.code });
      return { ok: false, code: error.code, message: error.message };
    }
  }

  private async connectAll(login: AccountLogin, back: OAuthReturn, browserKey: string | undefined): Promise<Connected> {
    // The state first: whoever can't show a good one learns nothing else, and uses up nobody's.
    const { userId, by } = await this.states.redeem(login, back.state, browserKey);
    if (back.error !== undefined || back.error_reason !== undefined) {
      throw new OAuthRefusedError(isDenial(back) ? 'declined' : 'login_failed');
    }
    if (back.code === undefined) throw new OAuthRefusedError('login_failed');
    const { identities, doubts } = await this.exchange(login, back.code);
    if (identities.length === 0) throw new OAuthRefusedError('no_accounts');
    const { accounts, refused } = await this.connectEach(userId, identities, by);
    return { accounts, refused: [...refused, ...doubts] };
  }

  private async connectEach(userId: string, identities: ChannelIdentity[], by: OAuthAsker): Promise<Connected> {
    const asker = { ...by, via: 'dialog' } as const;
    const { connected, taken } = await this.connecting.connectEach(userId, identities, undefined, asker);
    const refused = taken.map(({ message }) => message);
    if (connected.length === 0) {
      const [only, ...others] = taken;
      throw only && others.length === 0 ? only : new OAuthRefusedError('no_accounts', refused.join(' '));
    }
    const accounts = connected.map(({ _id, username }) => ({ _id: _id.toHexString(), username }));
    return { accounts, refused };
  }

  private async exchange(login: AccountLogin, code: string): Promise<Exchanged> {
    const dialog = this.dialogOf(login);
    const token = await dialog.redeem(login, code, this.redirectUri(login));
    const { scopes } = token;
    if (!scopes) this.logger.warn({ msg: 'Meta did not say which permissions were given', login });
    const missing = dialog.requiredScopes(login).filter((scope) => scopes && !scopes.includes(scope));
    if (missing.length > 0) throw new OAuthRefusedError('scopes_missing', `missing ${missing.join(', ')}`);
    return { identities: await dialog.identitiesOf(login, token), doubts: scopes ? [] : [scopesUnknown] };
  }

  private dialogOf(login: AccountLogin): ChannelDialog {
    const dialogs = this.channels.all.flatMap(({ connecting }) => connecting.dialog ?? []);
    const dialog = dialogs.find(({ logins }) => logins.includes(login));
    if (!dialog) throw new OAuthRefusedError('not_configured');
    return dialog;
  }

  private redirectUri(login: AccountLogin): string {
    return `${this.config.API_URL}/accounts/oauth/${login}/callback`;
  }
}

function isDenial({ error, error_reason: reason }: OAuthReturn): boolean {
  return error === 'access_denied' || reason === 'user_denied';
}

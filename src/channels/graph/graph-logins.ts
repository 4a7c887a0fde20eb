import {
  GraphApiError,
  isGraphError,
  isProofRefusal,
  type AppCredentials,
  type GraphClient,
  type GraphLogin,
  type PageResult,
} from '#libs/graph-api';
import type { AppConfig } from '../../config/index.js';
import { UpstreamError } from '../../errors/index.js';
import type { RedeemedToken } from '../connecting.port.js';

/** Meta's answer lacks what it must have. */
export class MetaResponseError extends UpstreamError {}

/** What connecting asks of Meta, alike for all of its channels. Rejects with the Graph client's errors. */
export class GraphLogins {
  constructor(
    private readonly graph: GraphClient,
    private readonly config: AppConfig,
  ) {}

  /** The app that this login goes through, if it is configured. */
  appOf(login: GraphLogin): AppCredentials | undefined {
    const { config } = this;
    const [clientId, secret] =
      login === 'instagram'
        ? [config.INSTAGRAM_CLIENT_ID, config.INSTAGRAM_CLIENT_SECRET]
        : [config.META_APP_ID, config.META_APP_SECRET];
    return clientId === undefined || secret === undefined ? undefined : { clientId, clientSecret: secret.reveal() };
  }

  /** A code of Meta's dialog for a long-lived token and the permissions that were really given. */
  async redeemCode(login: GraphLogin, app: AppCredentials, code: string, redirectUri: string): Promise<RedeemedToken> {
    const short = await this.graph.exchangeCode(login, { ...app, redirectUri, code });
    const { accessToken, expiresInS } = await this.graph.exchangeLongLived({ login, ...short }, app);
    // Instagram tells the permissions with the code, mostly; Facebook when asked.
    return { accessToken, expiresInS, scopes: short.permissions ?? (await this.scopesOf(login, accessToken)) };
  }

  /** A token that somebody pasted, for a long-lived one where it is short-lived and our app's. */
  async lengthen(login: GraphLogin, accessToken: string): Promise<RedeemedToken> {
    const app = this.appOf(login);
    if (!app) return { accessToken };
    try {
      const { accessToken: longer, expiresInS } = await this.graph.exchangeLongLived({ login, accessToken }, app);
      return { accessToken: longer, expiresInS };
    } catch (error) {
      // Long-lived already, a Page's, or another app's: it is what it is, and the next call tells what it is worth.
      if (error instanceof GraphApiError) return { accessToken };
      throw error;
    }
  }

  /** The Pages of a person's token; `null` for a Page's own token, which has no Pages. */
  async pagesOf(accessToken: string): Promise<PageResult[] | null> {
    try {
      return await this.graph.getPages({ login: 'facebook', accessToken });
    } catch (error) {
      if (error instanceof GraphApiError && error.code === 100 && !isProofRefusal(error)) return null;
      throw error;
    }
  }

  /** `undefined` where Meta does not say, be it that this host does not know the question. */
  async scopesOf(login: GraphLogin, accessToken: string): Promise<string[] | undefined> {
    try {
      const { granted, declined } = await this.graph.getPermissions({ login, accessToken });
      return granted.length + declined.length > 0 ? granted : undefined;
    } catch (error) {
      if (isGraphError(error)) return undefined;
      throw error;
    }
  }
}

/** Where Meta lists an app that somebody let in. */
export const whereFacebookLists = 'the Page’s owner’s “Business integrations” on Facebook';

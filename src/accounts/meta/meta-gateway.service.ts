import { Injectable } from '@nestjs/common';
import {
  GraphApiError,
  GraphClient,
  isGraphError,
  isProofRefusal,
  type AppCredentials,
  type GraphLogin,
  type PageResult,
} from '#libs/graph-api';
import { AppConfig } from '../../config/index.js';
import { MetaResponseError } from './meta-errors.js';
import type { MetaIdentity } from './meta-identity.js';

/** A token, and what is known of it. */
export interface MetaToken {
  accessToken: string;
  /** Seconds. */
  expiresInS?: number;
  /** Granted permissions; absent where Meta did not say. */
  scopes?: string[];
}

const platform = 'meta_instagram';

/** What connecting asks of Meta, the same for both logins. Rejects with the Graph client's errors. */
@Injectable()
export class MetaGatewayService {
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
  async redeemCode(login: GraphLogin, app: AppCredentials, code: string, redirectUri: string): Promise<MetaToken> {
    const short = await this.graph.exchangeCode(login, { ...app, redirectUri, code });
    const { accessToken, expiresInS } = await this.graph.exchangeLongLived({ login, ...short }, app);
    // Instagram tells the permissions with the code, mostly; Facebook when asked.
    return { accessToken, expiresInS, scopes: short.permissions ?? (await this.scopesOf(login, accessToken)) };
  }

  /** A token that somebody pasted, for a long-lived one where it is short-lived and our app's. */
  async lengthen(login: GraphLogin, accessToken: string): Promise<MetaToken> {
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

  /** The Instagram accounts a token speaks for: its own, or its Pages'. */
  async identitiesOf(login: GraphLogin, token: MetaToken): Promise<MetaIdentity[]> {
    return login === 'instagram' ? [await this.ownIdentity(token)] : this.pageIdentities(token);
  }

  private async ownIdentity({ accessToken, expiresInS, scopes = [] }: MetaToken): Promise<MetaIdentity> {
    const me = await this.graph.getMe({ login: 'instagram', accessToken });
    if (me.userId === undefined) throw new MetaResponseError('Meta did not say which professional account this is.');
    const username = me.username ?? me.userId;
    return {
      platform,
      login: 'instagram',
      accessToken,
      expiresInS,
      externalId: me.userId,
      username,
      instagramData: {
        ig_id: me.userId,
        id: me.id,
        username,
        name: me.name,
        account_type: me.accountType,
        profile_picture_url: me.profilePictureUrl,
      },
      meta: { id: me.id, name: me.name, username },
      scopes,
    };
  }

  private async pageIdentities({ accessToken, expiresInS, scopes }: MetaToken): Promise<MetaIdentity[]> {
    const token = { login: 'facebook', accessToken } as const;
    const pages = await this.pagesOf(accessToken);
    if (!pages) {
      const page = await this.graph.getOwnPage(token);
      // A Page's own token ends when Meta said; those that come of a person's long-lived token don't end.
      return identitiesOfPages([{ ...page, accessToken }], scopes ?? []).map((identity) => ({
        ...identity,
        expiresInS,
      }));
    }
    const [{ id: appUserId }, known] = await Promise.all([
      this.graph.getMe(token),
      scopes ?? this.scopesOf('facebook', accessToken),
    ]);
    return identitiesOfPages(pages, known ?? []).map((identity) => ({ ...identity, appUserId }));
  }

  /** The Pages a token speaks for, as accounts of Messenger: its own, or its person's. */
  async messengerIdentitiesOf({ accessToken, expiresInS, scopes = [] }: MetaToken): Promise<MetaIdentity[]> {
    const pages = await this.pagesOf(accessToken);
    const own = pages ?? [{ ...(await this.graph.getOwnPage({ login: 'facebook', accessToken })), accessToken }];
    return own.flatMap(({ id, name, accessToken: pageToken }): MetaIdentity[] =>
      pageToken === undefined
        ? []
        : [
            {
              platform: 'meta_messenger',
              login: 'facebook',
              accessToken: pageToken,
              ...(pages ? {} : { expiresInS }),
              externalId: id,
              username: name ?? id,
              meta: { id, name },
              scopes,
            },
          ],
    );
  }

  /** `null` for a Page's own token, which has no Pages. */
  private async pagesOf(accessToken: string): Promise<PageResult[] | null> {
    try {
      return await this.graph.getPages({ login: 'facebook', accessToken });
    } catch (error) {
      if (error instanceof GraphApiError && error.code === 100 && !isProofRefusal(error)) return null;
      throw error;
    }
  }

  /** `undefined` where Meta does not say, be it that this host does not know the question. */
  private async scopesOf(login: GraphLogin, accessToken: string): Promise<string[] | undefined> {
    try {
      const { granted, declined } = await this.graph.getPermissions({ login, accessToken });
      return granted.length + declined.length > 0 ? granted : undefined;
    } catch (error) {
      if (isGraphError(error)) return undefined;
      throw error;
    }
  }
}

function identitiesOfPages(pages: PageResult[], scopes: string[]): MetaIdentity[] {
  return pages.flatMap(({ id, name, accessToken, instagram }): MetaIdentity[] => {
    if (!instagram || accessToken === undefined) return [];
    const { id: igId, username = igId, name: igName, profilePictureUrl } = instagram;
    return [
      {
        platform,
        login: 'facebook',
        accessToken,
        externalId: igId,
        username,
        instagramData: { ig_id: igId, username, name: igName, profile_picture_url: profilePictureUrl },
        meta: { id, name },
        scopes,
      },
    ];
  });
}

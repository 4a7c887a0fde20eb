import type { AppCredentials, GraphClient, GraphLogin } from '#libs/graph-api';
import type { ChannelDialog, ChannelIdentity, RedeemedToken } from '../connecting.port.js';
import { graphLoginOf } from '../graph/graph-access.js';
import type { GraphLogins } from '../graph/graph-logins.js';

/** Without these no message can be received or answered. */
const requiredScopes: Record<GraphLogin, readonly string[]> = {
  instagram: ['instagram_business_basic', 'instagram_business_manage_messages'],
  facebook: ['instagram_basic', 'instagram_manage_messages', 'pages_manage_metadata', 'pages_show_list'],
};

/** What the dialog asks for: comments are needed for private replies, the rest of Page access for its token. */
const requestedScopes: Record<GraphLogin, readonly string[]> = {
  instagram: [...requiredScopes.instagram, 'instagram_business_manage_comments'],
  facebook: [
    ...requiredScopes.facebook,
    ...['instagram_manage_comments', 'pages_messaging', 'pages_read_engagement', 'business_management'],
  ],
};

/** Meta's dialogs that end in an Instagram account: Instagram's own login, and Facebook's. */
export class InstagramDialog implements ChannelDialog {
  constructor(
    private readonly graph: GraphClient,
    private readonly at: GraphLogins,
    readonly identitiesOf: (login: string, token: RedeemedToken) => Promise<ChannelIdentity[]>,
  ) {}

  get logins(): string[] {
    return (['instagram', 'facebook'] as const).filter((login) => this.at.appOf(login));
  }

  requiredScopes(login: string): readonly string[] {
    return requiredScopes[graphLoginOf(login)];
  }

  url(loginName: string, way: { redirectUri: string; state: string }): string {
    const login = graphLoginOf(loginName);
    const { clientId } = this.appOf(login);
    return this.graph.authorizeUrl(login, { clientId, ...way, scopes: requestedScopes[login] });
  }

  async redeem(loginName: string, code: string, redirectUri: string): Promise<RedeemedToken> {
    const login = graphLoginOf(loginName);
    return this.at.redeemCode(login, this.appOf(login), code, redirectUri);
  }

  private appOf(login: GraphLogin): AppCredentials {
    const app = this.at.appOf(login);
    if (!app) throw new Error(`No app is set up for the login "${login}".`);
    return app;
  }
}

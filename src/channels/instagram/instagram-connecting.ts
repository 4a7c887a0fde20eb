import type { GraphClient, PageResult } from '#libs/graph-api';
import type { ChannelConnecting, ChannelIdentity, GivenToken, RedeemedToken } from '../connecting.port.js';
import { graphLoginOf } from '../graph/graph-access.js';
import { MetaResponseError, whereFacebookLists, type GraphLogins } from '../graph/graph-logins.js';
import { InstagramDialog } from './instagram-dialog.js';

const platform = 'meta_instagram';

/** An Instagram account comes with its own token, or with that of the Page it belongs to. */
export class InstagramConnecting implements ChannelConnecting {
  readonly accountNoun = 'Instagram professional account';
  readonly dialog: InstagramDialog;

  constructor(
    private readonly graph: GraphClient,
    private readonly logins: GraphLogins,
  ) {
    this.dialog = new InstagramDialog(graph, logins, (login, token) => this.accountsOf(login, token));
  }

  whereToRemove(login: string): string {
    return login === 'instagram' ? 'the account’s “Apps and websites” on Instagram' : whereFacebookLists;
  }

  async identitiesOf({ login = 'instagram', accessToken }: GivenToken): Promise<ChannelIdentity[]> {
    return this.accountsOf(login, await this.logins.lengthen(graphLoginOf(login), accessToken));
  }

  private async accountsOf(login: string, token: RedeemedToken): Promise<ChannelIdentity[]> {
    return login === 'instagram' ? [await this.ownIdentity(token)] : this.pageIdentities(token);
  }

  private async ownIdentity({ accessToken, expiresInS, scopes = [] }: RedeemedToken): Promise<ChannelIdentity> {
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

  private async pageIdentities({ accessToken, expiresInS, scopes }: RedeemedToken): Promise<ChannelIdentity[]> {
    const token = { login: 'facebook', accessToken } as const;
    const pages = await this.logins.pagesOf(accessToken);
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
      scopes ?? this.logins.scopesOf('facebook', accessToken),
    ]);
    return identitiesOfPages(pages, known ?? []).map((identity) => ({ ...identity, appUserId }));
  }
}

function identitiesOfPages(pages: PageResult[], scopes: string[]): ChannelIdentity[] {
  return pages.flatMap(({ id, name, accessToken, instagram }): ChannelIdentity[] => {
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

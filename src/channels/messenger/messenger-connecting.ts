import type { GraphClient } from '#libs/graph-api';
import type { ChannelConnecting, ChannelIdentity, GivenToken } from '../connecting.port.js';
import { whereFacebookLists, type GraphLogins } from '../graph/graph-logins.js';

/** A Page comes with its own token, or with that of a person who looks after it. */
export class MessengerConnecting implements ChannelConnecting {
  readonly accountNoun = 'Page';

  constructor(
    private readonly graph: GraphClient,
    private readonly logins: GraphLogins,
  ) {}

  whereToRemove(): string {
    return whereFacebookLists;
  }

  async identitiesOf(given: GivenToken): Promise<ChannelIdentity[]> {
    const { accessToken, expiresInS } = await this.logins.lengthen('facebook', given.accessToken);
    const pages = await this.logins.pagesOf(accessToken);
    const own = pages ?? [{ ...(await this.graph.getOwnPage({ login: 'facebook', accessToken })), accessToken }];
    return own.flatMap(({ id, name, accessToken: pageToken }): ChannelIdentity[] =>
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
              scopes: [],
            },
          ],
    );
  }
}

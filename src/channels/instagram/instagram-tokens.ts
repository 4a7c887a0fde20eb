import type { GraphClient } from '#libs/graph-api';
import type { CallOptions, ChannelTokens, RefreshedToken } from '../facets.port.js';

/** Tokens of the Instagram login live for 60 days and are renewed; those of a Page don't end. */
export class InstagramTokens implements ChannelTokens {
  constructor(private readonly graph: GraphClient) {}

  isRefreshed(login: string): boolean {
    return login === 'instagram';
  }

  refresh(accessToken: string, options?: CallOptions): Promise<RefreshedToken> {
    return this.graph.refresh(accessToken, options);
  }
}

import type { GraphClient, UserProfile } from '#libs/graph-api';
import type { CallOptions, ChannelPeople } from '../facets.port.js';
import { graphAccessOf } from './graph-access.js';
import type { ChannelAccess } from '../outbound.port.js';

/** Looks people up through the Graph API. */
export class GraphPeople implements ChannelPeople {
  constructor(private readonly graph: GraphClient) {}

  profileOf(access: ChannelAccess, participantId: string, options?: CallOptions): Promise<UserProfile> {
    return this.graph.getUserProfile(graphAccessOf(access), participantId, options);
  }
}

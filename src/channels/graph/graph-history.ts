import type { GraphClient, GraphConversation, GraphMessage, GraphPage } from '#libs/graph-api';
import type { CallOptions, ChannelHistory, ListOptions } from '../facets.port.js';
import { graphAccessOf } from './graph-access.js';
import type { ChannelAccess } from '../outbound.port.js';

/** Reads conversations through the Graph API: content of a conversation's twenty newest messages, of older ones ids. */
export class GraphHistory implements ChannelHistory {
  constructor(
    private readonly graph: GraphClient,
    private readonly platform: 'instagram' | 'messenger' = 'instagram',
  ) {}

  threads(access: ChannelAccess, options?: ListOptions): Promise<GraphPage<GraphConversation>> {
    return this.graph.getConversations(graphAccessOf(access), { ...options, platform: this.platform });
  }

  threadWith(
    access: ChannelAccess,
    participantId: string,
    options?: CallOptions,
  ): Promise<GraphConversation | undefined> {
    return this.graph.findConversation(graphAccessOf(access), participantId, { ...options, platform: this.platform });
  }

  messages(access: ChannelAccess, threadId: string, options?: ListOptions): Promise<GraphPage<GraphMessage>> {
    return this.graph.getMessages(graphAccessOf(access), threadId, options);
  }

  message(access: ChannelAccess, mid: string, options?: CallOptions): Promise<GraphMessage> {
    return this.graph.getMessage(graphAccessOf(access), mid, options);
  }
}

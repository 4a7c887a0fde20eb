import { isGraphError, splitText, type GraphClient } from '#libs/graph-api';
import { graphFailureOf, usageIn } from '../graph/call-result.js';
import { graphBodyOf } from '../graph/send-body-of.js';
import type { CallResult, ChannelAccess, ChannelOutbound, OutboundMessage } from '../outbound.port.js';
import { graphAccessOf } from '../graph/graph-access.js';

/** Sends through `POST /messages` of the Graph API. */
export class InstagramOutbound implements ChannelOutbound {
  constructor(private readonly graph: GraphClient) {}

  async send(access: ChannelAccess, message: OutboundMessage): Promise<CallResult> {
    try {
      const { messageId, recipientId, raw, usage } = await this.graph.send(graphAccessOf(access), graphBodyOf(message));
      return { kind: 'sent', mid: messageId, recipientId, result: raw, ...usageIn(usage) };
    } catch (error) {
      if (!isGraphError(error)) throw error;
      return { ...graphFailureOf(error), ...usageIn(error.usage) };
    }
  }

  splitText(text: string): string[] {
    return splitText(text);
  }
}

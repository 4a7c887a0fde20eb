import { isGraphError, MESSENGER_LIMITS, splitText, type GraphClient, type SendBody } from '#libs/graph-api';
import { graphFailureOf, usageIn } from '../graph/call-result.js';
import { graphBodyOf } from '../graph/send-body-of.js';
import { graphAccessOf } from '../graph/graph-access.js';
import type { CallResult, ChannelAccess, ChannelOutbound, OutboundMessage } from '../outbound.port.js';

const textLimit = { max: MESSENGER_LIMITS.textCharacters, unit: 'characters' } as const;

/** Sends through `POST /{page-id}/messages`, each message with its handle as `metadata`. */
export class MessengerOutbound implements ChannelOutbound {
  constructor(private readonly graph: GraphClient) {}

  async send(access: ChannelAccess, message: OutboundMessage): Promise<CallResult> {
    try {
      const sent = await this.graph.send(graphAccessOf(access), bodyOf(message), { textLimit });
      const { messageId, recipientId, raw, usage } = sent;
      return { kind: 'sent', mid: messageId, recipientId, result: raw, ...usageIn(usage) };
    } catch (error) {
      if (!isGraphError(error)) throw error;
      return { ...graphFailureOf(error), ...usageIn(error.usage) };
    }
  }

  splitText(text: string): string[] {
    return splitText(text, textLimit.max, textLimit.unit);
  }
}

function bodyOf(message: OutboundMessage): SendBody {
  const body = graphBodyOf(message);
  const { sendHandle } = message;
  return sendHandle === undefined ? body : { ...body, message: { ...body.message, metadata: sendHandle } };
}

import { GraphCallError, isGraphError, splitText, type GraphClient, type GraphError } from '#libs/graph-api';
import {
  classifyWhatsAppFailure,
  findWhatsAppProblem,
  WHATSAPP_LIMITS,
  whatsAppBodyOf,
  WhatsAppClient,
  type WhatsAppMessage,
} from '#libs/whatsapp-api';
import { callErrorOf } from '../graph/call-result.js';
import type { CallResult, ChannelAccess, ChannelOutbound, OutboundMessage } from '../outbound.port.js';

/** Sends through `POST /{phone-number-id}/messages`, each message with its handle as `biz_opaque_callback_data`. */
export class WhatsAppOutbound implements ChannelOutbound {
  private readonly api: WhatsAppClient;

  constructor(graph: GraphClient) {
    this.api = new WhatsAppClient(graph);
  }

  async send({ accessToken, externalId }: ChannelAccess, message: OutboundMessage): Promise<CallResult> {
    try {
      const asked = wanted(message);
      const problem = findWhatsAppProblem(asked);
      if (problem) throw refusedHere(problem);
      const sent = await this.api.send({ accessToken, phoneNumberId: externalId }, whatsAppBodyOf(asked));
      return { kind: 'sent', mid: sent.messageId, personIds: sent.personIds, result: sent.raw };
    } catch (error) {
      if (!isGraphError(error)) throw error;
      return failureOf(error);
    }
  }

  splitText(text: string): string[] {
    return splitText(text, WHATSAPP_LIMITS.text, 'characters');
  }
}

function wanted(message: OutboundMessage): WhatsAppMessage {
  const { recipientId, personIds = [], text, attachment, quickReplies, template, replyToMid, sendHandle } = message;
  // A phone number reaches the person under any of their other ids; not everything may be sent to a BSUID.
  const phone = personIds.find(({ kind }) => kind === 'phone');
  return {
    to: (phone ?? personIds[0])?.value ?? recipientId,
    text,
    media: attachment && { type: attachment.type, link: attachment.url },
    choices: quickReplies,
    template,
    replyToMid,
    callbackData: sendHandle,
  };
}

function refusedHere(problem: string): GraphCallError {
  const route = { host: 'facebook', route: 'whatsapp_send', method: 'POST' } as const;
  return new GraphCallError(problem, { ...route, reason: 'invalid', delivered: 'no' });
}

function failureOf(error: GraphError): CallResult {
  const { kind, retryAfterMs, scope } = classifyWhatsAppFailure(error);
  const said = callErrorOf(error, kind);
  if (kind === 'outcome_unknown') return { kind: 'unknown', error: said };
  return {
    kind: 'not_sent',
    refusal: kind,
    error: said,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(scope === undefined ? {} : { scope }),
  };
}

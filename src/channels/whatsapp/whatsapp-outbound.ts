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
import { nameIn, UnfitFileError, WhatsAppUploads } from './whatsapp-uploads.js';
import type { CallResult, ChannelAccess, ChannelOutbound, OutboundMessage } from '../outbound.port.js';

/** Sends through `POST /{phone-number-id}/messages`, each message with its handle as `biz_opaque_callback_data`. */
export class WhatsAppOutbound implements ChannelOutbound {
  private readonly api: WhatsAppClient;
  private readonly uploads: WhatsAppUploads;

  /** @param isLocal files may come from this machine: development alone */
  constructor(graph: GraphClient, isLocal = false) {
    this.api = new WhatsAppClient(graph);
    this.uploads = new WhatsAppUploads(graph, isLocal);
  }

  async send(access: ChannelAccess, message: OutboundMessage): Promise<CallResult> {
    const { accessToken, externalId } = access;
    try {
      const asked = wanted(message);
      const problem = findWhatsAppProblem(asked);
      if (problem) throw refusedHere(problem);
      const isUp = await this.uploaded(access, message, asked);
      if (isUp) return isUp;
      const sent = await this.api.send({ accessToken, phoneNumberId: externalId }, whatsAppBodyOf(asked));
      return { kind: 'sent', mid: sent.messageId, personIds: sent.personIds, result: sent.raw };
    } catch (error) {
      if (!isGraphError(error)) throw error;
      return failureOf(error);
    }
  }

  /** Puts the file's id into the message. Nothing was sent where it fails. */
  private async uploaded(
    access: ChannelAccess,
    { attachment }: OutboundMessage,
    { media }: WhatsAppMessage,
  ): Promise<CallResult | undefined> {
    if (!attachment || !media) return undefined;
    try {
      media.id = await this.uploads.upload(access, attachment);
      return undefined;
    } catch (error) {
      if (error instanceof UnfitFileError) throw refusedHere(error.message);
      if (!isGraphError(error)) throw error;
      const failed = failureOf(error);
      // Nothing was sent yet; where it can't be passed on, WhatsApp fetches it by its link.
      return failed.kind === 'not_sent' && failed.refusal !== 'not_reached' ? failed : undefined;
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
    media: attachment && { type: attachment.type, link: attachment.url, filename: nameIn(attachment.url) },
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

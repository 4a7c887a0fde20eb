import {
  classifyGraphFailure,
  GraphApiError,
  isGraphError,
  splitText,
  type GraphClient,
  type GraphError,
  type GraphUsage,
  type SendBody,
} from '#libs/graph-api';
import type { CallError, CallResult, ChannelAccess, ChannelOutbound, OutboundMessage } from '../outbound.port.js';
import { graphAccessOf } from './graph-access.js';

/** Sends through `POST /messages` of the Graph API. */
export class InstagramOutbound implements ChannelOutbound {
  constructor(private readonly graph: GraphClient) {}

  async send(access: ChannelAccess, message: OutboundMessage): Promise<CallResult> {
    try {
      const { messageId, recipientId, raw, usage } = await this.graph.send(graphAccessOf(access), bodyOf(message));
      return { kind: 'sent', mid: messageId, recipientId, result: raw, ...usageIn(usage) };
    } catch (error) {
      if (!isGraphError(error)) throw error;
      return { ...failureOf(error), ...usageIn(error.usage) };
    }
  }

  splitText(text: string): string[] {
    return splitText(text);
  }
}

function usageIn(usage: GraphUsage | undefined): Pick<CallResult, 'usage'> {
  return usage ? { usage: { percent: usage.percent, regainMs: usage.regainMs } } : {};
}

function failureOf(error: GraphError): CallResult {
  const { kind, retryAfterMs } = classifyGraphFailure(error);
  const api = error instanceof GraphApiError ? error : undefined;
  const said: CallError = {
    kind,
    message: error.message,
    ...(api?.code === undefined ? {} : { code: api.code }),
    ...(api?.subcode === undefined ? {} : { subcode: api.subcode }),
    ...(api?.fbtraceId === undefined ? {} : { fbtrace_id: api.fbtraceId }),
  };
  if (kind === 'outcome_unknown') return { kind: 'unknown', error: said };
  return { kind: 'not_sent', refusal: kind, error: said, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function bodyOf(message: OutboundMessage): SendBody {
  const { recipientId, text, attachment, quickReplies, replyToMid, commentId, asHumanAgent } = message;
  const content: SendBody['message'] = {
    ...(attachment ? { attachment: attachmentOf(attachment) } : { text }),
    ...(quickReplies ? { quick_replies: quickReplies.map((reply) => ({ content_type: 'text', ...reply })) } : {}),
  };
  if (commentId !== undefined) return { recipient: { comment_id: commentId }, message: content };
  return {
    recipient: { id: recipientId },
    messaging_type: asHumanAgent ? 'MESSAGE_TAG' : 'RESPONSE',
    ...(asHumanAgent ? { tag: 'HUMAN_AGENT' } : {}),
    message: content,
    ...(replyToMid === undefined ? {} : { reply_to: { mid: replyToMid } }),
  };
}

function attachmentOf({ type, url, isReusable }: NonNullable<OutboundMessage['attachment']>) {
  return { type, payload: { url, ...(isReusable === undefined ? {} : { is_reusable: isReusable }) } };
}

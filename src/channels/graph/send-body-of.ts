import type { SendBody } from '#libs/graph-api';
import type { OutboundMessage } from '../outbound.port.js';

/** The body of `POST /messages`, the same on Instagram and Messenger. */
export function graphBodyOf(message: OutboundMessage): SendBody {
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

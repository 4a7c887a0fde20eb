import type { TextUnit } from './split-text.js';

/** Meta's limits of one message. Text counts in bytes of UTF-8, the rest in characters. */
export const SEND_LIMITS = {
  textBytes: 1000,
  quickReplies: 13,
  quickReplyTitle: 20,
  quickReplyPayload: 1000,
  media: {
    image: { maxBytes: 8_000_000, contentTypes: ['image/png', 'image/jpeg', 'image/gif'] },
    video: {
      maxBytes: 25_000_000,
      contentTypes: ['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/quicktime', 'video/webm'],
    },
    audio: { maxBytes: 25_000_000, contentTypes: ['audio/aac', 'audio/mp4', 'audio/wav'] },
    file: { maxBytes: 25_000_000, contentTypes: ['application/pdf'] },
  },
} as const;

/** Messenger's limits. Meta writes "less than 2000 characters" of a text. */
export const MESSENGER_LIMITS = {
  textCharacters: 1999,
  quickReplies: 13,
  quickReplyTitle: 20,
  quickReplyPayload: 1000,
  metadataCharacters: 999,
  media: {
    image: { maxBytes: 8_000_000, contentTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] },
    video: { maxBytes: 25_000_000, contentTypes: ['*'] },
    audio: { maxBytes: 25_000_000, contentTypes: ['*'] },
    file: { maxBytes: 25_000_000, contentTypes: ['*'] },
  },
} as const;

export interface TextLimitOfBody {
  max: number;
  unit: TextUnit;
}

const instagramText: TextLimitOfBody = { max: SEND_LIMITS.textBytes, unit: 'bytes' };

export type SendMediaType = 'image' | 'video' | 'audio' | 'file';

export interface SendMedia {
  type: SendMediaType;
  /** Meta fetches it from there. */
  url: string;
  /** Lets Meta keep it for another message. */
  isReusable?: boolean;
}

export interface QuickReply {
  /** What the person sees and seems to say. */
  title: string;
  /** What the webhook brings when they tap it. */
  payload: string;
}

/** `HUMAN_AGENT`: a person answers within 7 days of the last message. Never for what a machine wrote. */
export type SendTag = 'HUMAN_AGENT';

export interface MessageOptions {
  /** The message this one answers, by Meta's id. */
  replyToMid?: string;
  tag?: SendTag;
}

export type SenderAction =
  | { action: 'typing_on' | 'typing_off' | 'mark_seen' }
  | { action: 'react'; messageId: string; reaction: string }
  | { action: 'unreact'; messageId: string };

/** A body of `POST /messages`, as it goes over the wire. */
export interface SendBody {
  recipient: { id: string } | { comment_id: string };
  messaging_type?: 'RESPONSE' | 'MESSAGE_TAG';
  tag?: SendTag;
  message?: {
    text?: string;
    attachment?: { type: string; payload?: Record<string, unknown> };
    attachments?: readonly { type: string; payload?: Record<string, unknown> }[];
    quick_replies?: readonly { content_type: string; title?: string; payload?: string }[];
    /** Messenger: comes back in the echo, and nowhere else. */
    metadata?: string;
  };
  reply_to?: { mid: string };
  sender_action?: SenderAction['action'];
  payload?: { message_id: string; reaction?: string };
}

export function textBody(recipientId: string, text: string, options: MessageOptions = {}): SendBody {
  return { ...envelope(recipientId, options), message: { text } };
}

export function mediaBody(recipientId: string, media: SendMedia, options: MessageOptions = {}): SendBody {
  const { type, url, isReusable } = media;
  const payload = { url, ...(isReusable === undefined ? {} : { is_reusable: isReusable }) };
  return { ...envelope(recipientId, options), message: { attachment: { type, payload } } };
}

export function quickRepliesBody(
  recipientId: string,
  text: string,
  quickReplies: readonly QuickReply[],
  options: MessageOptions = {},
): SendBody {
  const replies = quickReplies.map(({ title, payload }) => ({ content_type: 'text', title, payload }));
  return { ...envelope(recipientId, options), message: { text, quick_replies: replies } };
}

export function privateReplyBody(commentId: string, text: string): SendBody {
  return { recipient: { comment_id: commentId }, message: { text } };
}

export function senderActionBody(recipientId: string, action: SenderAction): SendBody {
  const body: SendBody = { recipient: { id: recipientId }, sender_action: action.action };
  if (action.action === 'react') {
    body.payload = { message_id: action.messageId, reaction: action.reaction };
  } else if (action.action === 'unreact') {
    body.payload = { message_id: action.messageId };
  }
  return body;
}

export function isSenderAction(body: SendBody): boolean {
  return body.sender_action !== undefined;
}

function envelope(recipientId: string, { replyToMid, tag }: MessageOptions): SendBody {
  return {
    recipient: { id: recipientId },
    messaging_type: tag ? 'MESSAGE_TAG' : 'RESPONSE',
    ...(tag ? { tag } : {}),
    ...(replyToMid === undefined ? {} : { reply_to: { mid: replyToMid } }),
  };
}

const mediaTypes: readonly string[] = ['image', 'video', 'audio', 'file'] satisfies SendMediaType[];

/**
 * Looks for what Meta would refuse with a bare "invalid parameter". The sentence quotes nothing of the message.
 * @returns `undefined` when the body may be sent
 */
export function findSendProblem(body: SendBody, limit: TextLimitOfBody = instagramText): string | undefined {
  const { recipient, message } = body;
  const to = 'id' in recipient ? recipient.id : recipient.comment_id;
  if (typeof to !== 'string' || to.trim() === '') return 'The message names no recipient.';
  if (isSenderAction(body)) return message ? 'A sender action carries no message.' : undefined;
  if (!message) return 'There is no message.';
  const { text, attachment, attachments, quick_replies: replies } = message;
  if ([text, attachment, attachments].filter((part) => part !== undefined).length !== 1) {
    return 'A message has either a text or attachments.';
  }
  return textProblem(text, limit) ?? mediaProblem(attachment) ?? repliesProblem(replies);
}

function textProblem(text: string | undefined, { max, unit }: TextLimitOfBody): string | undefined {
  if (text === undefined) return undefined;
  if (text.trim() === '') return 'The text is empty.';
  const size = unit === 'bytes' ? Buffer.byteLength(text) : text.length;
  const counted = unit === 'bytes' ? 'bytes of UTF-8' : unit;
  return size > max ? `The text has ${size} ${counted}, ${max} are allowed.` : undefined;
}

type Attachment = NonNullable<NonNullable<SendBody['message']>['attachment']>;

function mediaProblem(attachment: Attachment | undefined): string | undefined {
  if (!attachment || !mediaTypes.includes(attachment.type)) return undefined;
  const { url, attachment_id: kept } = attachment.payload ?? {};
  if (kept !== undefined) return undefined;
  return typeof url === 'string' && /^https?:\/\/\S+$/i.test(url) ? undefined : 'The attachment has no http(s) URL.';
}

function repliesProblem(replies: NonNullable<SendBody['message']>['quick_replies']): string | undefined {
  if (!replies) return undefined;
  if (replies.length < 1 || replies.length > SEND_LIMITS.quickReplies) {
    return `There are ${replies.length} quick replies, 1 to ${SEND_LIMITS.quickReplies} are allowed.`;
  }
  for (const { content_type: type, title = '', payload = '' } of replies) {
    if (type !== 'text') continue;
    if (!isWithin(title, SEND_LIMITS.quickReplyTitle)) {
      return `A quick reply’s title has 1 to ${SEND_LIMITS.quickReplyTitle} characters.`;
    }
    if (!isWithin(payload, SEND_LIMITS.quickReplyPayload)) {
      return `A quick reply’s payload has 1 to ${SEND_LIMITS.quickReplyPayload} characters.`;
    }
  }
  return undefined;
}

function isWithin(text: string, characters: number): boolean {
  return text.trim() !== '' && [...text].length <= characters;
}

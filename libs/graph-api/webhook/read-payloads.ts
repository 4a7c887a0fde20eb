import { createHash } from 'node:crypto';
import { toId, toMillis } from '../json.js';
import { absoluteUrl, readAttachments } from './attachments.js';
import {
  defined,
  isObject,
  readCount,
  readFlag,
  readMid,
  readText,
  setDefined,
  type JsonObject,
} from './read-values.js';
import type {
  CommentEvent,
  EventBase,
  HandoverEvent,
  Referral,
  ReplyTo,
  UnknownReason,
  WebhookEvent,
} from './webhook-event.js';

/** What is known of an event before its payload is read. */
export type EventDraft = Omit<EventBase, 'kind'>;

export interface PayloadContext {
  payload: JsonObject;
  /** The element around the payload; the payload itself where a change's value holds it directly. */
  event: JsonObject;
  /** The payload's key, or the `changes` field it came under. */
  key: string;
}

/** Reads one payload, or says why it can't be read; the event is then kept as `unknown`. */
export type PayloadReader = (draft: EventDraft, context: PayloadContext) => WebhookEvent | UnknownReason;

/** The part of an event that its kind adds. */
type Own<E> = E extends WebhookEvent ? Omit<E, Exclude<keyof EventBase, 'kind'>> & { isSelf?: boolean } : never;

/** Turns the draft itself into the event: it belongs to this one event, and copying it would cost more than reading did. */
export function complete(draft: EventDraft, own: Own<WebhookEvent>): WebhookEvent {
  return setDefined<EventDraft, Own<WebhookEvent>>(draft, own);
}

export function isDeletion(payload: JsonObject): boolean {
  return readFlag(payload.is_deleted);
}

export const readUnsend: PayloadReader = (draft, { payload, event }) => {
  const mid = readMessageMid(payload, event);
  return mid === undefined ? 'no_mid' : complete(draft, { kind: 'unsend', mid });
};

export const readMessage: PayloadReader = (draft, { payload, event }) => {
  const mid = readMessageMid(payload, event);
  if (mid === undefined) return 'no_mid';
  const quickReply = isObject(payload.quick_reply) ? readText(payload.quick_reply.payload) : undefined;
  return complete(draft, {
    kind: 'message',
    mid,
    text: readText(payload.text),
    attachments: readAttachments(payload.attachments ?? payload.attachment),
    quickReply: quickReply === undefined ? undefined : { payload: quickReply },
    replyTo: readReplyTo(payload.reply_to),
    referral: readReferralObject(payload.referral ?? event.referral),
    isUnsupported: readFlag(payload.is_unsupported),
    appId: toId(payload.app_id),
  });
};

function readMessageMid(payload: JsonObject, event: JsonObject): string | undefined {
  return readMid(payload) ?? readMid(event) ?? toId(payload.id);
}

function readReplyTo(value: unknown): ReplyTo | undefined {
  if (!isObject(value)) return undefined;
  const story = isObject(value.story)
    ? defined({ id: toId(value.story.id), url: absoluteUrl(value.story.url) })
    : undefined;
  const mid = readMid(value);
  return mid === undefined && story === undefined ? undefined : defined({ mid, story });
}

export const readPostback: PayloadReader = (draft, { payload, event }) => {
  const mid = readMid(payload) ?? readMid(event);
  const title = readText(payload.title);
  const data = readText(payload.payload);
  return complete(draft, {
    kind: 'postback',
    mid,
    key: mid ?? postbackKey(draft, data ?? title ?? ''),
    title,
    payload: data,
    referral: readReferralObject(payload.referral ?? event.referral),
  });
};

/** Ice breakers come without a mid: the same press must get the same key on every redelivery, so only its own facts count. */
function postbackKey({ accountIds, senderId, timestamp }: EventDraft, payload: string): string {
  const facts = [accountIds[0] ?? '', senderId ?? '', timestamp, payload].join('|');
  return `postback:${createHash('sha256').update(facts).digest('hex')}`;
}

export const readReaction: PayloadReader = (draft, { payload, event }) => {
  const mid = readMid(payload) ?? readMid(event);
  if (mid === undefined) return 'no_mid';
  const reaction = readText(payload.reaction);
  const emoji = readText(payload.emoji);
  const action = readText(payload.action)?.toLowerCase();
  // A reaction taken back says `unreact`; one without an action but with an emoji was set.
  const taken = action === undefined ? reaction === undefined && emoji === undefined : /^(?:un|remove)/.test(action);
  return complete(draft, {
    kind: 'reaction',
    mid,
    action: taken ? 'unreact' : 'react',
    reaction,
    emoji,
  });
};

export const readRead: PayloadReader = (draft, { payload, event }) =>
  complete(draft, {
    kind: 'read',
    mid: readMid(payload) ?? readMid(event),
    watermark: toMillis(payload.watermark),
  });

export const readEdit: PayloadReader = (draft, { payload, event }) => {
  const mid = readMid(payload) ?? readMid(event);
  if (mid === undefined) return 'no_mid';
  const numEdit = readCount(payload.num_edit);
  // Without its text it only says that there was one; an empty text is one that somebody emptied.
  const text = payload.text === '' ? '' : readText(payload.text);
  return complete(draft, { kind: 'edit', mid, text, numEdit });
};

export const readReferral: PayloadReader = (draft, { payload }) => {
  const referral = readReferralObject(payload);
  return referral === undefined ? 'bad_payload' : complete(draft, { kind: 'referral', referral });
};

function readReferralObject(value: unknown): Referral | undefined {
  if (!isObject(value)) return undefined;
  const ads = isObject(value.ads_context_data) ? value.ads_context_data : undefined;
  const product = isObject(value.product) ? toId(value.product.id) : toId(value.product_id);
  return defined<Referral>({
    ref: readText(value.ref),
    source: readText(value.source),
    type: readText(value.type),
    adId: toId(value.ad_id),
    productId: product ?? toId(ads?.product_id),
    adsContext:
      ads &&
      defined({
        adTitle: readText(ads.ad_title),
        photoUrl: absoluteUrl(ads.photo_url),
        videoUrl: absoluteUrl(ads.video_url),
        postId: toId(ads.post_id),
        productId: toId(ads.product_id),
      }),
    raw: value,
  });
}

export const readOptin: PayloadReader = (draft, { payload }) =>
  complete(draft, {
    kind: 'optin',
    type: readText(payload.type),
    title: readText(payload.title),
    payload: readText(payload.payload),
    ref: readText(payload.ref),
    token: readText(payload.notification_messages_token) ?? readText(payload.one_time_notif_token),
    frequency: readText(payload.notification_messages_frequency),
    timezone: readText(payload.notification_messages_timezone),
    tokenStatus: readText(payload.user_token_status),
    status: readText(payload.notification_messages_status),
    tokenExpiresAt: toMillis(payload.token_expiry_timestamp),
  });

const HANDOVER_TYPES: readonly HandoverEvent['type'][] = [
  'pass_thread_control',
  'take_thread_control',
  'request_thread_control',
  'app_roles',
];

export const readHandover: PayloadReader = (draft, { payload, key }) => {
  // Under a `changes` field the value may be the control itself, with its name nowhere but in what it says.
  const type = HANDOVER_TYPES.find((known) => known === key) ?? handoverTypeOf(payload);
  if (type === undefined) return 'bad_payload';
  return complete(draft, {
    kind: 'handover',
    type,
    newOwnerAppId: toId(payload.new_owner_app_id),
    previousOwnerAppId: toId(payload.previous_owner_app_id),
    requestedOwnerAppId: toId(payload.requested_owner_app_id),
    metadata: readText(payload.metadata),
  });
};

function handoverTypeOf(payload: JsonObject): HandoverEvent['type'] | undefined {
  if (payload.requested_owner_app_id !== undefined) return 'request_thread_control';
  if (payload.new_owner_app_id !== undefined) return 'pass_thread_control';
  return payload.previous_owner_app_id !== undefined ? 'take_thread_control' : undefined;
}

export const readComment: PayloadReader = (draft, { payload, key }) => {
  const commentId = toId(payload.comment_id) ?? toId(payload.id);
  if (commentId === undefined) return 'no_comment_id';
  const from = isObject(payload.from) ? payload.from : {};
  return complete(draft, {
    kind: 'comment',
    // Our own replies to comments come back as comments.
    isSelf: draft.isSelf || (draft.senderId !== undefined && draft.senderId === draft.entryId),
    commentId,
    parentId: toId(payload.parent_id),
    text: readText(payload.text),
    username: readText(from.username) ?? readText(payload.username),
    isLive: key === 'live_comments',
    media: readCommentedMedia(payload),
  });
};

function readCommentedMedia(comment: JsonObject): CommentEvent['media'] {
  const { media } = comment;
  if (!isObject(media)) return comment.media_id === undefined ? undefined : defined({ id: toId(comment.media_id) });
  return defined({
    id: toId(media.id),
    productType: readText(media.media_product_type),
    adId: toId(media.ad_id),
    adTitle: readText(media.ad_title),
    originalMediaId: toId(media.original_media_id),
  });
}

export const readMention: PayloadReader = (draft, { payload }) => {
  const mediaId = toId(payload.media_id) ?? (isObject(payload.media) ? toId(payload.media.id) : undefined);
  const commentId = toId(payload.comment_id);
  if (mediaId === undefined && commentId === undefined) return 'bad_payload';
  return complete(draft, { kind: 'mention', mediaId, commentId });
};

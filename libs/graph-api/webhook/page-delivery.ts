import { toId, toMillis } from '../json.js';
import { absoluteUrl } from './attachments.js';
import { decodeDelivery, type DecodeOptions } from './decode-delivery.js';
import { asList, defined, isObject, readFlag, readText, type JsonObject } from './read-values.js';
import type { DecodedDelivery, MessageEvent, UnknownEvent, WebhookEvent } from './webhook-event.js';

/** Keys and fields of Messenger's that speak of no message: kept raw, counted by their name. */
const notices: readonly string[] = [
  ...['account_linking', 'response_feedback', 'messaging_feedback', 'messaging_customer_information', 'order', 'template'],
  ...['policy_enforcement', 'policy-enforcement', 'game_play', 'messaging_account_linking', 'messaging_policy_enforcement'],
  ...['feed', 'inbox_labels', 'leadgen', 'page_labels', 'call_permission_reply', 'payment', 'pre_checkout'],
]; // prettier-ignore

/**
 * Understands what a Facebook Page's subscription delivers. Most of it is as on Instagram; what Messenger has beside it
 * is read here: the handle of our sends in echoes, delivery receipts, stickers of the old form, comments of the feed.
 * Never throws.
 *
 * @param body the parsed JSON (by `parseJsonLossless`)
 */
export function decodePageDelivery(body: unknown, options: DecodeOptions = {}): DecodedDelivery {
  const decoded = decodeDelivery(body, options);
  const entries = decoded.entries.map((entry) => ({ ...entry, events: entry.events.flatMap(asOfPage) }));
  return { ...decoded, entries };
}

function asOfPage(event: WebhookEvent): WebhookEvent[] {
  const told = elementOf(event.raw);
  if (event.kind === 'message') return [asOfMessenger(event, told)];
  return event.kind === 'unknown' ? readUnknown(event, told) : [event];
}

/** The part of a raw element that holds the payload. */
function elementOf(raw: unknown): JsonObject {
  if (!isObject(raw)) return {};
  return isObject(raw.value) ? raw.value : raw;
}

function asOfMessenger(event: MessageEvent, told: JsonObject): MessageEvent {
  const message = isObject(told.message) ? told.message : told;
  const handle = event.isEcho ? { sendHandle: readText(message.metadata) ?? null } : {};
  // A line of Messenger's own ("you are talking to a person now"): nobody wrote it.
  const isOwnLine = isObject(message.admin_text) && event.text === undefined && event.attachments.length === 0;
  return {
    ...event,
    ...handle,
    ...(isOwnLine ? { isUnsupported: true } : {}),
    attachments: message.sticker_id === undefined ? event.attachments : asStickers(event.attachments),
  };
}

/** Before stickers had a type of their own they came as pictures. */
function asStickers(attachments: MessageEvent['attachments']): MessageEvent['attachments'] {
  return attachments.map((attachment) =>
    attachment.type === 'image' ? { ...attachment, type: 'sticker' as const } : attachment,
  );
}

function readUnknown(event: UnknownEvent, told: JsonObject): WebhookEvent[] {
  if (isObject(told.delivery)) return readDelivery(event, told.delivery);
  if (event.field === 'feed' && readText(told.item) === 'comment') return [readFeedComment(event, told)];
  const about = notices.find((name) => name === event.field || told[name] !== undefined);
  if (about === undefined) return [event];
  const { reason: _reason, field: _field, mid: _mid, mids: _mids, ...base } = event;
  return [{ ...base, kind: 'notice', about }];
}

/**
 * One status for each message that the receipt names; its watermark alone says no more than reading will say. The person
 * tells it, and it is about what the Page sent.
 */
function readDelivery(event: UnknownEvent, delivery: JsonObject): WebhookEvent[] {
  const { reason: _reason, field: _field, mid: _mid, mids: _mids, ...base } = event;
  const { senderId, recipientId } = base;
  const timestamp = toMillis(delivery.watermark) ?? base.timestamp;
  const mids = asList(delivery.mids)
    .map(toId)
    .filter((mid) => mid !== undefined);
  if (mids.length === 0) return [{ ...base, kind: 'notice', about: 'delivery' }];
  const turned = { ...base, timestamp, senderId: recipientId, recipientId: senderId };
  return mids.map((mid) => defined({ ...turned, kind: 'status' as const, mid, state: 'delivered' as const }));
}

function readFeedComment(event: UnknownEvent, told: JsonObject): WebhookEvent {
  const { reason: _reason, field: _field, mid: _mid, mids: _mids, ...base } = event;
  const commentId = toId(told.comment_id);
  const isNew = readText(told.verb) === 'add';
  if (commentId === undefined || !isNew || readFlag(told.is_hidden)) return { ...base, kind: 'notice', about: 'feed' };
  const from = isObject(told.from) ? told.from : {};
  const authorId = toId(from.id);
  const post = isObject(told.post) ? told.post : {};
  return defined({
    ...base,
    kind: 'comment' as const,
    senderId: authorId,
    timestamp: toMillis(told.created_time) ?? base.timestamp,
    isSelf: authorId !== undefined && authorId === base.entryId,
    commentId,
    parentId: toId(told.parent_id),
    text: readText(told.message),
    username: readText(from.name),
    isLive: false,
    media: defined({ id: toId(told.post_id) ?? toId(post.id), url: absoluteUrl(post.permalink_url) }),
  });
}

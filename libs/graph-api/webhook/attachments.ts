import { toId } from '../json.js';
import { asList, isObject, listIn, readText, type JsonObject } from './read-values.js';

/** Every attachment type known so far; any other is kept raw and marked `unsupported`. */
export const ATTACHMENT_TYPES = [
  ...(['image', 'video', 'audio', 'file', 'share', 'ig_post', 'ig_reel', 'reel', 'post', 'ig_story'] as const),
  ...(['story_mention', 'template', 'fallback', 'appointment_booking', 'animated_image', 'sticker'] as const),
  ...(['location', 'contacts', 'order', 'like_heart', 'call_permission', 'ephemeral'] as const),
] as const;

export type KnownAttachmentType = (typeof ATTACHMENT_TYPES)[number];

export type DecodedAttachment = AttachmentContent &
  (
    | { type: KnownAttachmentType; kind?: undefined }
    /** Nobody here knows the type: it is Meta's word (`unknown` where it has none), its raw form is kept. */
    | { type: string; kind: 'unsupported' }
  );

export interface AttachmentContent {
  /** Absolute http(s). Meta's links expire. */
  url?: string;
  title?: string;
  mediaId?: string;
  storyId?: string;
  raw: unknown;
}

const isKnown = (type: string): type is KnownAttachmentType => (ATTACHMENT_TYPES as readonly string[]).includes(type);
const INSTAGRAM = 'https://www.instagram.com';

/** Reads a message's attachments, one shared post once. Never fails: what can't be read is kept as `unsupported`. */
export function readAttachments(value: unknown): DecodedAttachment[] {
  const list = listIn(value);
  if (list.length === 0) return [];
  const attachments = list.flatMap(eachPayload).map(readAttachment);
  return attachments.length === 1 ? attachments : withoutPredecessors(attachments);
}

/** An attachment that lists several payloads is several. */
function eachPayload(raw: unknown): unknown[] {
  if (!isObject(raw) || typeof raw.payload !== 'object' || raw.payload === null) return [raw];
  const payloads = listIn(raw.payload);
  if (payloads.length === 0 || (payloads.length === 1 && payloads[0] === raw.payload)) return [raw];
  return payloads.map((payload) => ({ ...raw, payload }));
}

function readAttachment(raw: unknown): DecodedAttachment {
  if (!isObject(raw)) return { type: 'unknown', kind: 'unsupported', raw };
  const payload = isObject(raw.payload) ? raw.payload : typeof raw.payload === 'string' ? linkIn(raw.payload, raw) : {};
  const type = readText(raw.type)?.toLowerCase() ?? graphFormOf(raw)?.type ?? 'unknown';
  const attachment: DecodedAttachment = isKnown(type) ? { type, raw } : { type, kind: 'unsupported', raw };
  const url = (type === 'ig_story' ? absoluteUrl(payload.story_media_url) : undefined) ?? readUrl(payload, raw);
  const title = readTitle(payload, raw);
  const mediaId =
    toId(payload.ig_post_media_id) ?? toId(payload.reel_video_id) ?? toId(payload.sticker_id) ?? toId(payload.media_id);
  const storyId = toId(payload.story_media_id) ?? toId(payload.ig_story_media_id) ?? toId(payload.story_id);
  if (url !== undefined) attachment.url = url;
  if (title !== undefined) attachment.title = title;
  if (mediaId !== undefined) attachment.mediaId = mediaId;
  if (storyId !== undefined) attachment.storyId = storyId;
  return attachment;
}

/** A payload that is a text is the link, unless the attachment has one beside it and the text looks like none. */
function linkIn(payload: string, attachment: JsonObject): JsonObject {
  return attachment.url !== undefined && !/^(?:https?:)?\//i.test(payload.trim()) ? {} : { url: payload };
}

function readUrl(payload: JsonObject, attachment: JsonObject): string | undefined {
  return (
    absoluteUrl(payload.url) ??
    absoluteUrl(payload.story_media_url) ??
    absoluteUrl(payload.media_url) ??
    absoluteUrl(payload.link) ??
    absoluteUrl(attachment.url) ??
    absoluteUrl(graphFormOf(attachment)?.url)
  );
}

/**
 * What a media attachment is in the Graph API's form, `{image_data: {url}}`, `{video_data: {url}}` or a file with its MIME
 * type; `undefined` where nothing says so.
 */
export function graphFormOf(
  item: JsonObject,
): { type: 'image' | 'video' | 'audio' | 'file'; url?: string } | undefined {
  const { image_data: image, video_data: video } = item;
  if (isObject(image)) return { type: 'image', url: readText(image.url) };
  if (isObject(video)) return { type: 'video', url: readText(video.url) };
  const mime = /^(image|video|audio)\//.exec(readText(item.mime_type) ?? '')?.[1] as
    'image' | 'video' | 'audio' | undefined;
  const url = readText(item.file_url);
  return mime === undefined && url === undefined ? undefined : { type: mime ?? 'file', ...(url ? { url } : {}) };
}

/** Links end up in dashboards, so only http(s) passes; a relative one belongs to Instagram's site. */
export function absoluteUrl(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const url = value.trim();
  if (url === '' || /^https?:\/\/[^\s/]/i.test(url)) return url || undefined;
  try {
    const absolute = new URL(url, INSTAGRAM);
    return absolute.protocol === 'https:' || absolute.protocol === 'http:' ? absolute.href : undefined;
  } catch {
    return undefined; // not a link at all; the raw form keeps it
  }
}

function readTitle(payload: JsonObject, attachment: JsonObject): string | undefined {
  const template = isObject(payload.generic) ? payload.generic : payload;
  const element = asList(template.elements)[0];
  return (
    readText(payload.title) ??
    readText(attachment.title) ??
    readText(attachment.name) ??
    (isObject(element) ? readText(element.title) : undefined) ??
    readText(payload.text)
  );
}

/**
 * Types that Meta sends beside their successor for the same thing while it moves from one to the other: a shared post
 * as `share` and `ig_post`, a sticker as `image` and `sticker`. The successor says more and is kept.
 */
const SUCCESSORS: ReadonlyMap<string, KnownAttachmentType> = new Map([
  ['share', 'ig_post'],
  ['image', 'sticker'],
]);

function withoutPredecessors(attachments: DecodedAttachment[]): DecodedAttachment[] {
  const isSame = (one: DecodedAttachment, other: DecodedAttachment) =>
    one.mediaId !== undefined && other.mediaId !== undefined
      ? one.mediaId === other.mediaId
      : one.url !== undefined && one.url === other.url;
  return attachments.filter((attachment) => {
    const successor = SUCCESSORS.get(attachment.type);
    return successor === undefined || !attachments.some((o) => o.type === successor && isSame(attachment, o));
  });
}

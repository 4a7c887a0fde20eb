import {
  asList,
  isObject,
  readText,
  toId,
  type DecodedAttachment,
  type JsonObject,
  type KnownAttachmentType,
  type MessageEvent,
  type Referral,
} from '#libs/graph-api';

/** What a message says, whoever wrote it. */
export type MessageContent = Pick<
  MessageEvent,
  'text' | 'attachments' | 'quickReply' | 'isUnsupported' | 'replyTo' | 'referral'
>;

type Said = Pick<MessageContent, 'text' | 'attachments' | 'quickReply'>;

const nothing: Said = { attachments: [] };

/** By `type`: how the content under the type's name is read. */
const readers: Readonly<Record<string, (content: JsonObject) => Said>> = {
  text: (text) => ({ text: readText(text.body), attachments: [] }),
  image: (media) => mediaOf('image', media),
  video: (media) => mediaOf('video', media),
  audio: (media) => mediaOf('audio', media),
  voice: (media) => mediaOf('audio', media),
  document: (media) => mediaOf('file', media),
  sticker: (media) => mediaOf('sticker', media),
  location: (place) => ({ attachments: [attachment('location', place, placeOf(place))] }),
  interactive: readInteractive,
  button: ({ text, payload }) => choice(readText(text), readText(payload)),
  order: (order) => ({
    text: readText(order.text),
    attachments: [attachment('order', order, asList(order.product_items).map(itemOf).join(', '))],
  }),
};

/** Reads a message's content. What nobody here knows is a message all the same, marked `isUnsupported`. Never throws. */
export function readContent(message: JsonObject): MessageContent {
  const type = readText(message.type) ?? '';
  const said = type === 'contacts' ? contactsOf(message.contacts) : saidIn(type, message[type]);
  const context = isObject(message.context) ? message.context : {};
  const repliedTo = toId(context.id);
  const referral = referralOf(message.referral) ?? productOf(context.referred_product);
  return {
    ...(said?.text === undefined ? {} : { text: said.text }),
    ...(said?.quickReply === undefined ? {} : { quickReply: said.quickReply }),
    attachments: said?.attachments ?? [],
    isUnsupported: said === undefined,
    ...(repliedTo === undefined ? {} : { replyTo: { mid: repliedTo } }),
    ...(referral === undefined ? {} : { referral }),
  };
}

function saidIn(type: string, content: unknown): Said | undefined {
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  return read && isObject(content) ? read(content) : undefined;
}

/** The link that comes with media lives five minutes and wants a token, so that the id alone is kept. */
function mediaOf(type: KnownAttachmentType, media: JsonObject): Said {
  const mediaId = toId(media.id);
  const file = attachment(type, media, readText(media.filename));
  return { text: readText(media.caption), attachments: [mediaId === undefined ? file : { ...file, mediaId }] };
}

function attachment(type: KnownAttachmentType, raw: unknown, title?: string): DecodedAttachment {
  return { type, ...(title === undefined || title === '' ? {} : { title }), raw };
}

function placeOf({ name, address, latitude, longitude }: JsonObject): string {
  const point = [latitude, longitude].map((part) => readText(part)).filter((part) => part !== undefined);
  const named = [readText(name), readText(address)].filter((part) => part !== undefined).join(', ');
  return named === '' ? point.join(', ') : point.length === 2 ? `${named} (${point.join(', ')})` : named;
}

function contactsOf(value: unknown): Said {
  const cards = asList(value).filter(isObject);
  const names = cards.map((card) => (isObject(card.name) ? readText(card.name.formatted_name) : undefined));
  return {
    attachments: [attachment('contacts', cards, names.filter((name) => name !== undefined).join(', '))],
  };
}

function itemOf(item: unknown): string {
  if (!isObject(item)) return '?';
  return `${readText(item.quantity) ?? '?'} × ${readText(item.product_retailer_id) ?? '?'}`;
}

function choice(title: string | undefined, id: string | undefined): Said {
  return { ...nothing, text: title, ...(id === undefined ? {} : { quickReply: { payload: id } }) };
}

function readInteractive(interactive: JsonObject): Said {
  const type = readText(interactive.type) ?? '';
  const reply = isObject(interactive[type]) ? interactive[type] : {};
  switch (type) {
    case 'button_reply':
    case 'list_reply':
      return choice(readText(reply.title), readText(reply.id));
    case 'nfm_reply':
      // A form that was filled in: a text that may or may not be JSON of an object.
      return choice(readText(reply.body), readText(reply.response_json));
    case 'call_permission_reply':
      return { attachments: [attachment('call_permission', reply, readText(reply.response))] };
    default:
      return { attachments: [{ type: type === '' ? 'interactive' : type, kind: 'unsupported', raw: interactive }] };
  }
}

function referralOf(value: unknown): Referral | undefined {
  if (!isObject(value)) return undefined;
  const adTitle = readText(value.headline);
  const photoUrl = readText(value.image_url) ?? readText(value.thumbnail_url);
  const videoUrl = readText(value.video_url);
  const adId = toId(value.source_id);
  const ref = readText(value.ctwa_clid);
  return {
    ...(ref === undefined ? {} : { ref }),
    source: 'ADS',
    type: readText(value.source_type) ?? 'ad',
    ...(adId === undefined ? {} : { adId }),
    adsContext: {
      ...(adTitle === undefined ? {} : { adTitle }),
      ...(photoUrl === undefined ? {} : { photoUrl }),
      ...(videoUrl === undefined ? {} : { videoUrl }),
    },
    raw: value,
  };
}

function productOf(value: unknown): Referral | undefined {
  if (!isObject(value)) return undefined;
  const productId = toId(value.product_retailer_id);
  return productId === undefined ? undefined : { productId, raw: value };
}

import type { KnownAttachmentType } from '#libs/graph-api';

/** What a kind of attachment means to whoever is concerned with it. */
interface AttachmentKind {
  /** What is known of it, as the documentation says it. */
  shows: string;
  /** What it is called where a message is described. */
  words: string;
  /** A message that holds this and no text is something to answer. */
  asksForAnswer: boolean;
  /** Its file may be copied; Meta forbids keeping the media of some. */
  mayBeCopied: boolean;
  /** A business can send it. */
  canBeSent?: true;
}

const answered = { asksForAnswer: true, mayBeCopied: true } as const;
const silent = { asksForAnswer: false, mayBeCopied: true } as const;
const media = { ...answered, canBeSent: true } as const;

/** Every kind of attachment that a message can have. A type that decoders know and that has no row does not compile. */
export const attachmentKinds = {
  image: { shows: 'picture', words: 'picture', ...media },
  video: { shows: 'video', words: 'video', ...media },
  audio: { shows: 'voice message', words: 'voice message', ...media },
  file: { shows: 'file', words: 'file', ...media },
  share: { shows: 'shared post, link and caption', words: 'shared post', ...answered },
  ig_post: { shows: 'shared post, link, caption and media id', words: 'shared post', ...answered },
  ig_reel: { shows: 'shared reel, link, caption and video id', words: 'shared reel', ...answered },
  reel: { shows: 'shared Facebook reel, link, caption and video id', words: 'shared reel', ...answered },
  post: { shows: 'shared Facebook post, link and caption', words: 'shared post', ...answered },
  ig_story: { shows: 'shared story, link and story id', words: 'shared story', ...answered },
  story_mention: {
    shows: 'mention in a story, link only',
    words: 'mention in a story',
    asksForAnswer: false,
    mayBeCopied: false,
  },
  template: { shows: 'template, its first title', words: 'template', ...answered },
  fallback: { shows: 'link preview', words: 'link preview', ...answered },
  appointment_booking: { shows: 'booking, placeholder', words: 'appointment booking', ...silent },
  animated_image: { shows: 'GIF', words: 'animated image', ...silent },
  sticker: { shows: 'sticker', words: 'sticker', ...silent },
  location: { shows: 'place: name, address, coordinates', words: 'location', ...answered },
  contacts: { shows: 'names of shared contacts', words: 'contacts', ...answered },
  order: { shows: 'order from the catalogue: number of items', words: 'order', ...answered },
  like_heart: { shows: 'heart, placeholder', words: 'like heart', ...silent },
  call_permission: { shows: 'whether calls are allowed', words: 'call permission', ...silent },
  ephemeral: { shows: 'disappearing picture, placeholder', words: 'ephemeral', ...silent },
  /** What no decoder knows, Meta's own `unsupported_type` included: kept raw, with its word in `original_type`. */
  unsupported: { shows: 'marked unsupported, kept raw', words: 'unsupported', ...silent },
} as const satisfies Record<KnownAttachmentType | 'unsupported', AttachmentKind>;

/** The `type` of an attachment as stored. */
export type AttachmentType = keyof typeof attachmentKinds;

/** What a business can send. */
export type MediaType = {
  [Type in AttachmentType]: (typeof attachmentKinds)[Type] extends { canBeSent: true } ? Type : never;
}[AttachmentType];

export const mediaTypes = Object.entries(attachmentKinds).flatMap(([type, kind]) =>
  'canBeSent' in kind ? [type as MediaType] : [],
);

/** @param type as stored, be it by a later version that knows more of them */
export function attachmentKindOf(type: string): AttachmentKind {
  return Object.hasOwn(attachmentKinds, type) ? attachmentKinds[type as AttachmentType] : attachmentKinds.unsupported;
}

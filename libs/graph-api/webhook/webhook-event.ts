import type { DecodedAttachment } from './attachments.js';

export type EventKind =
  | 'message'
  | 'unsend'
  | 'postback'
  | 'reaction'
  | 'read'
  | 'edit'
  | 'referral'
  | 'optin'
  | 'handover'
  | 'comment'
  | 'mention'
  | 'status'
  | 'relink'
  | 'notice'
  | 'preference'
  | 'unknown';

/** One of the ids by which a channel names a person. A BSUID is WhatsApp's id of a person within one business. */
export interface PersonId {
  kind: 'phone' | 'bsuid';
  value: string;
}

/** What every event tells, whatever its kind. */
export interface EventBase {
  kind: EventKind;
  /** Position among the delivery's events, counted over all entries: with the delivery's id it names the event. */
  index: number;
  /** Usually our account's id; for an account that writes to itself it is the scoped id. */
  entryId?: string;
  /** Ids under which our own account may be known, most likely first. Empty when the event names nobody. */
  accountIds: string[];
  senderId?: string;
  recipientId?: string;
  /** Milliseconds: the event's own time, else the entry's, else the `receivedAt` of the call, else 0. */
  timestamp: number;
  /** Another app owns the thread: recorded, never answered. */
  standby: boolean;
  /** Meta's flag: our side wrote it. Decide direction with `directionOf`, because the flag alone was seen wrong. */
  isEcho: boolean;
  /** The account wrote to itself, or commented on its own media. */
  isSelf: boolean;
  /** Sent by the dashboard's Test button (ids `0` and `12334`). */
  isTest: boolean;
  /**
   * Every id of the person that the event tells, where a channel has several and they change; `senderId` or
   * `recipientId` is the first of them.
   */
  personIds?: PersonId[];
  /** What the person calls themselves, where the event tells it. */
  personName?: string;
  /** Set where it is no word of the customer's that allows an answer, though events of its kind do elsewhere. */
  opensWindow?: false;
  /** From before the account was connected: stored, never answered. */
  isHistory?: true;
  /** The element as it came: the messaging event, or the `{field, value}` pair. */
  raw: unknown;
  /** Dotted names of what Meta sent and this decoder doesn't know; their content is in `raw`. */
  unknownFields: string[];
}

export interface ReplyTo {
  mid?: string;
  story?: { id?: string; url?: string };
}

/** Where a customer came from: an ad, an ig.me link, a product. */
export interface Referral {
  ref?: string;
  source?: string;
  type?: string;
  adId?: string;
  productId?: string;
  adsContext?: { adTitle?: string; photoUrl?: string; videoUrl?: string; postId?: string; productId?: string };
  raw: unknown;
}

export interface MessageEvent extends EventBase {
  kind: 'message';
  mid: string;
  text?: string;
  attachments: DecodedAttachment[];
  quickReply?: { payload: string };
  replyTo?: ReplyTo;
  referral?: Referral;
  isUnsupported: boolean;
  appId?: string;
  /**
   * Of an echo, on a channel that gives back the handle a send carried: that handle, or `null` for one that carried none
   * and is not ours therefore. Absent where the channel gives nothing back.
   */
  sendHandle?: string | null;
}

/** How far a message of ours has come, from first to last; `failed` may follow `sent` alone. */
export type DeliveryState = 'sent' | 'delivered' | 'read' | 'played' | 'failed';

/** What the channel tells of a message of ours after it took it. In any order, and repeatedly. */
export interface StatusEvent extends EventBase {
  kind: 'status';
  mid: string;
  /** `undefined` for a word that nobody here knows. */
  state?: DeliveryState;
  /** The handle that our send carried. */
  sendHandle?: string;
  /** Why it failed. */
  error?: { code?: number; message: string };
  pricing?: Record<string, unknown>;
}

/** A person's id has changed: `personIds` are the new ones. */
export interface RelinkEvent extends EventBase {
  kind: 'relink';
  previousIds: PersonId[];
}

/** What a person chose in the channel's own settings. */
export interface PreferenceEvent extends EventBase {
  kind: 'preference';
  about: 'marketing';
  value: 'stop' | 'resume';
}

/** Understood, and about no message: kept in the delivery and counted. */
export interface NoticeEvent extends EventBase {
  kind: 'notice';
  /** What it is about, in the channel's word: `account_update`, `calls`. */
  about: string;
}

/** A message taken back. Wins over everything else the same payload says; whatever text it still carries is only in `raw`. */
export interface UnsendEvent extends EventBase {
  kind: 'unsend';
  mid: string;
}

export interface PostbackEvent extends EventBase {
  kind: 'postback';
  mid?: string;
  /** The mid, or for an ice breaker without one an id that every redelivery derives again. */
  key: string;
  title?: string;
  /** Left out by Meta under `standby`. */
  payload?: string;
  referral?: Referral;
}

export interface ReactionEvent extends EventBase {
  kind: 'reaction';
  /** The message reacted to, ours or theirs. */
  mid: string;
  action: 'react' | 'unreact';
  /** Meta's name of it: `love`, `other`. */
  reaction?: string;
  emoji?: string;
}

/** The sender has read up to this message (Instagram) or this moment (Messenger's watermark, ms). */
export interface ReadEvent extends EventBase {
  kind: 'read';
  mid?: string;
  watermark?: number;
}

export interface EditEvent extends EventBase {
  kind: 'edit';
  mid: string;
  /** Absent where Meta did not tell it: the words are not known then. Empty where somebody emptied the message. */
  text?: string;
  /** How many edits there were; 0 was seen for a message that nobody edited. */
  numEdit?: number;
}

/** A customer came back through a link or an ad into a conversation that exists; no message of theirs yet. */
export interface ReferralEvent extends EventBase {
  kind: 'referral';
  referral: Referral;
}

export interface OptinEvent extends EventBase {
  kind: 'optin';
  type?: string;
  title?: string;
  payload?: string;
  ref?: string;
  /** The marketing-message token: a secret to keep, not to show. */
  token?: string;
  frequency?: string;
  timezone?: string;
  tokenStatus?: string;
  status?: string;
  tokenExpiresAt?: number;
}

export interface HandoverEvent extends EventBase {
  kind: 'handover';
  type: 'pass_thread_control' | 'take_thread_control' | 'request_thread_control' | 'app_roles';
  newOwnerAppId?: string;
  previousOwnerAppId?: string;
  requestedOwnerAppId?: string;
  metadata?: string;
}

export interface CommentEvent extends EventBase {
  kind: 'comment';
  commentId: string;
  parentId?: string;
  text?: string;
  username?: string;
  isLive: boolean;
  media?: { id?: string; productType?: string; adId?: string; adTitle?: string; originalMediaId?: string };
}

export interface MentionEvent extends EventBase {
  kind: 'mention';
  mediaId?: string;
  commentId?: string;
}

export type UnknownReason =
  'not_an_object' | 'unknown_kind' | 'unknown_field' | 'unknown_container' | 'no_mid' | 'no_comment_id' | 'bad_payload';

/** Kept and counted, never dropped. When anything in it looks like a message id, that id is here. */
export interface UnknownEvent extends EventBase {
  kind: 'unknown';
  reason: UnknownReason;
  /** The `changes` field, the payload's key or the container's name, where there was one. */
  field?: string;
  mid?: string;
  /** Every message id found, `mid` first. */
  mids: string[];
}

export type WebhookEvent =
  | MessageEvent
  | UnsendEvent
  | PostbackEvent
  | ReactionEvent
  | ReadEvent
  | EditEvent
  | ReferralEvent
  | OptinEvent
  | HandoverEvent
  | CommentEvent
  | MentionEvent
  | StatusEvent
  | RelinkEvent
  | NoticeEvent
  | PreferenceEvent
  | UnknownEvent;

export interface DecodedEntry {
  entryId?: string;
  /** When Meta sent the entry, ms. */
  time?: number;
  events: WebhookEvent[];
}

export interface DecodedDelivery {
  /** `instagram` for ours; anything else is acknowledged and not processed. */
  object: string | undefined;
  entries: DecodedEntry[];
  shape: 'object' | 'array' | 'invalid';
}

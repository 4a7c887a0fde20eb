import { APP_ID } from '../app-id.js';
import { businessIdOf, personIdOf } from '../world/ids.js';
import type { Conversation, Login, Message, MetaChannel, Reaction } from '../world/types.js';

/** A body has events of one of them alone. */
export type WebhookObject = 'instagram' | 'page' | 'whatsapp_business_account';

/** Who a webhook is about: an account with its Page, a WhatsApp business account. */
export interface Subscriber {
  username: string;
  /** Subscribed fields by login. */
  subscriptions: Record<Login, Set<string>>;
}

/** One event on its way to the server: what it says, and which subscription lets it through. */
export interface WebhookEvent {
  /** What the body says it is about. */
  object: WebhookObject;
  /** Whose subscriptions let it through. */
  account: Subscriber;
  /** Of the entry that holds it. */
  entryId: string;
  /** Which subscribed field carries it. */
  field: string;
  /** How the entry holds it. */
  place: 'messaging' | 'standby' | 'changes';
  /** The event's time in milliseconds. */
  at: number;
  /** The two logins see the same thing under different ids. */
  bodyFor(login: Login): Record<string, unknown>;
}

/** Every field a webhook subscription may name. */
export const WEBHOOK_FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referral',
  'messaging_seen',
  'messaging_handover',
  'message_reactions',
  'message_edit',
  'standby',
  'comments',
  'live_comments',
  'mentions',
  'story_insights',
] as const;

/** Every field of a Page's that a subscription may name. */
export const PAGE_FIELDS = [
  'messages',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'message_reactions',
  'message_edits',
  'messaging_postbacks',
  'messaging_referrals',
  'messaging_optins',
  'messaging_handovers',
  'messaging_policy_enforcement',
  'standby',
  'feed',
] as const;

/** What Messenger calls a field that Instagram has under another name. */
const pageNames: Readonly<Record<string, string>> = {
  message_edit: 'message_edits',
  messaging_seen: 'message_reads',
  messaging_referral: 'messaging_referrals',
  messaging_handover: 'messaging_handovers',
  comments: 'feed',
};

/** The Page's inbox, as echoes name it. */
const PAGE_INBOX_APP = 26_390_203_743_090;

const onInstagramAlone: readonly string[] = WEBHOOK_FIELDS.filter(
  (field) => !(PAGE_FIELDS as readonly string[]).includes(field),
);
const onMessengerAlone: readonly string[] = PAGE_FIELDS.filter(
  (field) => !(WEBHOOK_FIELDS as readonly string[]).includes(field),
);

/**
 * Whether a subscription lets an event through. Over a Page's list Instagram's events come, too, unless it was made for
 * Messenger alone.
 */
export function isLetThrough({ object, account, field }: WebhookEvent, login: Login): boolean {
  const fields = account.subscriptions[login];
  if (!fields.has(field)) return false;
  if (object !== 'instagram') return login === 'facebook';
  const has = (names: readonly string[]) => names.some((name) => fields.has(name));
  return login === 'instagram' || has(onInstagramAlone) || !has(onMessengerAlone);
}

type MessagingBody = (login: Login) => Record<string, unknown>;

/** An event from the person to the business. */
export function fromPerson(conversation: Conversation, field: string, at: number, body: MessagingBody): WebhookEvent {
  return messagingEvent(conversation, field, at, 'person', body);
}

/** An event that the business itself caused: an echo. */
export function fromBusiness(conversation: Conversation, field: string, at: number, body: MessagingBody): WebhookEvent {
  return messagingEvent(conversation, field, at, 'business', body);
}

function messagingEvent(
  conversation: Conversation,
  field: string,
  at: number,
  from: 'person' | 'business',
  body: MessagingBody,
): WebhookEvent {
  return {
    ...sourceOf(conversation, field),
    place: 'messaging',
    at,
    bodyFor: (login) => {
      const personId = { id: personIdOf(conversation, login) };
      const businessId = { id: businessIdOf(conversation) };
      const ends =
        from === 'person' ? { sender: personId, recipient: businessId } : { sender: businessId, recipient: personId };
      return { ...ends, timestamp: at, ...body(login) };
    },
  };
}

function sourceOf(conversation: Conversation, field: string) {
  const { channel, account } = conversation;
  const isPage = channel === 'messenger';
  return {
    object: isPage ? ('page' as const) : ('instagram' as const),
    account,
    entryId: businessIdOf(conversation),
    field: isPage ? (pageNames[field] ?? field) : field,
  };
}

/** A message as webhooks carry it, an echo when the business wrote it. */
export function messageEvent(conversation: Conversation, message: Message, extra: object = {}): WebhookEvent {
  const isEcho = message.from === 'business';
  const build = isEcho ? fromBusiness : fromPerson;
  return build(conversation, fieldOfMessage(conversation.channel, isEcho), message.at, (login) => ({
    message: {
      mid: message.mids[login],
      ...(message.text !== undefined && { text: message.text }),
      ...(message.attachments && { attachments: message.attachments }),
      ...(message.from === 'customer' && message.payload && { quick_reply: { payload: message.payload } }),
      ...(message.replyTo && { reply_to: replyToFor(conversation, message.replyTo, login) }),
      ...(message.unsupported && { is_unsupported: true }),
      ...(isEcho && { is_echo: true, ...whoseEcho(conversation, message) }),
      ...extra,
    },
  }));
}

function fieldOfMessage(channel: MetaChannel, isEcho: boolean): string {
  return isEcho && channel === 'messenger' ? 'message_echoes' : 'messages';
}

/** Messenger's echoes name the app that sent; Instagram's name nobody. */
function whoseEcho({ channel }: Conversation, { via, metadata }: Message): object {
  if (channel !== 'messenger') return {};
  return via === 'api'
    ? { app_id: Number(APP_ID), ...(metadata !== undefined && { metadata }) }
    : { app_id: PAGE_INBOX_APP };
}

/** What was brought to the person's devices, by mid. */
export function deliveryEvent(conversation: Conversation, message: Message, at: number): WebhookEvent {
  const delivery = { mids: [message.mids.facebook], watermark: message.at };
  return fromPerson(conversation, 'message_deliveries', at, () => ({ delivery }));
}

/** The person has seen all of ours: Instagram names the last, Messenger the moment. */
export function readEvent(conversation: Conversation, last: Message, at: number): WebhookEvent {
  return fromPerson(conversation, 'messaging_seen', at, (login) => ({
    read: conversation.channel === 'messenger' ? { watermark: at } : { mid: last.mids[login] },
  }));
}

function replyToFor(conversation: Conversation, replyTo: NonNullable<Message['replyTo']>, login: Login): object {
  if ('story' in replyTo) return replyTo;
  const original = conversation.messages.find((message) => message.itemId === replyTo.itemId);
  return { mid: original?.mids[login] };
}

/** The person, or the business in the app, took a message back. */
export function unsendEvent(conversation: Conversation, message: Message, at: number): WebhookEvent {
  const isEcho = message.from === 'business';
  const build = isEcho ? fromBusiness : fromPerson;
  return build(conversation, fieldOfMessage(conversation.channel, isEcho), at, (login) => ({
    message: { mid: message.mids[login], is_deleted: true, ...(isEcho && { is_echo: true }) },
  }));
}

export function reactionEvent(
  conversation: Conversation,
  message: Message,
  at: number,
  reaction: Reaction | null,
): WebhookEvent {
  return fromPerson(conversation, 'message_reactions', at, (login) => ({
    reaction: {
      mid: message.mids[login],
      action: reaction ? 'react' : 'unreact',
      ...(reaction && { reaction: reaction.reaction, emoji: reaction.emoji }),
    },
  }));
}

/** A comment or mention, which comes under `changes` and not under `messaging`. */
export function changeEvent(
  conversation: Conversation,
  field: string,
  at: number,
  value: (login: Login) => Record<string, unknown>,
): WebhookEvent {
  const source = sourceOf(conversation, field);
  return { ...source, place: 'changes', at, bodyFor: (login) => ({ field: source.field, value: value(login) }) };
}

import { igsidOf } from '../world/ids.js';
import type { Account, Conversation, Login, Message, Reaction } from '../world/types.js';

/** One event on its way to the server: what it says, and which subscription lets it through. */
export interface WebhookEvent {
  account: Account;
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
  { account, person }: Conversation,
  field: string,
  at: number,
  from: 'person' | 'business',
  body: MessagingBody,
): WebhookEvent {
  return {
    account,
    field,
    place: 'messaging',
    at,
    bodyFor: (login) => {
      const personId = { id: igsidOf(person.username, account.igId, login) };
      const businessId = { id: account.igId };
      const ends =
        from === 'person' ? { sender: personId, recipient: businessId } : { sender: businessId, recipient: personId };
      return { ...ends, timestamp: at, ...body(login) };
    },
  };
}

/** A message as webhooks carry it, an echo when the business wrote it. */
export function messageEvent(conversation: Conversation, message: Message, extra: object = {}): WebhookEvent {
  const isEcho = message.from === 'business';
  const build = isEcho ? fromBusiness : fromPerson;
  return build(conversation, 'messages', message.at, (login) => ({
    message: {
      mid: message.mids[login],
      ...(message.text !== undefined && { text: message.text }),
      ...(message.attachments && { attachments: message.attachments }),
      ...(message.from === 'customer' && message.payload && { quick_reply: { payload: message.payload } }),
      ...(message.replyTo && { reply_to: replyToFor(conversation, message.replyTo, login) }),
      ...(message.unsupported && { is_unsupported: true }),
      ...(isEcho && { is_echo: true }),
      ...extra,
    },
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
  return build(conversation, 'messages', at, (login) => ({
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
  account: Account,
  field: string,
  at: number,
  value: (login: Login) => Record<string, unknown>,
): WebhookEvent {
  return { account, field, place: 'changes', at, bodyFor: (login) => ({ field, value: value(login) }) };
}

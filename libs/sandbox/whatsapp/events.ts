import type { WebhookEvent } from '../webhooks/event.js';
import { bsuidOf } from './whatsapp-world.js';
import type { WhatsAppChat, WhatsAppMessage, WhatsAppNumber } from './whatsapp-world.js';

/** A failure as a status tells it. */
export interface StatusError {
  code: number;
  title: string;
  details: string;
}

/** One change of a number, as its webhook carries it. */
export function numberEvent(
  { phoneNumberId, phone, business }: WhatsAppNumber,
  field: string,
  at: number,
  value: Record<string, unknown>,
): WebhookEvent {
  const metadata = { display_phone_number: phone, phone_number_id: phoneNumberId };
  return {
    object: 'whatsapp_business_account',
    account: business,
    entryId: business.wabaId,
    field,
    place: 'changes',
    at,
    bodyFor: () => ({ field, value: { messaging_product: 'whatsapp', metadata, ...value } }),
  };
}

/** What a person wrote. */
export function messageEvent(chat: WhatsAppChat, message: WhatsAppMessage): WebhookEvent {
  const { number } = chat;
  const { phone, user } = idsOf(chat);
  const written = {
    ...(phone && { from: phone }),
    from_user_id: user,
    id: message.wamid,
    timestamp: seconds(message.at),
    type: message.type,
    [message.type]: message.content,
    ...(message.context && { context: { from: number.phone, id: message.context.id } }),
  };
  return numberEvent(number, 'messages', message.at, { contacts: [contactOf(chat)], messages: [written] });
}

/** What the owner wrote in the phone's app. */
export function phoneEchoEvent(chat: WhatsAppChat, message: WhatsAppMessage): WebhookEvent {
  const { phone, user } = idsOf(chat);
  const echo = {
    from: chat.number.phone,
    ...(phone && { to: phone }),
    to_user_id: user,
    id: message.wamid,
    timestamp: seconds(message.at),
    type: message.type,
    [message.type]: message.content,
  };
  return numberEvent(chat.number, 'smb_message_echoes', message.at, { message_echoes: [echo] });
}

/** What became of a message of the business. */
export function statusEvent(
  chat: WhatsAppChat,
  { wamid, callbackData }: WhatsAppMessage,
  state: string,
  at: number,
  error?: StatusError,
): WebhookEvent {
  const { phone, user } = idsOf(chat);
  const status = {
    id: wamid,
    status: state,
    timestamp: seconds(at),
    ...(phone && { recipient_id: phone }),
    recipient_user_id: user,
    ...(callbackData !== undefined && { biz_opaque_callback_data: callbackData }),
    ...(state === 'sent' && {
      pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'service' },
    }),
    ...(error && { errors: [errorOf(error)] }),
  };
  // Most failures come without a contact.
  const contacts = error ? {} : { contacts: [contactOf(chat)] };
  return numberEvent(chat.number, 'messages', at, { ...contacts, statuses: [status] });
}

/** Something of WhatsApp's own: the person has another number, and with it another id. */
export function systemEvent(chat: WhatsAppChat, id: string, at: number, system: Record<string, unknown>): WebhookEvent {
  const { phone, user } = idsOf(chat);
  const message = {
    ...(phone && { from: phone }),
    from_user_id: user,
    id,
    timestamp: seconds(at),
    type: 'system',
    system,
  };
  return numberEvent(chat.number, 'messages', at, { messages: [message] });
}

function idsOf({ someone, number }: WhatsAppChat): { phone?: string; user: string } {
  const user = bsuidOf(someone, number.business);
  return someone.hidesNumber ? { user } : { phone: someone.phone, user };
}

function contactOf(chat: WhatsAppChat): object {
  const { person, hidesNumber } = chat.someone;
  const { phone, user } = idsOf(chat);
  const profile = { name: person.name ?? person.username, ...(hidesNumber && { username: `@${person.username}` }) };
  return { profile, ...(phone && { wa_id: phone }), user_id: user };
}

function errorOf({ code, title, details }: StatusError): object {
  const href = 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/';
  return { code, title, message: title, error_data: { details }, href };
}

function seconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}

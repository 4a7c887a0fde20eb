import { isBsuid } from './person-ids.js';
import { WHATSAPP_LIMITS } from './limits.js';

export interface WhatsAppMessage {
  /** A phone number in digits, or a BSUID. */
  to: string;
  text?: string;
  /** By the id of a file that was uploaded, or by a link that WhatsApp fetches; a document has a name. */
  media?: { type: 'image' | 'video' | 'audio' | 'file'; id?: string; link: string; filename?: string };
  choices?: readonly { title: string; payload: string }[];
  /** Approved beforehand; `text` is only what it reads as. */
  template?: { name: string; language: string; components: readonly Record<string, unknown>[] };
  /** What opens a list of choices. */
  listButton?: string;
  replyToMid?: string;
  /** Comes back in every status. */
  callbackData?: string;
}

/** The body of `POST /{phone-number-id}/messages`, as it goes over the wire. */
export function whatsAppBodyOf(message: WhatsAppMessage): Record<string, unknown> {
  const { to, replyToMid, callbackData } = message;
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    // Without the plus WhatsApp reads a number as one of the business's own country.
    ...(isBsuid(to) ? { recipient: to } : { to: `+${to.replace(/^\+/, '')}` }),
    ...contentOf(message),
    ...(replyToMid === undefined ? {} : { context: { message_id: replyToMid } }),
    ...(callbackData === undefined ? {} : { biz_opaque_callback_data: callbackData }),
  };
}

/**
 * Looks for what WhatsApp would refuse, mostly only by a status. The sentence quotes nothing of the message.
 * @returns `undefined` when it may be sent
 */
export function findWhatsAppProblem({ to, text, media, choices, template }: WhatsAppMessage): string | undefined {
  if (to.trim() === '') return 'The message names no recipient.';
  if (template) return undefined;
  if (media) {
    if (media.id === undefined && !/^https?:\/\/\S+$/i.test(media.link)) return 'The attachment has no http(s) URL.';
    if (text !== undefined && media.type === 'audio') return 'A voice message has no caption.';
    return tooLong('caption', text, WHATSAPP_LIMITS.caption);
  }
  if (text === undefined || text.trim() === '') return 'The text is empty.';
  if (!choices) return tooLong('text', text, WHATSAPP_LIMITS.text);
  const isList = choices.length > WHATSAPP_LIMITS.buttons;
  if (choices.length < 1 || choices.length > WHATSAPP_LIMITS.listRows)
    return `There are ${choices.length} choices, 1 to ${WHATSAPP_LIMITS.listRows} are allowed.`;
  const titles = new Set(choices.map(({ title }) => title));
  if (titles.size < choices.length) return 'Two choices have the same title.';
  const [title, id] = isList
    ? [WHATSAPP_LIMITS.rowTitle, WHATSAPP_LIMITS.rowId]
    : [WHATSAPP_LIMITS.buttonTitle, WHATSAPP_LIMITS.buttonId];
  for (const choice of choices) {
    const problem =
      tooLong('title of a choice', choice.title, title) ?? tooLong('payload of a choice', choice.payload, id);
    if (problem) return problem;
  }
  return tooLong('text above choices', text, isList ? WHATSAPP_LIMITS.listBody : WHATSAPP_LIMITS.buttonsBody);
}

function tooLong(what: string, text: string | undefined, max: number): string | undefined {
  if (text === undefined || text.length <= max) return undefined;
  return `The ${what} has ${text.length} characters, ${max} are allowed.`;
}

function contentOf({
  text,
  media,
  choices,
  template,
  listButton = 'Choose',
}: WhatsAppMessage): Record<string, unknown> {
  if (template) {
    const { name, language, components } = template;
    const filled = components.length > 0 ? { components } : {};
    return { type: 'template', template: { name, language: { code: language }, ...filled } };
  }
  if (media) {
    const type = media.type === 'file' ? 'document' : media.type;
    const file = media.id === undefined ? { link: media.link } : { id: media.id };
    const named = type === 'document' && media.filename !== undefined ? { filename: media.filename } : {};
    return { type, [type]: { ...file, ...named, ...(text === undefined ? {} : { caption: text }) } };
  }
  if (!choices) return { type: 'text', text: { preview_url: false, body: text } };
  if (choices.length <= WHATSAPP_LIMITS.buttons) {
    const buttons = choices.map(({ title, payload }) => ({ type: 'reply', reply: { id: payload, title } }));
    return { type: 'interactive', interactive: { type: 'button', body: { text }, action: { buttons } } };
  }
  const rows = choices.map(({ title, payload }) => ({ id: payload, title }));
  const action = { button: listButton, sections: [{ rows }] };
  return { type: 'interactive', interactive: { type: 'list', body: { text }, action } };
}

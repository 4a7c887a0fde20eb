import { refuseParameter } from '../graph/graph-error.js';
import { refuseWhatsApp } from './whatsapp-errors.js';

/** What a send body asks for, once it is known to be right. */
export interface WhatsAppContent {
  type: string;
  content: Record<string, unknown>;
  context?: { id: string };
  callbackData?: string;
}

type Fields = Record<string, unknown>;

const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;
const MAX_CALLBACK_DATA = 512;

/** By `type`: what must hold of the content under its name. */
const CHECKS: Record<string, (content: Fields) => void> = {
  text: ({ body }) => {
    if (typeof body !== 'string' || body === '') refuseParameter("The parameter text['body'] is required.");
    if (body.length > MAX_TEXT) refuseParameter(`Param text['body'] must be at most ${MAX_TEXT} characters long.`);
  },
  image: (media) => checkMedia(media, true),
  video: (media) => checkMedia(media, true),
  document: (media) => checkMedia(media, true),
  audio: (media) => checkMedia(media, false),
  sticker: (media) => checkMedia(media, false),
  location: ({ latitude, longitude }) => {
    if (latitude === undefined || longitude === undefined) refuseWhatsApp('parameter_missing');
  },
  reaction: ({ message_id, emoji }) => {
    if (typeof message_id !== 'string' || typeof emoji !== 'string') refuseWhatsApp('parameter_missing');
  },
  interactive: checkInteractive,
};

/**
 * Reads the body of `POST /{phone-number-id}/messages` as the Cloud API does.
 * @throws {GraphError} 100, 131008, 131009, 131051
 */
export function readWhatsAppBody(body: Fields): WhatsAppContent {
  if (body.messaging_product !== 'whatsapp') refuseParameter('The parameter messaging_product is required.');
  const type = body.type ?? 'text';
  if (typeof type !== 'string') refuseParameter('Param type must be a string');
  if (type === 'template') refuseWhatsApp('template_missing');
  const check = Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (!check && type !== 'contacts') refuseWhatsApp('unsupported_type');
  const content = body[type];
  if (typeof content !== 'object' || content === null) refuseParameter(`The parameter ${type} is required.`);
  check?.(content as Fields);
  const callbackData = body.biz_opaque_callback_data;
  if (callbackData !== undefined && (typeof callbackData !== 'string' || callbackData.length > MAX_CALLBACK_DATA))
    refuseParameter(`Param biz_opaque_callback_data must be at most ${MAX_CALLBACK_DATA} characters long.`);
  const answered = (body.context as Fields | undefined)?.message_id;
  return {
    type,
    content: content as Fields,
    ...(typeof answered === 'string' && { context: { id: answered } }),
    ...(callbackData !== undefined && { callbackData }),
  };
}

function checkMedia({ id, link, caption }: Fields, mayHaveCaption: boolean): void {
  if ((id === undefined) === (link === undefined)) refuseWhatsApp('parameter_invalid', 'Give an id or a link.');
  if (link !== undefined && !/^https?:\/\/\S+$/.test(textOf(link)))
    refuseWhatsApp('parameter_invalid', 'The link must be an http(s) URL.');
  if (caption === undefined) return;
  if (!mayHaveCaption) refuseWhatsApp('parameter_invalid', 'Captions are not allowed here.');
  checkLength('Caption', caption, MAX_CAPTION);
}

function checkInteractive({ type, body, header, footer, action }: Fields): void {
  const isList = type === 'list';
  if (type !== 'button' && !isList) refuseWhatsApp('parameter_invalid', 'Interactive type is not valid.');
  checkLength('Body text', (body as Fields | undefined)?.text, isList ? 4096 : 1024);
  for (const part of [header, footer])
    if (part !== undefined) checkLength('Header or footer', (part as Fields).text, 60);
  const { buttons, button, sections } = (action ?? {}) as Fields;
  if (isList) checkSections(button, sections);
  else checkButtons(buttons);
}

function checkButtons(buttons: unknown): void {
  if (!Array.isArray(buttons) || buttons.length < 1 || buttons.length > 3)
    refuseWhatsApp('parameter_invalid', 'Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3');
  const replies = (buttons as { reply?: Fields }[]).map(({ reply }) => reply ?? {});
  for (const { id, title } of replies) {
    checkLength('Button title', title, 20);
    checkLength('Button id', id, 256);
  }
  if (new Set(replies.map(({ title }) => title)).size < replies.length)
    refuseWhatsApp('parameter_invalid', 'Button titles must be unique.');
}

function checkSections(button: unknown, sections: unknown): void {
  checkLength('Button', button, 20);
  if (!Array.isArray(sections) || sections.length < 1 || sections.length > 10)
    refuseWhatsApp('parameter_invalid', 'Invalid sections count. Min: 1, Max: 10');
  const list = sections as { title?: unknown; rows?: Fields[] }[];
  for (const { title } of list) if (list.length > 1) checkLength('Section title', title, 24);
  const rows = list.flatMap((section) => section.rows ?? []);
  if (rows.length < 1 || rows.length > 10)
    refuseWhatsApp('parameter_invalid', 'Total row count exceed max allowed count: 10');
  for (const { id, title, description } of rows) {
    checkLength('Row title', title, 24);
    checkLength('Row id', id, 200);
    if (description !== undefined) checkLength('Row description', description, 72);
  }
}

function checkLength(what: string, value: unknown, max: number): void {
  const { length } = textOf(value);
  if (length < 1 || length > max)
    refuseWhatsApp('parameter_invalid', `${what} length invalid. Min length: 1, Max length: ${max}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { APP_ID } from '../app-id.js';
import { parseFields, pick } from '../graph/fields.js';
import { parameter, textOf, textParameter } from '../graph/graph-call.js';
import type { GraphCall, GraphContext, GraphResult } from '../graph/graph-call.js';
import type { GraphRouteSpec } from '../graph/graph-door.js';
import { refuseParameter, refuseUnknownObject } from '../graph/graph-error.js';
import { usableToken } from '../graph/tokens.js';
import { bsuidOf } from './whatsapp-world.js';
import type { WhatsAppBusiness, WhatsAppChat, WhatsAppNumber, WhatsAppPerson } from './whatsapp-world.js';
import { readWhatsAppBody } from './send-rules.js';
import { refuseWhatsApp, WHATSAPP_ERRORS } from './whatsapp-errors.js';

const WINDOW_MS = 24 * 3_600_000;
/** How long the address of a file is good. */
const MEDIA_URL_MS = 5 * 60_000;
const TYPING_MS = 25_000;

/** What the Cloud API has and Instagram has not; what both have is told apart by whose id is in the path. */
export function whatsappRoutes(context: GraphContext): GraphRouteSpec[] {
  const facebook = ['facebook'] as const;
  return [
    {
      method: 'GET',
      path: '/:id/phone_numbers',
      hosts: facebook,
      route: 'numbers',
      handler: (call) => {
        const { numbers } = businessInPath(context, call);
        const fields = parseFields(parameter(call, 'fields'));
        return { body: { data: numbers.map((number) => pick(describeNumber(number), fields, numberFields)) } };
      },
    },
    {
      method: 'POST',
      path: '/:id/register',
      hosts: facebook,
      route: 'register',
      handler: (call) => register(context, call),
    },
  ];
}

const numberFields = ['id', 'display_phone_number', 'verified_name', 'quality_rating', 'platform_type'];

function describeNumber({ phoneNumberId, phone, business, isOnBizApp, isRegistered }: WhatsAppNumber) {
  return {
    id: phoneNumberId,
    display_phone_number: `+${phone}`,
    verified_name: business.name,
    quality_rating: 'GREEN',
    code_verification_status: 'VERIFIED',
    platform_type: 'CLOUD_API',
    is_on_biz_app: isOnBizApp,
    status: isRegistered ? 'CONNECTED' : 'PENDING',
    throughput: { level: 'STANDARD' },
  };
}

/** `GET /{phone-number-id}` */
export function numberNode(context: GraphContext, call: GraphCall): GraphResult {
  const number = numberInPath(context, call);
  return { body: pick(describeNumber(number), parseFields(parameter(call, 'fields')), numberFields) };
}

/** `GET /{media-id}`: where the file can be fetched for five minutes, with the token. */
export function mediaNode(context: GraphContext, call: GraphCall): GraphResult {
  const id = call.params.id as string;
  const media = context.whatsapp.world.media.get(id);
  if (!media || !reaches(call, media.number.business)) return refuseUnknownObject(id, call.record.method);
  const until = Math.floor((context.clock.now() + MEDIA_URL_MS) / 1000);
  return {
    body: {
      messaging_product: 'whatsapp',
      url: mediaUrl(context, id, until),
      mime_type: media.mimeType,
      sha256: createHash('sha256').update(media.bytes).digest('hex'),
      file_size: media.bytes.length,
      id,
    },
  };
}

export function mediaUrl(context: GraphContext, id: string, untilS: number): string {
  return `${context.baseUrl()}/lookaside/${id}?ext=${untilS}&hash=${hashOf(context, id, untilS)}`;
}

function hashOf({ secrets }: GraphContext, id: string, untilS: number): string {
  return createHash('sha256').update(`${secrets.facebook}:${id}:${untilS}`).digest('base64url').slice(0, 20);
}

/** Where files lie: 401 without the token, 404 once the address is old. */
export function openLookaside(app: FastifyInstance, context: GraphContext): void {
  app.get<{ Params: { id: string }; Querystring: { ext?: string; hash?: string } }>(
    '/lookaside/:id',
    (request, reply) => {
      const { id } = request.params;
      const until = Number(request.query.ext);
      const media = context.whatsapp.world.media.get(id);
      const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const token = context.tokens.find(bearer);
      if (!media || !token?.businessIds.includes(media.number.business.wabaId)) return reply.code(401).send();
      usableToken(context.tokens, 'facebook', bearer, context.clock.now());
      const isGood = request.query.hash === hashOf(context, id, until) && until * 1000 > context.clock.now();
      return isGood ? reply.type(media.mimeType).send(media.bytes) : reply.code(404).send();
    },
  );
}

/** Subscribing an app to a business: all of its numbers, the fields as the app has them. */
export function businessSubscription(context: GraphContext, call: GraphCall): GraphResult {
  const business = businessInPath(context, call);
  const { appFields } = context.whatsapp.world;
  const isSubscribed = business.subscriptions.facebook.size > 0;
  if (call.record.method === 'GET') {
    const app = { id: APP_ID, name: 'Inbox', link: `https://www.facebook.com/games/?app_id=${APP_ID}` };
    return { body: { data: isSubscribed ? [{ whatsapp_business_api_data: app }] : [] } };
  }
  business.subscriptions.facebook = new Set(call.record.method === 'POST' ? appFields : []);
  return { body: { success: true } };
}

function register(context: GraphContext, call: GraphCall): GraphResult {
  const number = numberInPath(context, call);
  if (number.isOnBizApp) refuseParameter('Numbers that the app uses, too, cannot be registered.');
  if (!/^\d{6}$/.test(textParameter(call, 'pin'))) refuseParameter('Param pin must be six digits.');
  number.isRegistered = true;
  return { body: { success: true } };
}

/** `POST /{phone-number-id}/messages`: a message, or that the business has read one. */
export function sendWhatsApp(context: GraphContext, call: GraphCall): GraphResult {
  const number = numberInPath(context, call);
  if (!call.token.scopes.includes('whatsapp_business_messaging')) refuseWhatsApp('access_denied');
  if (!number.isRegistered) refuseWhatsApp('not_registered');
  return call.body.status === undefined ? sendMessage(context, call, number) : markRead(context, call, number);
}

function sendMessage(context: GraphContext, call: GraphCall, number: WhatsAppNumber): GraphResult {
  const { world, statuses, pace } = context.whatsapp;
  const asked = readWhatsAppBody(call.body);
  const { input, someone } = recipientOf(context, call, number);
  const now = context.clock.now();
  pace.take(number.phoneNumberId, input, now, number.isOnBizApp);
  if (number.recipients && !number.recipients.has(someone.phone)) refuseWhatsApp('not_on_list');
  const chat = world.chat(number, someone);
  const isOpen = chat.lastInboundAt !== null && now - chat.lastInboundAt < WINDOW_MS;
  if (!isOpen && someone.isReachable && statuses.options.refusals === 'answer') refuseWhatsApp('window_over');
  const message = world.add(chat, { from: 'business', via: 'api', ...asked });
  const refusal = !someone.isReachable ? WHATSAPP_ERRORS.undeliverable : isOpen ? null : WHATSAPP_ERRORS.window_over;
  const failure = refusal ? { error: refusal, afterSent: false } : call.failsLater;
  const byId = textOf(call.body.to) === '';
  const sent = context.ledger.accept({
    channel: 'whatsapp',
    accountId: number.phoneNumberId,
    recipientId: input,
    login: 'facebook',
    mid: message.wamid,
    text: shownText(asked.content),
    attachments: ['image', 'video', 'audio', 'document', 'sticker'].includes(asked.type) ? [asked.type] : [],
    quickReplies: choicesOf(asked.content).map(({ title }) => title),
    tag: null,
    commentId: null,
    handle: asked.callbackData ?? null,
    at: message.at,
    callId: call.record.id,
    answered: true,
  });
  show(context, chat, message);
  const contact = { input, ...(byId ? { user_id: input } : { wa_id: someone.phone }) };
  const follow = () => statuses.follow(chat, message, failure);
  return {
    body: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id: message.wamid }] },
    sent,
    after: () => (call.showsAfterMs > 0 ? context.webhooks.at(now + call.showsAfterMs, follow) : follow()),
  };
}

/** Nobody tells beforehand whether a number has WhatsApp: what is for one that hasn't is taken, and fails. */
function recipientOf(
  { whatsapp: { world } }: GraphContext,
  { body }: GraphCall,
  { business, phone }: WhatsAppNumber,
): { input: string; someone: WhatsAppPerson } {
  const to = textOf(body.to);
  const input = to || textOf(body.recipient);
  if (input === '') refuseParameter('The parameter to is required.');
  if (to === '' && !/^[A-Z]{2}\./.test(input)) refuseWhatsApp('parameter_invalid', 'Recipient is no user id.');
  // Without a plus it is a number of the business's own country.
  const digits = to.startsWith('+') ? to.replace(/\D/g, '') : `${phone.slice(0, 1)}${to.replace(/\D/g, '')}`;
  const id = to === '' ? input : digits;
  const person = { username: `nobody-${id}`, name: null, hasPicture: false, followsBusiness: false, followerCount: 0, available: false }; // prettier-ignore
  const someone = world.findPerson(id, business) ?? { person, phone: id, hidesNumber: false, isReachable: false };
  return { input: id, someone };
}

/** Marks all up to a message as read, and shows typing with it. */
function markRead(context: GraphContext, call: GraphCall, number: WhatsAppNumber): GraphResult {
  const found = context.whatsapp.world.find(textParameter(call, 'message_id'));
  const isTheirs = found?.message.from === 'customer' && found.chat.number === number;
  if (call.body.status !== 'read' || !isTheirs) refuseWhatsApp('parameter_invalid', 'No such message to be read.');
  const { chat, message } = found;
  for (const one of chat.messages) if (one.from === 'customer' && one.at <= message.at) one.isSeen = true;
  const live = { channel: 'whatsapp', account: number.phoneNumberId, customer: chat.someone.person.username };
  context.live.tell({ kind: 'seen', by: 'business', at: context.clock.now(), ...live });
  if (call.body.typing_indicator !== undefined) {
    chat.businessTyping = true;
    context.live.tell({ kind: 'typing', on: true, ...live });
    context.webhooks.later(TYPING_MS, () => {
      chat.businessTyping = false;
      context.live.tell({ kind: 'typing', on: false, ...live });
    });
  }
  return { body: { success: true } };
}

/** Shows a message, or its change, to watchers. */
export function show({ live }: GraphContext, { number, someone }: WhatsAppChat, message: object): void {
  live.tell({ kind: 'message', channel: 'whatsapp', account: number.phoneNumberId, customer: someone.person.username, message }); // prettier-ignore
}

/** The words of a message as its reader sees them. */
export function shownText(content: Record<string, unknown>): string | null {
  const { body, caption, type } = content;
  const reply = typeof type === 'string' ? (content[type] as { title?: unknown } | undefined) : undefined;
  if (typeof reply?.title === 'string') return reply.title;
  const text = typeof body === 'object' && body !== null ? (body as { text?: unknown }).text : (body ?? caption);
  return typeof text === 'string' ? text : null;
}

/** The buttons or rows under a message. */
export function choicesOf({ action }: Record<string, unknown>): { id: string; title: string; isRow: boolean }[] {
  const { buttons = [], sections = [] } = (action ?? {}) as {
    buttons?: { reply: { id: string; title: string } }[];
    sections?: { rows: { id: string; title: string }[] }[];
  };
  return [
    ...buttons.map(({ reply: { id, title } }) => ({ id, title, isRow: false })),
    ...sections.flatMap(({ rows }) => rows.map(({ id, title }) => ({ id, title, isRow: true }))),
  ];
}

function numberInPath(context: GraphContext, call: GraphCall): WhatsAppNumber {
  const id = call.params.id as string;
  const number = context.whatsapp.world.findNumber(id);
  return number && reaches(call, number.business) ? number : refuseUnknownObject(id, call.record.method);
}

function businessInPath(context: GraphContext, call: GraphCall): WhatsAppBusiness {
  const id = call.params.id as string;
  const business = context.whatsapp.world.findBusiness(id);
  return business && reaches(call, business) ? business : refuseUnknownObject(id, call.record.method);
}

function reaches({ token }: GraphCall, { wabaId }: WhatsAppBusiness): boolean {
  return token.businessIds.includes(wabaId);
}

/** Their id as the business knows it. */
export function idOf({ someone, number }: WhatsAppChat): string {
  return someone.hidesNumber ? bsuidOf(someone, number.business) : someone.phone;
}

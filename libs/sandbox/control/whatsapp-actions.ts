import { textOf } from '../graph/graph-call.js';
import type { Happened } from '../people/stage.js';
import type { Sandbox } from '../sandbox.js';
import type { WhatsAppContact, Writing } from '../whatsapp/contact.js';
import type { SandboxNumber } from '../whatsapp/number.js';

type Body = Record<string, unknown>;
type ContactAct = (contact: WhatsAppContact, body: Body, writing: Writing) => Happened | void;
type NumberAct = (number: SandboxNumber, body: Body, sandbox: Sandbox) => Happened | void;

const text = (body: Body, field = 'text') => textOf(body[field]);

/** What a person can be told to do on WhatsApp. The names are the methods of {@link WhatsAppContact}, in kebab-case. */
const CONTACT_ACTS: Record<string, ContactAct> = {
  'send-text': (contact, body, writing) => contact.sendText(text(body), writing),
  'send-picture': (contact, body, writing) =>
    contact.sendPicture(body.text === undefined ? undefined : text(body), writing),
  'send-voice': (contact, _body, writing) => contact.sendVoice(writing),
  'send-location': (contact, body, writing) =>
    contact.sendLocation(Number(body.latitude), Number(body.longitude), writing),
  'send-unsupported': (contact, _body, writing) => contact.sendUnsupported(writing),
  'tap-choice': (contact, body, writing) => contact.tapChoice(text(body, 'title'), writing),
  react: (contact, body, writing) => contact.react(text(body, 'mid'), text(body, 'emoji') || undefined, writing),
  unreact: (contact, body, writing) => contact.unreact(text(body, 'mid'), writing),
  revoke: (contact, body, writing) => contact.revoke(text(body, 'mid'), writing),
  edit: (contact, body, writing) => contact.edit(text(body, 'mid'), text(body), writing),
  'mark-read': (contact, _body, { to }) => contact.markRead(to),
  'take-username': (contact) => contact.takeUsername(),
  'change-number': (contact, body, writing) => contact.changeNumber(text(body, 'phone'), writing),
};

const NUMBER_ACTS: Record<string, NumberAct> = {
  reply: (number, body, sandbox) =>
    number.replyFromPhone(sandbox.onWhatsApp(sandbox.getCustomer(text(body, 'customer'))), text(body)),
  notice: (number, body) => number.notice(text(body, 'field'), body.value as Record<string, unknown>),
  subscribe: (number) => number.subscribe(),
  unsubscribe: (number) => number.unsubscribe(),
};

/** @throws {Error} for a person, a number or an action there isn't */
export function contactAction(sandbox: Sandbox, name: string, action: string, body: Body): Happened | null {
  const act = known(CONTACT_ACTS, action);
  const to = body.account === undefined ? sandbox.number : sandbox.getNumber(text(body, 'account'));
  const contact = sandbox.onWhatsApp(sandbox.getCustomer(name));
  const writing: Writing = {
    to,
    ...(body.replyTo !== undefined && { replyTo: text(body, 'replyTo') }),
    ...(body.webhook !== undefined && { webhook: body.webhook === true }),
  };
  return act(contact, body, writing) ?? null;
}

/** @throws {Error} for a number or an action there isn't */
export function numberAction(sandbox: Sandbox, name: string, action: string, body: Body): Happened | null {
  return known(NUMBER_ACTS, action)(sandbox.getNumber(name), body, sandbox) ?? null;
}

function known<Act>(acts: Record<string, Act>, action: string): Act {
  const act = Object.hasOwn(acts, action) ? acts[action] : undefined;
  if (!act) throw new Error(`There is no action ${action}; there are ${Object.keys(acts).join(', ')}`);
  return act;
}

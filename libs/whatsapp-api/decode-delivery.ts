import {
  isObject,
  listIn,
  readObjectName,
  readText,
  toId,
  toMillis,
  type DecodedDelivery,
  type DecodedEntry,
  type DeliverySummary,
  type JsonObject,
  type PersonId,
  type StatusEvent,
  type WebhookEvent,
} from '#libs/graph-api';
import { personIdsIn } from './person-ids.js';
import { readContent } from './read-message.js';
import { accountOf, elementsOf, entriesOf, isTest, type Change, type Element } from './walk-changes.js';

/** Clocks differ, and so may time zones. */
const clockSkewMs = 86_400_000;

const states = new Set(['sent', 'delivered', 'read', 'played', 'failed']);

/**
 * What the door must know before it answers: how many events, and whose numbers. Without reading their content; never
 * throws.
 */
export function summarizeWhatsAppDelivery(body: unknown): DeliverySummary {
  let events = 0;
  let tests = 0;
  const accountIds: string[][] = [];
  for (const { changes } of entriesOf(body)) {
    const ids = new Set<string>();
    for (const change of changes) {
      const elements = elementsOf(change).length;
      events += elements;
      if (isTest(change)) tests += elements;
      const id = accountOf(change);
      if (id !== undefined && elements > 0) ids.add(id);
    }
    // Each number is an account of its own, and none an alias of another.
    if (ids.size === 0) accountIds.push([]);
    for (const id of ids) accountIds.push([id]);
  }
  return { object: readObjectName(body), events, accountIds, isTest: events > 0 && tests === events };
}

/**
 * Understands a delivery of the WhatsApp Business Cloud API: messages, statuses, what a person wrote in the phone's app,
 * history, notices. Each is read on its own; what can't be read becomes an `unknown` event. Never throws.
 *
 * @param body the parsed JSON (by `parseJsonLossless`)
 * @param options when the delivery came, ms: the time of what names none, or one that can't be
 */
export function decodeWhatsAppDelivery(body: unknown, options: { receivedAt?: number } = {}): DecodedDelivery {
  const receivedAt = options.receivedAt ?? 0;
  let index = 0;
  const entries = entriesOf(body).map(({ entryId, time, changes }): DecodedEntry => {
    const events = changes.flatMap((change) =>
      elementsOf(change).map((element) => readElement(element, change, { index: index++, time, receivedAt })),
    );
    return { ...(entryId === undefined ? {} : { entryId }), ...(time === undefined ? {} : { time }), events };
  });
  const shape = Array.isArray(body) ? 'array' : isObject(body) ? 'object' : 'invalid';
  return { object: readObjectName(body), entries, shape };
}

interface Told {
  index: number;
  time: number | undefined;
  receivedAt: number;
}

type Base = Omit<WebhookEvent & { kind: 'notice' }, 'kind' | 'about'>;

function readElement(element: Element, change: Change, told: Told): WebhookEvent {
  const { item, about } = element;
  if (!isObject(item)) return unknown(baseOf(element, change, told, {}), 'not_an_object', about);
  switch (element.kind) {
    case 'message':
      return readMessage(baseOf(element, change, told, personOf(item, change.value)), item, false);
    case 'echo':
      return readEcho(element, change, told, item);
    case 'history':
      return readHistory(element, change, told, item);
    case 'status':
      return readStatus(element, change, told, item);
    case 'preference':
      return readPreference(element, change, told, item);
    default:
      return { ...baseOf(element, change, told, {}), kind: 'notice', about };
  }
}

interface Person {
  ids?: PersonId[];
  name?: string;
  /** Our number wrote to them. */
  isRecipient?: boolean;
}

function baseOf({ item, kind }: Element, change: Change, { index, time, receivedAt }: Told, person: Person): Base {
  const { numberId, entryId, isStandby } = change;
  const { ids = [], name, isRecipient = false } = person;
  const own = isObject(item) ? (toMillis(item.timestamp) ?? undefined) : undefined;
  const toldAt = own ?? time ?? receivedAt;
  const accountId = accountOf(change);
  const other = ids[0]?.value;
  const [senderId, recipientId] = isRecipient ? [numberId, other] : [other, numberId];
  return {
    index,
    ...(entryId === undefined ? {} : { entryId }),
    accountIds: accountId === undefined ? [] : [accountId],
    ...(senderId === undefined ? {} : { senderId }),
    ...(recipientId === undefined ? {} : { recipientId }),
    timestamp: receivedAt > 0 && toldAt > receivedAt + clockSkewMs ? receivedAt : toldAt,
    standby: isStandby,
    isEcho: kind === 'echo',
    isSelf: false,
    isTest: isTest(change),
    ...(ids.length === 0 ? {} : { personIds: ids }),
    ...(name === undefined ? {} : { personName: name }),
    ...(kind === 'history' ? { isHistory: true as const } : {}),
    raw: { field: change.field, value: item },
    unknownFields: [],
  };
}

/** Contacts are matched by their ids, never by their place: there may be more or fewer of them than messages. */
function personOf(message: JsonObject, value: JsonObject): Person {
  const named = personIdsIn(message.from, message.from_user_id);
  const contact = contactOf(value, named);
  const own = ownCard(message);
  const ids = personIdsIn(message.from, message.from_user_id, contact.wa_id, contact.user_id, own);
  return { ids, ...nameIn(contact) };
}

function contactOf(value: JsonObject, named: readonly PersonId[]): JsonObject {
  const contacts = listIn(value.contacts).filter(isObject);
  const known = new Set(named.map(({ value: id }) => id));
  const match = contacts.find((contact) =>
    personIdsIn(contact.wa_id, contact.user_id).some(({ value: id }) => known.has(id)),
  );
  return match ?? (known.size === 0 && contacts.length === 1 ? (contacts[0] as JsonObject) : {});
}

/** The person's own number, sent as the answer to our asking for it. */
function ownCard(message: JsonObject): unknown {
  const [card] = listIn(message.contacts).filter(isObject);
  if (readText(message.type) !== 'contacts' || !card) return undefined;
  const origin = readText(message.origin) ?? readText(card.origin);
  const [phone] = listIn(card.phones).filter(isObject);
  return origin === 'contact_request' && phone ? (toId(phone.wa_id) ?? toId(phone.phone)) : undefined;
}

function nameIn(contact: JsonObject): Pick<Person, 'name'> {
  const profile = isObject(contact.profile) ? contact.profile : {};
  const name = readText(profile.name) ?? readText(profile.username);
  return name === undefined ? {} : { name };
}

function readMessage(base: Base, message: JsonObject, isEcho: boolean): WebhookEvent {
  const mid = toId(message.id);
  if (mid === undefined) return unknown(base, 'no_mid', 'messages');
  if (message.group_id !== undefined) return { ...base, kind: 'notice', about: 'group' };
  const type = readText(message.type);
  const content = isObject(message[type ?? '']) ? (message[type ?? ''] as JsonObject) : {};
  switch (type) {
    case 'reaction':
      return readReaction(base, content);
    case 'edit':
      return readEdit(base, content);
    case 'revoke': {
      const original = toId(content.original_message_id);
      return original === undefined ? unknown(base, 'no_mid', 'revoke') : { ...base, kind: 'unsend', mid: original };
    }
    case 'system':
      return readSystem(base, message, content);
    case 'request_welcome':
      return { ...base, kind: 'notice', about: type };
    case 'media_placeholder':
      // The media comes in a delivery of its own, under the same id.
      return { ...unknown(base, 'bad_payload', type), mid, mids: [mid] };
    default:
      return { ...base, kind: 'message', mid, ...readContent(message), ...(isEcho ? { sendHandle: null } : {}) };
  }
}

function readReaction(base: Base, { message_id, emoji }: JsonObject): WebhookEvent {
  const mid = toId(message_id);
  if (mid === undefined) return unknown(base, 'no_mid', 'reaction');
  const shown = readText(emoji);
  // Whether it opens the window is not documented.
  return shown === undefined
    ? { ...base, kind: 'reaction', mid, action: 'unreact', opensWindow: false }
    : { ...base, kind: 'reaction', mid, action: 'react', emoji: shown, opensWindow: false };
}

/** The edit has an id of its own, and no number. */
function readEdit(base: Base, { original_message_id, message }: JsonObject): WebhookEvent {
  const mid = toId(original_message_id);
  if (mid === undefined) return unknown(base, 'no_mid', 'edit');
  const { text } = readContent(isObject(message) ? message : {});
  return { ...base, kind: 'edit', mid, ...(text === undefined ? {} : { text }) };
}

/** Not from the person: never answered, and it opens no window. */
function readSystem(base: Base, message: JsonObject, system: JsonObject): WebhookEvent {
  const type = readText(system.type) ?? '';
  if (!/^user_changed_/.test(type) && system.wa_id === undefined && system.user_id === undefined)
    return { ...base, kind: 'notice', about: 'system' };
  const now = personIdsIn(system.wa_id, system.new_wa_id, system.user_id);
  const isNew = new Set(now.map(({ value }) => value));
  const before = personIdsIn(system.previous_user_id, message.from, message.from_user_id).filter(
    ({ value }) => !isNew.has(value),
  );
  if (now.length === 0 || before.length === 0) return { ...base, kind: 'notice', about: 'system' };
  return { ...base, kind: 'relink', personIds: now, previousIds: before };
}

function readEcho(element: Element, change: Change, told: Told, item: JsonObject): WebhookEvent {
  // Under `standby` the message is the request that sent it.
  const message = isObject(item.message) ? { ...item.message, id: item.id, timestamp: item.timestamp } : item;
  const ids = personIdsIn(message.to, message.to_user_id, message.recipient);
  const contact = contactOf(change.value, ids);
  const person = { ids, isRecipient: true, ...nameIn(contact) };
  return readMessage(baseOf(element, change, told, person), message, true);
}

/** Of marketing alone; what else people may choose one day stays a notice. */
function readPreference(element: Element, change: Change, told: Told, item: JsonObject): WebhookEvent {
  const ids = personIdsIn(item.wa_id, item.user_id);
  const base = baseOf(element, change, told, { ids, ...nameIn(contactOf(change.value, ids)) });
  const value = readText(item.value)?.toLowerCase();
  const isKnown = /^marketing/.test(readText(item.category) ?? '') && (value === 'stop' || value === 'resume');
  if (!isKnown || ids.length === 0) return { ...base, kind: 'notice', about: element.about };
  return { ...base, kind: 'preference', about: 'marketing', value };
}

function readHistory(element: Element, change: Change, told: Told, item: JsonObject): WebhookEvent {
  const writers = personIdsIn(item.from, item.from_user_id);
  const people = element.thread === undefined ? writers : personIdsIn(element.thread);
  const byPerson = writers.some(({ value }) => people.some((one) => one.value === value));
  const person = { ids: people, isRecipient: !byPerson };
  const event = readMessage(baseOf(element, change, told, person), item, false);
  return { ...event, isHistory: true, opensWindow: false };
}

function readStatus(element: Element, change: Change, told: Told, item: JsonObject): WebhookEvent {
  const ids = personIdsIn(item.recipient_id, item.recipient_user_id);
  const base = baseOf(element, change, told, { ids, isRecipient: true, ...nameIn(contactOf(change.value, ids)) });
  const mid = toId(item.id);
  if (mid === undefined) return unknown(base, 'no_mid', 'statuses');
  const kind = readText(item.type);
  if (readText(item.recipient_type) === 'group' || kind === 'call')
    return { ...base, kind: 'notice', about: kind === 'call' ? 'calls' : 'group' };
  const state = readText(item.status)?.toLowerCase();
  const handle = readText(item.biz_opaque_callback_data);
  const error = errorIn(item.errors);
  return {
    ...base,
    kind: 'status',
    mid,
    ...(state !== undefined && states.has(state) ? { state: state as StatusEvent['state'] } : {}),
    ...(handle === undefined ? {} : { sendHandle: handle }),
    ...(error === undefined ? {} : { error }),
    ...(isObject(item.pricing) ? { pricing: item.pricing } : {}),
  };
}

function errorIn(errors: unknown): StatusEvent['error'] {
  const [error] = listIn(errors).filter(isObject);
  if (!error) return undefined;
  const data = isObject(error.error_data) ? error.error_data : {};
  const title = readText(error.title) ?? readText(error.message) ?? 'WhatsApp did not say why.';
  const details = readText(data.details) ?? readText(error.details);
  const code = Number(readText(error.code));
  return {
    ...(Number.isSafeInteger(code) ? { code } : {}),
    message: details === undefined || details === title ? title : `${title}: ${details}`,
  };
}

type UnknownEvent = WebhookEvent & { kind: 'unknown' };

function unknown(base: Base, reason: UnknownEvent['reason'], field: string): UnknownEvent {
  return { ...base, kind: 'unknown', reason, field, mids: [] };
}

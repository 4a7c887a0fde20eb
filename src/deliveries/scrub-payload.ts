import { parseJsonLossless, toId } from '#libs/graph-api';

type Json = Record<string, unknown>;

const removed = JSON.stringify({ removed: true });

/** What stays of an event whose message was taken back: which message, whose, when, what kind. Never what it said. */
const keptKeys = new Set([
  ...['mid', 'message_id', 'id', 'time', 'timestamp', 'created_time', 'event_timestamp', 'field', 'app_id'],
  ...['is_echo', 'is_self', 'is_deleted', 'is_unsupported', 'action', 'num_edit', 'original_message_id'],
]);
const partyKeys = new Set(['sender', 'recipient', 'from', 'to']);
/** Where the message stands inside its event. */
const bodyKeys = new Set(['message', 'postback', 'message_edit', 'reaction', 'read', 'event_data', 'value']);

/**
 * The delivery's text without the content of these messages: their ids stay, so that a replay still knows them. A text
 * that can't be parsed goes as a whole, because nobody can tell what in it belongs to whom.
 */
export function scrubMessages(payload: string, mids: ReadonlySet<string>): string {
  const body = parseOrNothing(payload);
  if (body === undefined) return removed;
  const clean = withoutContent(body, mids);
  return clean === body ? payload : JSON.stringify(clean);
}

/** The delivery's text without any event that names this person. Their id is personal data too: nothing of it stays. */
export function scrubPerson(payload: string, personId: string): string {
  const body = parseOrNothing(payload);
  if (body === undefined) return holdsId(payload, personId) ? removed : payload;
  if (!mentions(body, personId)) return holdsId(payload, personId) ? removed : payload;
  const clean = JSON.stringify(withoutPerson(body, personId) ?? { removed: true });
  return holdsId(clean, personId) ? removed : clean;
}

/** A short id is a part of many a longer number, which names somebody else. */
function holdsId(text: string, id: string): boolean {
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
    if (!isDigit(text[at - 1]) && !isDigit(text[at + id.length])) return true;
  }
  return false;
}

const isDigit = (character = ''): boolean => character >= '0' && character <= '9';

function parseOrNothing(payload: string): unknown {
  try {
    return parseJsonLossless(payload);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the very value it was given when nothing in it is to go, so that an untouched text keeps its bytes. */
function withoutContent(value: unknown, mids: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutContent(item, mids));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  if (namesOne(value, mids)) return idsOf(value);
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutContent(inner, mids)] as const);
  return entries.some(([key, inner]) => inner !== value[key]) ? Object.fromEntries(entries) : value;
}

function namesOne(value: Json, mids: ReadonlySet<string>): boolean {
  const { mid, message_id, id, original_message_id } = value;
  return [mid, message_id, id, original_message_id].some((named) => mids.has(toId(named) ?? ''));
}

function idsOf(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      if (partyKeys.has(key)) return [[key, isObject(inner) ? { id: inner['id'] } : inner]];
      if (bodyKeys.has(key) && isObject(inner)) return [[key, idsOf(inner)]];
      return keptKeys.has(key) && typeof inner !== 'object' ? [[key, inner]] : [];
    }),
  );
}

function mentions(value: unknown, id: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, id));
  if (isObject(value)) return Object.entries(value).some(([key, inner]) => holdsId(key, id) || mentions(inner, id));
  return typeof value === 'string' ? holdsId(value, id) : toId(value) === id;
}

/** Lists lose the items that name the person, at the innermost list that holds them apart; `undefined` when nothing is left. */
function withoutPerson(value: unknown, id: string): unknown {
  if (!mentions(value, id)) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown): unknown[] => {
      const clean = isEventHolder(item) ? withoutPerson(item, id) : mentions(item, id) ? undefined : item;
      return clean === undefined ? [] : [clean];
    });
  }
  if (!isEventHolder(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      const clean = Array.isArray(inner) || isEventHolder(inner) ? withoutPerson(inner, id) : inner;
      return clean === undefined || mentions(clean, id) ? [] : [[key, clean]];
    }),
  );
}

/** The envelope and its entries: they hold several people's events. */
function isEventHolder(value: unknown): value is Json {
  return isObject(value) && ['entry', 'messaging', 'standby', 'changes'].some((key) => key in value);
}

import { toId } from '../json.js';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text that is there and not empty. Some senders wrap it as `{body}`; numbers become their digits. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return isObject(value) && typeof value.body === 'string' ? readText(value.body) : undefined;
}

/** Meta sends flags as booleans and as strings, and sends them when they are false: truth counts, presence doesn't. */
export function readFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return /^(?:true|1|yes)$/i.test(value.trim());
  return value === 1;
}

export function readCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** Leaves out what isn't there, so that events compare, print and store without `undefined`. */
export function defined<T extends object>(value: T): T {
  return setDefined<object, T>({}, value);
}

/** Sets on `target` what is there in `values`, and returns it. */
export function setDefined<T extends object, V extends object>(target: T, values: V): T & V {
  const both = target as T & V;
  for (const key in values) if (values[key] !== undefined) both[key] = values[key] as (T & V)[typeof key];
  return both;
}

/** A person's id out of `{id}`, a bare id, or `{data: [{id}]}`. */
export function readParty(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return toId(value);
  if (value.id !== undefined) return toId(value.id);
  return Array.isArray(value.data) ? readParty(value.data[0]) : undefined;
}

export function readMid(payload: JsonObject): string | undefined {
  return toId(payload.mid) ?? toId(payload.message_id) ?? toId(payload.messageId);
}

/** Arrays as they are, a lone value as a list of one, nothing as an empty list. */
export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/**
 * A list in any of the forms that Meta writes one in: an array, a lone value, `{data: […]}` as the Graph API has it, an
 * object whose keys count its items.
 */
export function listIn(value: unknown): unknown[] {
  if (!isObject(value)) return asList(value);
  if (Array.isArray(value.data)) return value.data;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key)) ? Object.values(value) : [value];
}

/** Payloads that stand in a list, an array or `{data: […]}`; `undefined` for what is a payload itself, or none. */
export function payloadsIn(value: unknown): JsonObject[] | undefined {
  const list = Array.isArray(value)
    ? value
    : isObject(value) && Object.keys(value).length === 1
      ? value.data
      : undefined;
  return Array.isArray(list) && list.length > 0 && list.every(isObject) ? list : undefined;
}

/** Keys under which a message's id was seen. */
export const MID_KEYS: ReadonlySet<string> = new Set(['mid', 'mids', 'message_id', 'messageId']);

/**
 * Every message id anywhere in a value, the outermost first, so that an event nobody can read still names its message.
 * What it replies to is another message's id and left out.
 */
export function findMids(root: unknown): string[] {
  const mids = new Set<string>();
  const queue: unknown[] = [root];
  for (let at = 0; at < queue.length; at++) {
    const value = queue[at];
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (MID_KEYS.has(key)) for (const id of asList(inner).map(toId)) if (id !== undefined) mids.add(id);
      if (key !== 'reply_to' && typeof inner === 'object') queue.push(inner);
    }
  }
  return [...mids];
}

import { isObject, MID_KEYS, type JsonObject } from './read-values.js';

/**
 * Where an element stood: in `messaging[]`, `standby[]` or `changes[]`, as a flat `{field, value}` entry, spread over the
 * entry itself (`direct`), or somewhere nobody expects (`stray`).
 */
export type ElementShape = 'messaging' | 'standby' | 'changes' | 'flat' | 'direct' | 'stray';

export interface DeliveryVisitor {
  /** Called before an entry's elements; `undefined` for one that is no object. */
  entry(entry: JsonObject | undefined): void;
  /**
   * @param raw the element as it came
   * @param event the part that names sender, recipient and payload: `raw` itself, or its `value`
   * @param field the `changes` field, or the name of a stray container
   */
  element(shape: ElementShape, raw: unknown, event: unknown, field: string | undefined): void;
}

/** Keys of a messaging event, seen directly on an entry when somebody left the list out. */
const DIRECT_KEYS = new Set(['sender', 'recipient', 'timestamp', 'from', 'to']);

/**
 * Visits every element of a delivery in order, each on its own: the decoder and the cheap pass both walk here, so they
 * can't disagree about what a delivery holds.
 *
 * @param isPayloadKey whether a key names an event's payload (`message`, `postback`, …)
 */
export function walkDelivery(body: unknown, isPayloadKey: (key: string) => boolean, visitor: DeliveryVisitor): void {
  if (isObject(body)) {
    walkEnvelope(body, isPayloadKey, visitor);
  } else if (Array.isArray(body)) {
    for (const item of body) {
      if (isObject(item)) walkEnvelope(item, isPayloadKey, visitor);
      else walkEntry(item, isPayloadKey, visitor);
    }
  }
}

function walkEnvelope(envelope: JsonObject, isPayloadKey: (key: string) => boolean, visitor: DeliveryVisitor): void {
  const { entry } = envelope;
  if (Array.isArray(entry)) for (const item of entry) walkEntry(item, isPayloadKey, visitor);
  else if (entry !== undefined) walkEntry(entry, isPayloadKey, visitor);
  // The dashboard shows samples without an envelope, and an array at the top may hold entries: events beside `entry` count.
  for (const key of Object.keys(envelope)) {
    if (key === 'entry' || !(key === 'value' || isFilled(envelope[key]) || namesMessage(key, envelope[key]))) continue;
    return walkEntry(envelope, isPayloadKey, visitor, 'entry');
  }
}

function walkEntry(
  entry: unknown,
  isPayloadKey: (key: string) => boolean,
  visitor: DeliveryVisitor,
  walkedKey?: string,
): void {
  if (!isObject(entry)) {
    visitor.entry(undefined);
    if (!isNothing(entry)) visitor.element('stray', entry, entry, 'entry');
    return;
  }
  visitor.entry(entry);
  let direct = false;
  for (const key of Object.keys(entry)) {
    const value = entry[key];
    if (key === 'messaging' || key === 'standby') visitEach(key, value, visitor);
    else if (key === 'changes') visitChanges(value, visitor);
    else if (isPayloadKey(key)) direct ||= !isNothing(value);
    else if (DIRECT_KEYS.has(key) || MID_KEYS.has(key)) direct ||= isFilled(value) || namesMessage(key, value);
    else if (key !== 'value' && key !== walkedKey && isFilled(value)) visitor.element('stray', value, value, key);
  }
  if (entry.value !== undefined || (entry.field !== undefined && !direct)) visitChange('flat', entry, visitor);
  if (direct) visitor.element('direct', entry, entry, undefined);
}

function namesMessage(key: string, value: unknown): boolean {
  return MID_KEYS.has(key) && !isNothing(value);
}

function visitEach(shape: 'messaging' | 'standby', list: unknown, visitor: DeliveryVisitor): void {
  if (Array.isArray(list)) for (const event of list) visitor.element(shape, event, event, undefined);
  else if (!isNothing(list)) visitor.element(shape, list, list, undefined);
}

function visitChanges(list: unknown, visitor: DeliveryVisitor): void {
  if (Array.isArray(list)) for (const change of list) visitChange('changes', change, visitor);
  else if (!isNothing(list)) visitChange('changes', list, visitor);
}

/** A change's value is documented both as an object and as a list of them. */
function visitChange(shape: 'changes' | 'flat', change: unknown, visitor: DeliveryVisitor): void {
  if (!isObject(change)) return visitor.element(shape, change, change, undefined);
  const field = typeof change.field === 'string' ? change.field : undefined;
  const { value } = change;
  if (Array.isArray(value) && value.length > 0) {
    for (const item of value as unknown[]) visitor.element(shape, { ...change, value: item }, item, field);
  } else {
    visitor.element(shape, shape === 'flat' ? { field, value } : change, value, field);
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || typeof value === 'boolean';
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) && Object.keys(value).length > 0;
}

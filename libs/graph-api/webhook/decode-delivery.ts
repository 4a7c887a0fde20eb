import { toId, toMillis } from '../json.js';
import { definitionByField, definitionByKey, isPayloadKey, type EventDefinition } from './event-registry.js';
import { identify } from './identify.js';
import { complete, type EventDraft } from './read-payloads.js';
import { defined, findMids, isObject, payloadsIn, type JsonObject } from './read-values.js';
import { walkDelivery, type DeliveryVisitor, type ElementShape } from './walk-delivery.js';
import type { DecodedDelivery, DecodedEntry, UnknownReason, WebhookEvent } from './webhook-event.js';

/** Clocks differ, and so may time zones. */
const clockSkewMs = 86_400_000;

export interface DecodeOptions {
  /** When the delivery arrived, ms: the time of an event that names none, or one that can't be. */
  receivedAt?: number;
}

/**
 * Understands a webhook delivery in every shape Meta was seen to send: lists, lone objects, `changes`, flat entries,
 * `standby`, an array at the top. Every element is read on its own; one that can't be read becomes an `unknown` event
 * that still names its message. Never throws, keeps no reference to state, does no I/O.
 *
 * @param body the parsed JSON (by `parseJsonLossless`, so that long ids keep their digits)
 */
export function decodeDelivery(body: unknown, options: DecodeOptions = {}): DecodedDelivery {
  const decoder = new DeliveryDecoder(options.receivedAt ?? 0);
  walkDelivery(body, isPayloadKey, decoder);
  const shape = Array.isArray(body) ? 'array' : isObject(body) ? 'object' : 'invalid';
  return { object: readObjectName(body), entries: decoder.entries, shape };
}

/**
 * What the delivery is about: `instagram`, or whatever else the app is subscribed to. What is no name is told by its
 * type: it is not `instagram` either.
 */
export function readObjectName(body: unknown): string | undefined {
  const envelope: unknown = Array.isArray(body)
    ? body.find((item) => isObject(item) && item.object !== undefined)
    : body;
  const name = isObject(envelope) ? envelope.object : undefined;
  if (name === undefined || name === null) return undefined;
  return typeof name === 'string' ? name : `a ${typeof name}`;
}

class DeliveryDecoder implements DeliveryVisitor {
  readonly entries: DecodedEntry[] = [];
  private current: DecodedEntry = { events: [] };
  private count = 0;

  constructor(private readonly receivedAt: number) {}

  entry(entry: JsonObject | undefined): void {
    this.current = defined({ entryId: toId(entry?.id), time: toMillis(entry?.time), events: [] });
    this.entries.push(this.current);
  }

  element(shape: ElementShape, raw: unknown, event: unknown, field: string | undefined): void {
    const unwrapped = isObject(event) && isObject(event.event_data) ? { ...event, ...event.event_data } : event;
    const found = isObject(unwrapped) && shape !== 'stray' ? findPayloads(unwrapped, field) : [];
    if (found.length === 0) {
      const reason = unknownReason(shape, unwrapped, field);
      return this.keepUnknown(this.draft(shape, raw, unwrapped, field), reason, field ?? firstKey(unwrapped));
    }
    for (const payload of found) this.decodePayload(this.draft(shape, raw, unwrapped, field), payload);
  }

  private draft(shape: ElementShape, raw: unknown, event: unknown, field: string | undefined): EventDraft {
    const { entryId, time } = this.current;
    const { senderId, recipientId, isEcho, isSelf, isTest, accountIds } = identify(event, entryId);
    const named = isObject(event) ? event : {};
    const ownTime = toMillis(named.timestamp) ?? toMillis(named.event_timestamp) ?? toMillis(named.created_time);
    const draft: EventDraft = {
      index: this.count++,
      accountIds,
      timestamp: ownTime ?? time ?? this.receivedAt,
      standby: shape === 'standby' || field === 'standby',
      isEcho: isEcho || field === 'message_echoes',
      isSelf,
      isTest,
      raw,
      unknownFields: [],
    };
    if (entryId !== undefined) draft.entryId = entryId;
    if (senderId !== undefined) draft.senderId = senderId;
    if (recipientId !== undefined) draft.recipientId = recipientId;
    return draft;
  }

  private decodePayload(draft: EventDraft, { definition, key, payload, event }: FoundPayload): void {
    if (definition === undefined || !isObject(payload)) return this.keepUnknown(draft, 'bad_payload', key);
    const read = definition.read(draft, { payload, event, key });
    if (typeof read === 'string') return this.keepUnknown(draft, read, key);
    noteUnknownFields(draft.unknownFields, definition, payload, event, key);
    this.current.events.push(this.inTime(read));
  }

  private keepUnknown(draft: EventDraft, reason: UnknownReason, field: string | undefined): void {
    const mids = findMids(draft.raw);
    this.current.events.push(this.inTime(complete(draft, { kind: 'unknown', reason, field, mid: mids[0], mids })));
  }

  /**
   * Nothing has happened long after it was told: such a time would keep its conversation on top, and its window open, for
   * ever. Keys are built from what was said before, so that a redelivery builds the same; an opt-in's is built later.
   */
  private inTime<E extends WebhookEvent>(event: E): E {
    const isLate = this.receivedAt > 0 && event.timestamp > this.receivedAt + clockSkewMs && event.kind !== 'optin';
    return isLate ? { ...event, timestamp: this.receivedAt } : event;
  }
}

interface FoundPayload {
  definition: EventDefinition | undefined;
  key: string;
  payload: unknown;
  event: JsonObject;
}

/** One element nearly always holds one payload. Should it hold two, both are events: the second may carry a mid of its own. */
function findPayloads(event: JsonObject, field: string | undefined): FoundPayload[] {
  const found: FoundPayload[] = [];
  for (const key of Object.keys(event)) {
    const payload = event[key];
    if (!isPayloadKey(key) || payload === undefined || payload === null) continue;
    const listed = payloadsIn(payload);
    if (listed) {
      for (const one of listed) found.push({ definition: definitionByKey(key, one), key, payload: one, event });
      continue;
    }
    // A change's value may be the payload itself, and then has plain values under such names: `{mid, reaction: "love"}`.
    if (!isObject(payload) && field !== undefined) continue;
    found.push({ definition: isObject(payload) ? definitionByKey(key, payload) : undefined, key, payload, event });
  }
  if (found.length > 1) return withoutAttachedReferral(found);
  if (found.length === 1 || field === undefined) return found;
  const definition = definitionByField(field, event);
  return definition === undefined ? found : [{ definition, key: field, payload: event, event }];
}

/** A referral beside a message or postback belongs to it, and is read with it. */
function withoutAttachedReferral(found: FoundPayload[]): FoundPayload[] {
  const hasOwner = found.some(({ definition }) => definition?.kind === 'message' || definition?.kind === 'postback');
  return hasOwner ? found.filter(({ key }) => key !== 'referral') : found;
}

function unknownReason(shape: ElementShape, event: unknown, field: string | undefined): UnknownReason {
  if (shape === 'stray') return 'unknown_container';
  if (!isObject(event)) return 'not_an_object';
  return field === undefined ? 'unknown_kind' : 'unknown_field';
}

const WRAPPER_FIELDS = new Set([
  ...['sender', 'recipient', 'timestamp', 'from', 'to', 'is_self', 'is_echo', 'mid', 'message_id', 'id', 'time', 'uid'],
  ...['field', 'value', 'object', 'entry', 'event_type', 'event_timestamp', 'event_data', 'created_time'],
  ...['messaging', 'standby', 'changes'],
]);

function noteUnknownFields(
  into: string[],
  { knownFields }: EventDefinition,
  payload: JsonObject,
  event: JsonObject,
  key: string,
): void {
  const inValue = payload === event;
  for (const name of Object.keys(payload)) {
    if (!knownFields.includes(name) && !(inValue && WRAPPER_FIELDS.has(name))) into.push(`${key}.${name}`);
  }
  if (inValue) return;
  for (const name of Object.keys(event)) if (!WRAPPER_FIELDS.has(name) && !isPayloadKey(name)) into.push(name);
}

function firstKey(event: unknown): string | undefined {
  return isObject(event) ? Object.keys(event).find((name) => !WRAPPER_FIELDS.has(name)) : undefined;
}

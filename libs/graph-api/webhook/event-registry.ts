import {
  isDeletion,
  readComment,
  readEdit,
  readHandover,
  readMention,
  readMessage,
  readOptin,
  readPostback,
  readReaction,
  readRead,
  readReferral,
  readUnsend,
  type PayloadReader,
} from './read-payloads.js';
import type { JsonObject } from './read-values.js';
import type { EventKind } from './webhook-event.js';

/** One kind of event: how it is told apart and read. `docs/events.md` is printed from here. */
export interface EventDefinition {
  kind: Exclude<EventKind, 'unknown' | 'status' | 'relink' | 'notice' | 'preference'>;
  /** Keys that hold the payload in a messaging event, in `standby[]`, and in a change's value. */
  payloadKeys: readonly string[];
  /** Fields under which it comes as `{field, value}`, in `changes[]` or flat; the value may be the payload itself. */
  changeFields: readonly string[];
  /** Tells it from another definition with the same key; the first that applies is taken. */
  applies?: (payload: JsonObject) => boolean;
  read: PayloadReader;
  /** The payload's fields that are read or known to mean nothing; any other is reported as unknown. */
  knownFields: readonly string[];
}

const MESSAGE_FIELDS = [
  ...['mid', 'message_id', 'id', 'text', 'attachments', 'attachment', 'quick_reply', 'reply_to', 'referral', 'app_id'],
  ...['is_echo', 'is_self', 'is_deleted', 'is_unsupported', 'metadata', 'sticker_id', 'commands'],
];

/** Every event understood, most specific first. The decoder finds its readers here and nowhere else. */
export const EVENT_REGISTRY: readonly EventDefinition[] = [
  {
    kind: 'unsend',
    payloadKeys: ['message'],
    changeFields: ['messages', 'message_echoes'],
    applies: isDeletion,
    read: readUnsend,
    knownFields: MESSAGE_FIELDS,
  },
  {
    kind: 'message',
    payloadKeys: ['message'],
    changeFields: ['messages', 'message_echoes'],
    read: readMessage,
    knownFields: MESSAGE_FIELDS,
  },
  {
    kind: 'postback',
    payloadKeys: ['postback'],
    changeFields: ['messaging_postbacks'],
    read: readPostback,
    knownFields: ['mid', 'message_id', 'title', 'payload', 'referral', 'is_self', 'is_echo'],
  },
  {
    kind: 'edit',
    payloadKeys: ['message_edit'],
    changeFields: ['message_edit', 'message_edits'],
    read: readEdit,
    knownFields: ['mid', 'message_id', 'text', 'num_edit'],
  },
  {
    kind: 'reaction',
    payloadKeys: ['reaction'],
    changeFields: ['message_reactions'],
    read: readReaction,
    knownFields: ['mid', 'message_id', 'action', 'reaction', 'emoji'],
  },
  {
    kind: 'read',
    payloadKeys: ['read', 'seen'],
    changeFields: ['messaging_seen', 'message_reads', 'messaging_reads'],
    read: readRead,
    knownFields: ['mid', 'message_id', 'watermark', 'seq'],
  },
  {
    kind: 'referral',
    payloadKeys: ['referral'],
    changeFields: ['messaging_referral', 'messaging_referrals'],
    read: readReferral,
    knownFields: ['ref', 'source', 'type', 'ad_id', 'product', 'product_id', 'ads_context_data', 'referer_uri'],
  },
  {
    kind: 'optin',
    payloadKeys: ['optin'],
    changeFields: ['messaging_optins'],
    read: readOptin,
    knownFields: [
      ...['type', 'title', 'payload', 'ref', 'user_ref', 'one_time_notif_token', 'user_token_status'],
      ...['notification_messages_token', 'notification_messages_frequency', 'notification_messages_timezone'],
      ...['notification_messages_status', 'token_expiry_timestamp'],
    ],
  },
  {
    kind: 'handover',
    payloadKeys: ['pass_thread_control', 'take_thread_control', 'request_thread_control', 'app_roles'],
    changeFields: ['messaging_handover', 'messaging_handovers'],
    read: readHandover,
    knownFields: ['new_owner_app_id', 'previous_owner_app_id', 'requested_owner_app_id', 'metadata'],
  },
  {
    kind: 'comment',
    payloadKeys: [],
    changeFields: ['comments', 'live_comments'],
    read: readComment,
    knownFields: [
      'id',
      'comment_id',
      'parent_id',
      'from',
      'text',
      'username',
      'media',
      'media_id',
      'created_time',
      'timestamp',
    ],
  },
  {
    kind: 'mention',
    payloadKeys: [],
    changeFields: ['mentions'],
    read: readMention,
    knownFields: ['media_id', 'media', 'comment_id'],
  },
];

const BY_PAYLOAD_KEY = indexBy((definition) => definition.payloadKeys);
const BY_CHANGE_FIELD = indexBy((definition) => definition.changeFields);

function indexBy(names: (definition: EventDefinition) => readonly string[]): ReadonlyMap<string, EventDefinition[]> {
  const index = new Map<string, EventDefinition[]>();
  for (const definition of EVENT_REGISTRY) {
    for (const name of names(definition)) index.set(name, [...(index.get(name) ?? []), definition]);
  }
  return index;
}

/** Whether a key holds an event's payload. */
export function isPayloadKey(key: string): boolean {
  return BY_PAYLOAD_KEY.has(key);
}

/** The definition of a payload under its key, if the key means anything to us. */
export function definitionByKey(key: string, payload: JsonObject): EventDefinition | undefined {
  return BY_PAYLOAD_KEY.get(key)?.find(({ applies }) => applies?.(payload) ?? true);
}

/** The definition of a `{field, value}` pair whose value is the payload itself. */
export function definitionByField(field: string, payload: JsonObject): EventDefinition | undefined {
  return BY_CHANGE_FIELD.get(field)?.find(({ applies }) => applies?.(payload) ?? true);
}

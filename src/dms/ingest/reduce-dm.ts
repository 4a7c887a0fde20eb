import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Types } from 'mongoose';
import {
  directionOf,
  type EditEvent,
  type MessageEvent,
  type OptinEvent,
  type PostbackEvent,
  type ReactionEvent,
  type ReadEvent,
  type StatusEvent,
  type UnknownEvent,
  type UnsendEvent,
  type WebhookEvent,
} from '#libs/graph-api';
import { agentMayAnswer } from '../../kinds/index.js';
import type { AccountSummary } from '../../accounts/index.js';
import type { Channel } from '../../channels/index.js';
import type { DmError, DmReaction, DmRecord, DmSource } from '../dm.schema.js';
import { isHeldById } from '../held-media.js';
import { withEdits, withoutContent, withReaction, withStates, withWhatWasSaid } from '../merge-dm.js';
import { messageFields, postbackFields } from './stored-fields.js';

/** Events that say something of one DM, known by its mid or a derived key. */
export type DmEvent =
  | MessageEvent
  | UnsendEvent
  | PostbackEvent
  | ReactionEvent
  | ReadEvent
  | EditEvent
  | OptinEvent
  | StatusEvent
  | UnknownEvent;

/** The account as a DM names it. */
export interface AccountParty {
  _id: string;
  /** Its id at its channel. */
  ig_id: string;
  channel: Channel;
  user_id: string;
  username?: string;
}

export function partyOf({ _id, external_id, channel, user_id, username }: AccountSummary): AccountParty {
  return { _id, ig_id: external_id, channel, user_id, username };
}

/** What an event needs to become a DM, beside itself. */
export interface IngestContext {
  account: AccountParty;
  ownIds: ReadonlySet<string>;
  conversationId: string;
  participantId: string;
  participantName?: string;
  source: DmSource;
  /** Fetched because an event had named it: Meta wanted us to know of it, so the agent hears of it as of a webhook's. */
  announced?: boolean;
  /** An operator saw later ones, or it is history. */
  alreadyRead?: boolean;
  deliveryId?: Types.ObjectId;
  /** The channel tells of each message by itself that it was read: nothing follows for those before it. */
  readsOneByOne?: boolean;
  /** The account keeps copies of media. */
  keepMedia?: boolean;
  /** Why the agent has no say in this account's messages: nothing is kept waiting for it then. */
  agentOff?: string;
  now: Date;
}

/** The job that copies media usually has done it by then. */
const copiedWithinMs = 60_000;

/** The key under which a DM is unique in its account; `undefined` for events that are about no single DM. */
export function dmKeyOf(event: WebhookEvent): string | undefined {
  switch (event.kind) {
    case 'message':
    case 'unsend':
    case 'edit':
    case 'reaction':
    case 'read':
    case 'status':
    case 'unknown':
      return event.mid;
    case 'postback':
      return event.key;
    case 'optin': {
      const parts = [event.senderId, event.timestamp, event.type, event.payload, event.token];
      return `optin:${createHash('sha256').update(parts.join('\n')).digest('hex')}`;
    }
    default:
      return undefined;
  }
}

/**
 * The DM after an event. Pure, and built so that any order and any repetition of the same events ends in the same DM:
 * what comes before its message leaves a placeholder that the message then fills.
 * @returns the same object when the event changes nothing
 */
export function reduceDm(before: DmRecord | undefined, event: DmEvent, key: string, context: IngestContext): DmRecord {
  switch (event.kind) {
    case 'message':
      return fill(before, event, key, context, () => messageFields(event));
    case 'postback':
      return fill(before, event, key, context, () => postbackFields(event));
    case 'optin':
      return fill(before, event, key, context, () => ({ kind: 'optin', text: event.title }));
    case 'unknown':
      // Whether it is the message itself or said of it nobody can tell: the place stays free for the message.
      return noteDelivery(before ?? placeholder(event, key, context), event, context);
    case 'unsend':
      return unsend(before ?? placeholder(event, key, context), event, context);
    case 'edit':
      return edit(before ?? placeholder(event, key, context), event, context);
    case 'reaction':
      return react(before ?? placeholder(event, key, context), event, context);
    case 'read':
      return markRead(before ?? placeholder(event, key, context), event, context);
    case 'status':
      return noteState(before ?? placeholder(event, key, context), event, context);
  }
}

/** Whether the DM itself is known, not only something said about it. */
export function isFull(dm: DmRecord | undefined): dm is DmRecord {
  return dm !== undefined && !dm.placeholder;
}

/** Fetched through the Graph API, and its own webhook has not come yet: till then the agent has not heard of it. */
export function isFetched(dm: DmRecord | undefined): dm is DmRecord {
  return isFull(dm) && dm.source === 'sync';
}

function blank(event: WebhookEvent, key: string, context: IngestContext): DmRecord {
  const { account, participantId, participantName, now } = context;
  const outbound = directionOf(event, context.ownIds) === 'outbound';
  const own = account.username;
  return {
    _id: new Types.ObjectId(),
    platform_account_id: account._id,
    platform: account.channel,
    ig_id: account.ig_id,
    user_id: account.user_id,
    conversation_id: context.conversationId,
    sender_id: event.senderId ?? (outbound ? account.ig_id : participantId),
    sender_name: outbound ? own : (participantName ?? 'User'),
    recipient_id: event.recipientId ?? (outbound ? participantId : account.ig_id),
    recipient_name: outbound ? (participantName ?? 'User') : own,
    message_id: key,
    kind: 'message',
    attachments: [],
    timestamp: event.timestamp,
    is_echo: event.isEcho,
    direction: outbound ? 'outbound' : 'inbound',
    read: outbound || context.alreadyRead === true,
    manual_dm: false,
    source: context.source,
    reactions: [],
    edits: [],
    is_deleted: false,
    unsent: false,
    delivery_ids: [],
    created_at: now,
    updated_at: now,
  };
}

/** Stands for a DM that something was said about before it came itself; lists leave it out. */
function placeholder(event: WebhookEvent, key: string, context: IngestContext): DmRecord {
  return { ...blank(event, key, context), placeholder: true };
}

function fill(
  before: DmRecord | undefined,
  event: WebhookEvent,
  key: string,
  context: IngestContext,
  fields: () => Partial<DmRecord>,
): DmRecord {
  const isTold = context.source === 'webhook' || context.announced === true;
  const isNews = !isFull(before) || (isFetched(before) && isTold);
  if (!isNews) return confirmEcho(noteDelivery(before, event, context), event);
  const fresh: DmRecord = { ...blank(event, key, context), ...fields(), raw: event.raw };
  if (event.standby) fresh.standby = true;
  if (event.isSelf) fresh.is_self = true;
  if (isTold && agentMayAnswer(event, context.ownIds)) Object.assign(fresh, agentStateIn(context));
  const isToKeep = (one: DmRecord['attachments'][number]) => (one.url ?? isHeldById(one)) && !one.link_only;
  if (context.keepMedia && fresh.attachments.some(isToKeep))
    fresh.media_to_keep = new Date(context.now.getTime() + copiedWithinMs);
  if (fresh.direction === 'outbound') Object.assign(fresh, { status: 'sent', sent_at: new Date(event.timestamp) });
  const filled = before ? (before.placeholder ? mergePlaceholder : adopt)(before, fresh) : fresh;
  return noteDelivery(filled, event, context);
}

function agentStateIn({ agentOff }: IngestContext): Pick<DmRecord, 'agent_state' | 'agent_reason'> {
  return agentOff === undefined ? { agent_state: 'pending' } : { agent_state: 'skipped', agent_reason: agentOff };
}

/** The message has come at last: what was said about it before holds. */
function mergePlaceholder(before: DmRecord, fresh: DmRecord): DmRecord {
  return { ...withWhatWasSaid(fresh, before), _id: before._id };
}

/**
 * The webhook of what was fetched before it. It tells more of the message, and what the agent owes it; whatever became
 * of the DM meanwhile (read, edited, taken back, copied) holds.
 */
function adopt(before: DmRecord, fresh: DmRecord): DmRecord {
  const { source, kind, timestamp, raw } = fresh;
  const keepsOld = fresh.attachments.length === 0 || before.attachments.some(({ stored_key: key }) => key);
  const { attachments } = keepsOld ? before : fresh;
  const text = before.edits.length > 0 ? before.text : (before.text ?? fresh.text);
  const adopted: DmRecord = { ...fresh, ...before, source, kind, timestamp, raw, attachments, text };
  if (!fresh.is_unsupported && (fresh.text !== undefined || fresh.attachments.length > 0))
    delete adopted.is_unsupported;
  return before.unsent ? withoutContent(adopted) : adopted;
}

/** An echo confirms what we sent, whichever of the two was stored first. */
function confirmEcho(dm: DmRecord, event: WebhookEvent): DmRecord {
  return event.isEcho && dm.direction === 'outbound' && !dm.is_echo ? { ...dm, is_echo: true } : dm;
}

function unsend(dm: DmRecord, event: UnsendEvent, context: IngestContext): DmRecord {
  const noted = noteDelivery(dm, event, context);
  return dm.unsent ? noted : withoutContent(noted);
}

function edit(dm: DmRecord, event: EditEvent, context: IngestContext): DmRecord {
  const noted = noteDelivery(dm, event, context);
  const num_edit = event.numEdit ?? 1;
  // Meta was seen to announce an edit numbered 0 for messages nobody edited: it says nothing new.
  if (dm.unsent || num_edit === 0) return noted;
  const said = { num_edit, at: event.timestamp, ...(event.text === undefined ? {} : { text: event.text }) };
  return withEdits(noted, [said]);
}

/** A taken-back reaction is remembered, so that a late `react` can't revive it. */
function react(dm: DmRecord, event: ReactionEvent, context: IngestContext): DmRecord {
  const mine: DmReaction = {
    sender_id: event.senderId ?? context.participantId,
    timestamp: event.timestamp,
    ...(event.action === 'unreact' ? { removed: true } : {}),
    ...(event.action === 'react' && event.reaction ? { reaction: event.reaction } : {}),
    ...(event.action === 'react' && event.emoji ? { emoji: event.emoji } : {}),
  };
  const reactions = withReaction(dm.reactions, mine);
  const noted = noteDelivery(dm, event, context);
  return reactions === dm.reactions ? noted : { ...noted, reactions };
}

/** Monotonic: the first time the message was seen stands. */
function markRead(dm: DmRecord, event: ReadEvent, context: IngestContext): DmRecord {
  const at = new Date(event.timestamp);
  if (directionOf(event, context.ownIds) === 'outbound') return dm; // our own side reading is not the customer's
  return dm.read_at && dm.read_at <= at ? dm : noteDelivery({ ...dm, read_at: at }, event, context);
}

/** Each state has its time; what follows from them does not depend on which came first. */
function noteState(dm: DmRecord, event: StatusEvent, context: IngestContext): DmRecord {
  const at = new Date(event.timestamp);
  const after = { ...dm };
  const name = event.state && timeOfState[event.state];
  const refusal = event.state === 'failed' ? { refused_at: at, refusal: refusalOf(event) } : {};
  withStates(after, { ...(name ? { [name]: at } : {}), ...refusal, pricing: event.pricing });
  return isDeepStrictEqual(after, dm) ? dm : noteDelivery(after, event, context);
}

const timeOfState = { sent: undefined, delivered: 'delivered_at', read: 'read_at', played: 'played_at', failed: undefined } as const; // prettier-ignore

function refusalOf({ error }: StatusEvent): DmError {
  return { kind: 'undelivered', message: 'The channel did not say why it was not delivered.', ...error };
}

/** Of what repeats nothing of the message itself only so many are kept. */
const keptOthers = 20;

/** Each raw copy that may hold words of the message is remembered, however many there are: an unsend must reach it. */
function noteDelivery(dm: DmRecord, { kind }: WebhookEvent, { deliveryId }: IngestContext): DmRecord {
  if (!deliveryId) return dm;
  const name = kind === 'reaction' || kind === 'read' || kind === 'status' ? 'other_delivery_ids' : 'delivery_ids';
  const known = dm[name] ?? [];
  if (known.some((id) => id.equals(deliveryId))) return dm;
  const all = [...known, deliveryId];
  return { ...dm, [name]: name === 'delivery_ids' ? all : all.slice(-keptOthers) };
}

import {
  searchedLength,
  type Conversation,
  type ConversationCounts,
  type MessageWriter,
} from '../conversations/index.js';
import type { DmRecord } from './dm.schema.js';

/** A DM's state before a change; `undefined` when it was not there. */
type Before = Pick<DmRecord, 'placeholder' | 'is_deleted' | 'direction' | 'read' | 'is_automatic'> | undefined;

/** Whether lists show it. */
export function isVisible(dm: Before): boolean {
  return dm !== undefined && !dm.placeholder && !dm.is_deleted;
}

function bucketOf(dm: NonNullable<Before>): keyof ConversationCounts {
  return `${dm.direction}_${dm.read ? 'read' : 'unread'}`;
}

/** The conversation's last message: as much of it as is searched. Lists show its beginning. */
export function previewOf(dm: Pick<DmRecord, 'text' | 'attachments' | 'postback' | 'unsent' | 'kind'>): string {
  if (dm.unsent) return 'Message unsent';
  if (dm.text) return dm.text.length > searchedLength ? [...dm.text].slice(0, searchedLength).join('') : dm.text;
  if (dm.postback) return dm.postback.title ?? dm.postback.payload ?? 'Button';
  const first = dm.attachments[0];
  return first ? `[${first.type.replaceAll('_', ' ')}]` : `[${dm.kind}]`;
}

/** What kind of thing it is, for readers of any language. */
export function typeOf(dm: Pick<DmRecord, 'text' | 'attachments' | 'unsent' | 'kind'>): string {
  if (dm.unsent) return 'unsent';
  if (dm.text) return 'text';
  return dm.attachments[0]?.type ?? dm.kind;
}

export function writerOf({ direction, source }: Pick<DmRecord, 'direction' | 'source'>): MessageWriter {
  if (direction === 'inbound') return 'customer';
  if (source === 'agent') return 'agent';
  return source === 'api' ? 'person' : 'app';
}

/**
 * Carries a DM's change over to its conversation, in place: counts, unread, last message, window. Called for every
 * change in the transaction that makes it, so that lists and totals need no counting.
 */
export function applyToConversation(conversation: Conversation, before: Before, after: DmRecord | undefined): void {
  const { counts } = conversation;
  if (before && isVisible(before)) counts[bucketOf(before)] -= 1;
  if (after && isVisible(after)) {
    counts[bucketOf(after)] += 1;
    noteLast(conversation, after);
    noteWaiting(conversation, before, after);
  }
  conversation.unread_count = counts.inbound_unread;
}

function noteLast(conversation: Conversation, dm: DmRecord): void {
  const at = new Date(dm.timestamp);
  if (!conversation.last_message_at || at >= conversation.last_message_at) {
    conversation.last_message = previewOf(dm);
    conversation.last_message_at = at;
    conversation.last_message_direction = dm.direction;
    conversation.last_message_source = writerOf(dm);
    conversation.last_message_type = typeOf(dm);
  }
}

/** What a customer says waits from then on until somebody, or the agent, writes. History that is filled in does not. */
function noteWaiting(conversation: Conversation, before: Before, dm: DmRecord): void {
  if (dm.direction === 'outbound') return noteOutbound(conversation, before, dm);
  const asks = dm.kind === 'message' || dm.kind === 'postback';
  if (!asks || dm.read || isVisible(before)) return;
  const at = new Date(dm.timestamp);
  const { waiting_since: since, last_answer_at: answered, last_asked_at: asked } = conversation;
  if (!asked || asked < at) conversation.last_asked_at = at;
  if (answered && answered >= at) return;
  if (!since || at < since) conversation.waiting_since = at;
}

function noteOutbound(conversation: Conversation, before: Before, dm: DmRecord): void {
  // Whether a person or Instagram itself wrote it is found out once it is stored.
  if (isJudged(dm) && !isVisible(before)) return;
  if (before && !before.is_automatic && dm.is_automatic) takeBackAnswer(conversation, dm);
  else if (!before && (dm.source === 'api' || dm.source === 'agent')) answerAll(conversation, dm);
  else noteAnswer(conversation, dm);
}

/** What is written here answers what is here, whatever the channel's clock said of it. */
function answerAll(conversation: Conversation, { timestamp, source }: DmRecord): void {
  if (onlyPromises(conversation, source)) return;
  conversation.last_answer_at = new Date(Math.max(timestamp, conversation.last_asked_at?.getTime() ?? 0));
  conversation.waiting_since = undefined;
}

/** Written past us, as its webhook told. */
export function isJudged(dm: Pick<DmRecord, 'direction' | 'source'>): boolean {
  return dm.direction === 'outbound' && dm.source === 'webhook';
}

/** Somebody wrote, or the agent did: whoever asked before waits no more. */
export function noteAnswer(conversation: Conversation, dm: DmRecord): void {
  if (dm.is_automatic || dm.status === 'failed' || onlyPromises(conversation, dm.source)) return;
  const at = new Date(dm.timestamp);
  const { waiting_since: since, last_answer_at: answered, last_asked_at: asked } = conversation;
  if (!answered || answered < at) conversation.last_answer_at = at;
  // What came after it waits on; which of several was the first is not known any more.
  if (since && since <= at) conversation.waiting_since = asked && asked > at ? asked : undefined;
}

/** Where the agent has left it to a person, what it writes only says so: the customer waits for them. */
function onlyPromises({ handed_over }: Conversation, source: DmRecord['source']): boolean {
  return source === 'agent' && handed_over !== undefined;
}

/** It turned out that Instagram itself had sent it. */
function takeBackAnswer(conversation: Conversation, dm: DmRecord): void {
  if (conversation.last_answer_at?.getTime() !== dm.timestamp) return;
  conversation.last_answer_at = undefined;
  conversation.waiting_since ??= conversation.last_asked_at;
}

/** The customer did something that opens Meta's 24-hour window. */
export function noteCustomerAction(conversation: Conversation, timestampMs: number): void {
  const at = new Date(timestampMs);
  if (!conversation.last_inbound_at || at > conversation.last_inbound_at) conversation.last_inbound_at = at;
}

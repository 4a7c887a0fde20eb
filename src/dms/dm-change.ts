import { searchedLength, type Conversation, type ConversationCounts } from '../conversations/index.js';
import type { DmRecord } from './dm.schema.js';

/** A DM's state before a change; `undefined` when it was not there. */
type Before = Pick<DmRecord, 'placeholder' | 'is_deleted' | 'direction' | 'read'> | undefined;

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
  }
  conversation.unread_count = counts.inbound_unread;
}

function noteLast(conversation: Conversation, dm: DmRecord): void {
  const at = new Date(dm.timestamp);
  if (!conversation.last_message_at || at >= conversation.last_message_at) {
    conversation.last_message = previewOf(dm);
    conversation.last_message_at = at;
    conversation.last_message_direction = dm.direction;
  }
}

/** The customer did something that opens Meta's 24-hour window. */
export function noteCustomerAction(conversation: Conversation, timestampMs: number): void {
  const at = new Date(timestampMs);
  if (!conversation.last_inbound_at || at > conversation.last_inbound_at) conversation.last_inbound_at = at;
}

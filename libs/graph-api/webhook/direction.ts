import type { EventBase } from './webhook-event.js';

type Parties = Pick<EventBase, 'senderId' | 'recipientId' | 'isEcho'>;

/**
 * Who wrote it. The sender's id decides where it is ours, and the recipient's where that is ours; the echo flag alone
 * decides only for an account known under neither, because Meta was seen to set it on a customer's message.
 *
 * @param ownIds every id of the account the event was matched to
 */
export function directionOf(event: Parties, ownIds: ReadonlySet<string>): 'inbound' | 'outbound' {
  if (event.senderId !== undefined && ownIds.has(event.senderId)) return 'outbound';
  if (event.recipientId !== undefined && ownIds.has(event.recipientId)) return 'inbound';
  return event.isEcho ? 'outbound' : 'inbound';
}

/**
 * The other party, by whom the conversation is keyed. When the account writes to itself that is its scoped id, the one
 * of the two that is not among its own ids.
 */
export function participantOf(event: Parties, ownIds: ReadonlySet<string>): string | undefined {
  const { senderId, recipientId } = event;
  const other = directionOf(event, ownIds) === 'outbound' ? recipientId : senderId;
  const own = other === recipientId ? senderId : recipientId;
  const swap = other !== undefined && own !== undefined && ownIds.has(other) && !ownIds.has(own);
  return swap ? own : other;
}

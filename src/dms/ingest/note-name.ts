import type { Conversation } from '../../conversations/index.js';
import { opensWindow } from './opens-window.js';
import type { DmEvent } from './reduce-dm.js';

/**
 * Events of some channels tell what the person calls themselves: what they wrote last has their name of today. To be
 * called before the event counts as their latest action.
 * @returns whether the conversation has another name now
 */
export function noteName(conversation: Conversation, event: DmEvent, byCustomer: boolean): boolean {
  const { personName: name, timestamp } = event;
  const { participant_name: known, last_inbound_at: lastAt } = conversation;
  if (name === undefined || name === known) return false;
  const isLatest = byCustomer && opensWindow(event) && timestamp >= (lastAt?.getTime() ?? 0);
  if (known !== undefined && !isLatest) return false;
  conversation.participant_name = name;
  return true;
}

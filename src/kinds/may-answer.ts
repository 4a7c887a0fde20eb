import { directionOf, type WebhookEvent } from '#libs/graph-api';
import { attachmentKindOf } from './attachment-kinds.js';
import { eventKinds } from './event-kinds.js';

/**
 * Whether the agent may answer this event as far as the event itself tells; blocklist, settings and pauses come on top.
 *
 * @param ownIds every id of the account the event was matched to
 */
export function agentMayAnswer(event: WebhookEvent, ownIds: ReadonlySet<string>): boolean {
  if (!eventKinds[event.kind].mayBeAnswered || event.isEcho || event.isSelf || event.isTest || event.standby)
    return false;
  if (directionOf(event, ownIds) === 'outbound') return false;
  if (event.kind !== 'message') return true;
  return (
    event.text !== undefined ||
    event.quickReply !== undefined ||
    event.attachments.some(({ type }) => attachmentKindOf(type).asksForAnswer)
  );
}

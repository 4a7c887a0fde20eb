import type { HandoverEvent } from '#libs/graph-api';
import { endPause, setPause, untilHandedBack, type Conversation } from '../../conversations/index.js';

/** Who has the thread now. While another app has it the agent is silent. */
export function noteHandover(
  conversation: Conversation,
  event: HandoverEvent,
  ownAppIds: ReadonlySet<string>,
  now: Date,
): void {
  const known = conversation.handover;
  if (known && known.at > event.timestamp) return;
  conversation.handover = {
    type: event.type,
    at: event.timestamp,
    ...(event.newOwnerAppId ? { new_owner_app_id: event.newOwnerAppId } : {}),
    ...(event.previousOwnerAppId ? { previous_owner_app_id: event.previousOwnerAppId } : {}),
    ...(event.metadata ? { metadata: event.metadata } : {}),
  };
  if (event.type === 'request_thread_control' || event.type === 'app_roles') return;
  if (event.newOwnerAppId !== undefined && ownAppIds.has(event.newOwnerAppId)) {
    endPause(conversation, 'handover');
  } else {
    setPause(conversation, 'handover', { until: untilHandedBack, since: now });
  }
}

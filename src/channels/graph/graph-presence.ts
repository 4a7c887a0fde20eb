import type { GraphClient, SenderAction } from '#libs/graph-api';
import type { ChannelAccess, ChannelPresence, PresenceTarget } from '../outbound.port.js';
import { graphAccessOf } from './graph-access.js';

/** A courtesy that hangs must not hold a connection for long. */
const timeoutMs = 3_000;

/** Meta's sender actions; they use up none of a message's allowance. */
export class GraphPresence implements ChannelPresence {
  readonly typingMarksSeen = false;
  /** Meta shows typing for about twenty seconds. */
  readonly typingEveryMs = 8_000;

  constructor(private readonly graph: GraphClient) {}

  markSeen(access: ChannelAccess, { participantId }: PresenceTarget, signal?: AbortSignal): Promise<void> {
    return this.act(access, participantId, { action: 'mark_seen' }, signal);
  }

  showTyping(access: ChannelAccess, { participantId }: PresenceTarget, signal?: AbortSignal): Promise<void> {
    return this.act(access, participantId, { action: 'typing_on' }, signal);
  }

  private act(access: ChannelAccess, participantId: string, action: SenderAction, signal?: AbortSignal): Promise<void> {
    return this.graph.senderAction(graphAccessOf(access), participantId, action, { signal, timeoutMs });
  }
}

import type { GraphClient } from '#libs/graph-api';
import { WhatsAppClient } from '#libs/whatsapp-api';
import type { ChannelAccess, ChannelPresence, PresenceTarget } from '../outbound.port.js';

/** A courtesy that hangs must not hold a connection for long. */
const timeoutMs = 3_000;

/**
 * WhatsApp's receipts name the newest message and mark all before it. The person sees them as blue ticks, and so does who
 * has the number on their phone: they are shown only where an answer is being written, or somebody has read.
 */
export class WhatsAppPresence implements ChannelPresence {
  readonly typingMarksSeen = true;
  /** WhatsApp shows typing for 25 seconds. */
  readonly typingEveryMs = 20_000;
  private readonly api: WhatsAppClient;

  constructor(graph: GraphClient) {
    this.api = new WhatsAppClient(graph);
  }

  markSeen(access: ChannelAccess, target: PresenceTarget, signal?: AbortSignal): Promise<void> {
    return this.mark(access, target, false, signal);
  }

  showTyping(access: ChannelAccess, target: PresenceTarget, signal?: AbortSignal): Promise<void> {
    return this.mark(access, target, true, signal);
  }

  private async mark(
    { accessToken, externalId: phoneNumberId }: ChannelAccess,
    { mid }: PresenceTarget,
    typing: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    if (mid !== undefined) await this.api.markRead({ accessToken, phoneNumberId }, mid, typing, { signal, timeoutMs });
  }
}

import type { DmRecord } from '../dm.schema.js';
import { isProvisional } from './outbox.service.js';

const hourMs = 3_600_000;

/** Meta: a reply is allowed for this long after the customer's last action. */
export const windowMs = 24 * hourMs;

/** With the HUMAN_AGENT tag, for people, never for the agent. */
export const humanAgentWindowMs = 7 * 24 * hourMs;

export const windowSentence = '24-hour messaging window expired. Wait for user to message first.';

/** When a plain reply stops being allowed; `undefined` when the person was never heard from here. */
export function windowClosesAt(lastInboundAt: Date | undefined): Date | undefined {
  return lastInboundAt && new Date(lastInboundAt.getTime() + windowMs);
}

/**
 * Whether Meta's window is known to be closed for this message. Of someone never heard from here nothing is known,
 * and a private reply answers a comment, so Meta decides about those.
 */
export function isOutsideWindow(
  dm: Pick<DmRecord, 'outbound' | 'source' | 'recipient_id'>,
  lastInboundAt: Date | undefined,
  nowMs: number,
): boolean {
  if (lastInboundAt === undefined || dm.outbound?.comment_id !== undefined || isProvisional(dm.recipient_id))
    return false;
  const byPerson = dm.source === 'api' && dm.outbound?.tag === 'HUMAN_AGENT';
  return nowMs - lastInboundAt.getTime() >= (byPerson ? humanAgentWindowMs : windowMs);
}

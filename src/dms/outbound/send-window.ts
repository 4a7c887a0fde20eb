import type { ChannelCapabilities } from '../../channels/index.js';
import type { DmRecord } from '../dm.schema.js';
import { isProvisional } from './outbox.service.js';

const hourMs = 3_600_000;

/** How long a channel lets somebody be answered. */
export type WindowHours = Pick<ChannelCapabilities, 'windowHours' | 'humanAgentWindowHours'>;

export const windowSentence = '24-hour messaging window expired. Wait for user to message first.';

/** When a plain reply stops being allowed; `undefined` when the person was never heard from here. */
export function windowClosesAt(lastInboundAt: Date | undefined, { windowHours }: WindowHours): Date | undefined {
  return lastInboundAt && new Date(lastInboundAt.getTime() + windowHours * hourMs);
}

/** When a person's reply stops being allowed, with the tag that the channel has for people; `undefined` without one. */
export function humanAgentWindowClosesAt(
  lastInboundAt: Date | undefined,
  { humanAgentWindowHours }: WindowHours,
): Date | undefined {
  if (humanAgentWindowHours === undefined) return undefined;
  return lastInboundAt && new Date(lastInboundAt.getTime() + humanAgentWindowHours * hourMs);
}

/**
 * Whether the channel's window is known to be closed for this message. Of someone never heard from here nothing is
 * known, a private reply answers a comment, and a template needs no window, so the channel decides about those.
 */
export function isOutsideWindow(
  dm: Pick<DmRecord, 'outbound' | 'source' | 'recipient_id'>,
  lastInboundAt: Date | undefined,
  nowMs: number,
  hours: WindowHours,
): boolean {
  const { comment_id, template } = dm.outbound ?? {};
  if (lastInboundAt === undefined || comment_id !== undefined || isProvisional(dm.recipient_id)) return false;
  if (template) return false;
  const byPerson = dm.source === 'api' && dm.outbound?.tag === 'HUMAN_AGENT';
  const closesAt = windowClosesAt(lastInboundAt, hours);
  const until = (byPerson ? humanAgentWindowClosesAt(lastInboundAt, hours) : undefined) ?? closesAt;
  return until !== undefined && nowMs >= until.getTime();
}

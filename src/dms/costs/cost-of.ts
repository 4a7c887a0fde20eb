import type { DmRecord } from '../dm.schema.js';
import type { MessageCostRecord } from './message-cost.schema.js';

export type MessageCost = Omit<MessageCostRecord, '_id' | 'messages'>;

/**
 * What a message counts as: priced by its channel, and delivered, which is what is paid for.
 * @returns `undefined` as long as it counts for nothing
 */
export function costOf(
  dm: Pick<DmRecord, 'platform_account_id' | 'pricing' | 'delivered_at' | 'read_at' | 'played_at'> | undefined,
): MessageCost | undefined {
  const at = dm && [dm.delivered_at, dm.read_at, dm.played_at].filter((one) => one !== undefined && one !== null);
  const first = at && at.length > 0 ? new Date(Math.min(...at.map((one) => one.getTime()))) : undefined;
  if (!dm?.pricing || !first) return undefined;
  const { category, type, billable } = dm.pricing;
  return {
    platform_account_id: dm.platform_account_id,
    day: first.toISOString().slice(0, 10),
    category: wordOf(category),
    type: wordOf(type),
    billable: billable === true,
  };
}

/** The channel's word; whatever else stands there is not shown to anybody. */
function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value.toLowerCase() : 'unknown';
}

import type { Schema } from 'mongoose';
import type { DmRecord } from './dm.schema.js';
import { openOrFailed } from './send-status.js';

/** GET /instagram-dms/list?status=…: what is not over, and what failed. */
export const openOrFailedIndex = { user_id: 1, status: 1, created_at: -1, _id: -1 } as const;

// Every string; written so because a query for a value implies `$gt: ''` and is served by the index, whereas nothing
// but itself implies `$type: 'string'`: looking a mid up would read the whole collection.
const anyString = { $gt: '' };

/** A conversation's messages in order; the agent's history. */
export const byTimestampOfConversation = { conversation_id: 1, timestamp: -1, _id: -1 } as const;

// GET /instagram-dms/list and /messages/list, newest first. Direction and read state stand before the sort, so that a
// filter on a rare state examines no more than it returns; without the filter MongoDB merges the four runs, still sorted.
const listed = { partialFilterExpression: { is_deleted: false } };
const newestFirst = { direction: 1, read: 1, created_at: -1, _id: -1 } as const;
/** Also what is unread of a conversation, however long that is. */
export const listedOfConversation = { conversation_id: 1, ...newestFirst } as const;
// Across accounts the channel stands before, for the same reason: of a tenant who has none of a channel nothing is read.
/** @internal */
export const listedOfTenant = { user_id: 1, platform: 1, ...newestFirst } as const;
/** @internal */
export const listedOfAll = { platform: 1, ...newestFirst } as const;
/**
 * The same lists by Meta's time. It never changes, and neither does the account, so that reading a DM costs nothing
 * here.
 * @internal
 */
export const byTimestampOfAccount = { platform_account_id: 1, timestamp: -1, _id: -1 } as const;

/** Every index here is paid for by each DM that is stored. */
export function indexDms(dms: Schema<DmRecord>): void {
  // Exactly once: a mid exists once per account; two connected accounts may hold the two ends of one message.
  dms.index(
    { platform_account_id: 1, message_id: 1 },
    { unique: true, name: 'message_once', partialFilterExpression: { message_id: anyString } },
  );
  // At most once: an intent to send is queued once.
  dms.index(
    { platform_account_id: 1, send_key: 1 },
    { unique: true, name: 'send_once', partialFilterExpression: { send_key: anyString } },
  );
  dms.index(byTimestampOfConversation);
  // What is pending: what the agent owes a look, oldest first; also the sweep over all conversations.
  dms.index(
    { agent_state: 1, conversation_id: 1, timestamp: 1, _id: 1 },
    { partialFilterExpression: { agent_state: 'pending' } },
  );
  // The agent's sweep: what is due another look; `null` (never looked at) comes first.
  dms.index(
    { agent_state: 1, agent_next_at: 1, created_at: 1 },
    { partialFilterExpression: { agent_state: 'pending' } },
  );
  // The sender: a conversation's open sends in order; also the sweep over all of them, and what an echo may belong to.
  dms.index(
    { outbound_open: 1, conversation_id: 1, send_seq: 1 },
    { partialFilterExpression: { outbound_open: true } },
  );
  // The sweep over all conversations: what is due.
  dms.index({ next_attempt_at: 1 }, { partialFilterExpression: { outbound_open: true } });
  dms.index({ platform_account_id: 1, ...newestFirst }, listed);
  dms.index(listedOfConversation, listed);
  dms.index(listedOfTenant, listed);
  dms.index(listedOfAll, listed);
  dms.index(byTimestampOfAccount, listed);
  // Few at any time; an admin's look across all tenants reads all of it.
  dms.index(openOrFailedIndex, {
    name: 'open_or_failed',
    partialFilterExpression: { status: { $in: [...openOrFailed] } },
  });
  // Media that is still to be copied.
  dms.index({ media_to_keep: 1 }, { sparse: true, name: 'media_to_keep_1' });
  // Copies of taken-back media that are still to be removed.
  dms.index({ media_to_drop: 1 }, { sparse: true, name: 'media_to_drop_1' });
}

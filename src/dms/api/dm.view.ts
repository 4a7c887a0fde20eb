import { channelOf } from './channel-filter.js';
import { choiceOf } from './choices.js';
import { templateOf } from './template-of.js';
import type { DmAttachment, DmReaction, DmRecord } from '../dm.schema.js';
import type { DmAttachmentView, DmReactionView, DmView } from './dm-view.dto.js';

/** The stored fields that the API shows. What is not named here is not even read. */
export const shownFields = [
  '_id',
  'platform',
  'platform_account_id',
  'ig_id',
  'user_id',
  'conversation_id',
  'sender_id',
  'sender_name',
  'recipient_id',
  'recipient_name',
  'message_id',
  'kind',
  'text',
  'attachments',
  'timestamp',
  'is_echo',
  'direction',
  'read',
  'read_at',
  'delivered_at',
  'played_at',
  'manual_dm',
  'source',
  'status',
  'held_reason',
  'next_attempt_at',
  'attempts',
  'truncated_parts',
  'error',
  'sent_at',
  'reply_to',
  'quick_reply',
  'postback',
  'outbound',
  'referral',
  'comment',
  'reactions',
  'edits',
  'is_unsupported',
  'is_self',
  'is_automatic',
  'standby',
  'is_deleted',
  'unsent',
  'agent_state',
  'agent_reason',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof DmRecord)[];

/** As much of a DM as {@link dmView} needs. */
export type ShownDm = Pick<DmRecord, (typeof shownFields)[number]>;

export const viewProjection = Object.fromEntries(shownFields.map((name) => [name, 1]));

/** What the API shows of a stored DM: each field is named, so that a new one stays inside until somebody shows it. */
export function dmView(dm: Omit<ShownDm, '_id'> & { _id: unknown }): DmView {
  return {
    _id: String(dm._id),
    channel: channelOf(dm),
    platform_account_id: dm.platform_account_id,
    ig_id: dm.ig_id,
    user_id: dm.user_id,
    conversation_id: dm.conversation_id,
    sender_id: dm.sender_id,
    sender_name: dm.sender_name,
    recipient_id: dm.recipient_id,
    recipient_name: dm.recipient_name,
    message_id: dm.message_id,
    kind: dm.kind,
    text: dm.text,
    attachments: (dm.attachments ?? []).map(attachmentView),
    timestamp: dm.timestamp,
    is_echo: dm.is_echo,
    direction: dm.direction,
    read: dm.read,
    read_at: dm.read_at?.toISOString(),
    delivered_at: dm.delivered_at?.toISOString(),
    played_at: dm.played_at?.toISOString(),
    manual_dm: dm.manual_dm,
    source: dm.source,
    status: dm.status,
    held_reason: dm.status === 'queued' ? dm.held_reason : undefined,
    next_attempt_at: isOver(dm) ? undefined : dm.next_attempt_at?.toISOString(),
    attempts: dm.attempts,
    truncated_parts: dm.truncated_parts,
    error: dm.error,
    sent_at: dm.sent_at?.toISOString(),
    reply_to: dm.reply_to,
    quick_reply: dm.quick_reply,
    postback: dm.postback,
    template: templateOf(dm),
    choice: choiceOf(dm),
    choices: dm.outbound?.quick_replies?.map(({ title, payload }) => ({ id: payload, title })),
    referral: dm.referral,
    comment: dm.comment,
    reactions: reactionsOf(dm.reactions ?? []),
    edits: dm.edits,
    is_unsupported: dm.is_unsupported,
    is_self: dm.is_self,
    is_automatic: dm.is_automatic,
    standby: dm.standby,
    is_deleted: dm.is_deleted,
    unsent: dm.unsent,
    agent_state: dm.agent_state,
    agent_reason: dm.agent_reason,
    created_at: dm.created_at.toISOString(),
    updated_at: dm.updated_at.toISOString(),
  };
}

/** An operator's decision keeps a turn of its own in the store, until no echo can correct it: nobody has to wait for it. */
function isOver({ status }: Pick<DmRecord, 'status'>): boolean {
  return status === undefined || status === 'sent' || status === 'failed';
}

/** Without Meta's raw form, and without where our copy lies. */
function attachmentView(attachment: DmAttachment): DmAttachmentView {
  const { type, original_type, url, title, media_id, story_id, link_only, stored_key } = attachment;
  const has_copy = stored_key ? true : undefined;
  return { type, original_type, url, title, media_id, story_id, link_only, has_copy };
}

function reactionsOf(reactions: DmReaction[]): DmReactionView[] {
  const standing = reactions.filter(({ removed }) => !removed);
  return standing.map(({ sender_id, reaction, emoji, timestamp }) => ({ sender_id, reaction, emoji, timestamp }));
}

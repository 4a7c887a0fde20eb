import type { DecodedAttachment, GraphAttachment, GraphMessage, MessageEvent } from '#libs/graph-api';
import { ownIds as ownIdsOf, type AccountSummary } from '../../accounts/index.js';

/** Meta tells the content of a conversation's newest messages only; of older ones that they exist. */
export function hasContent(message: GraphMessage): boolean {
  return message.from !== undefined && message.createdAt !== undefined;
}

export function isOurs(message: GraphMessage, account: AccountSummary): boolean {
  const { from } = message;
  return from !== undefined && (ownIdsOf(account).has(from.id) || from.username === account.username);
}

/**
 * A message as the Graph API tells it, in the form in which a webhook would have brought it. Meta gives its time in
 * whole seconds. Whoever wrote it, the ids are those that webhooks use.
 */
export function syncedEvent(message: GraphMessage, account: AccountSummary, participantId: string): MessageEvent {
  const ours = isOurs(message, account);
  return {
    kind: 'message',
    index: 0,
    entryId: account.external_id,
    accountIds: [account.external_id],
    senderId: ours ? account.external_id : participantId,
    recipientId: ours ? participantId : account.external_id,
    timestamp: message.createdAt ?? 0,
    standby: false,
    isEcho: ours,
    isSelf: false,
    isTest: false,
    raw: message.raw,
    unknownFields: [],
    mid: message.id,
    ...(message.text ? { text: message.text } : {}),
    attachments: message.attachments.map(attachmentOf),
    ...(message.replyTo ? { replyTo: message.replyTo } : {}),
    isUnsupported: message.isUnsupported ?? false,
  };
}

function attachmentOf({ type, url, name }: GraphAttachment): DecodedAttachment {
  return { type, ...(url ? { url } : {}), ...(name ? { title: name } : {}), raw: undefined };
}

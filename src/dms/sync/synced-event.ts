import type {
  DecodedAttachment,
  GraphAttachment,
  GraphMessage,
  GraphParticipant,
  MessageEvent,
  ReactionEvent,
} from '#libs/graph-api';
import { ownIds as ownIdsOf, type AccountSummary } from '../../accounts/index.js';

/** Meta tells the content of a conversation's newest messages only; of older ones that they exist. */
export function hasContent(message: GraphMessage): boolean {
  return message.from !== undefined && message.createdAt !== undefined;
}

export function isOurs({ from }: GraphMessage, account: AccountSummary): boolean {
  return from !== undefined && isAccount(from, account);
}

function isAccount({ id, username }: GraphParticipant, account: AccountSummary): boolean {
  return ownIdsOf(account).has(id) || username === account.username;
}

/**
 * A message as the Graph API tells it, in the form in which a webhook would have brought it. Meta gives its time in
 * whole seconds. Whoever wrote it, the ids are those that webhooks use.
 */
export function syncedEvent(message: GraphMessage, account: AccountSummary, participantId: string): MessageEvent {
  return {
    kind: 'message',
    ...saidBy(isOurs(message, account), message, { account, participantId }),
    mid: message.id,
    ...(message.text ? { text: message.text } : {}),
    attachments: message.attachments.map(attachmentOf),
    ...(message.replyTo ? { replyTo: message.replyTo } : {}),
    isUnsupported: message.isUnsupported ?? false,
  };
}

/** Its reactions, as of the moment it was written: whatever a webhook tells of them came later, and counts. */
export function syncedReactions(
  message: GraphMessage,
  account: AccountSummary,
  participantId: string,
): ReactionEvent[] {
  return message.reactions.map(({ from, reaction, emoji }) => ({
    kind: 'reaction',
    ...saidBy(isAccount(from, account), message, { account, participantId }),
    mid: message.id,
    action: 'react',
    ...(reaction ? { reaction } : {}),
    ...(emoji ? { emoji } : {}),
  }));
}

function saidBy(
  ours: boolean,
  { createdAt, raw }: GraphMessage,
  { account, participantId }: { account: AccountSummary; participantId: string },
) {
  const own = account.external_id;
  return {
    index: 0,
    entryId: own,
    accountIds: [own],
    senderId: ours ? own : participantId,
    recipientId: ours ? participantId : own,
    timestamp: createdAt ?? 0,
    standby: false,
    isEcho: ours,
    isSelf: false,
    isTest: false,
    raw,
    unknownFields: [],
  };
}

function attachmentOf({ type, url, name }: GraphAttachment): DecodedAttachment {
  return { type, ...(url ? { url } : {}), ...(name ? { title: name } : {}), raw: undefined };
}

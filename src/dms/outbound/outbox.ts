import { Injectable } from '@nestjs/common';
import { Types, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import type { AccountSummary } from '../../accounts/index.js';
import {
  conversationIdOf,
  ConversationsRepository,
  newConversation,
  type Conversation,
} from '../../conversations/index.js';
import { DmStore } from '../dm-store.repository.js';
import type { DmRecord, OutboundBody } from '../dm.schema.js';
import { OutboundRepository } from './outbound.repository.js';

/** One message to send: words, or an attachment. */
export interface NewOutbound {
  /** At most 1000 bytes of UTF-8; split longer ones before. */
  text?: string;
  outbound?: OutboundBody;
}

/** What is sent as one: its parts go out in order, and when one is refused the ones after it are not sent. */
export interface NewReply {
  source: 'api' | 'agent';
  /** The intent, unique in its account: `agent:<last answered dm id>`, `api:<idempotency key>`. Parts get `:<n>`. */
  key: string;
  parts: NewOutbound[];
  /** Hash of what was asked for, where the same key may come with something else. */
  fingerprint?: string;
}

/** How long a new DM is left to whoever queued it before the sweep hands it over. */
const graceMs = 5_000;

/** The way out for every message of ours: dashboards, the inbox and the agent queue here, the sender does the rest. */
@Injectable()
export class Outbox {
  constructor(
    private readonly store: DmStore,
    private readonly conversations: ConversationsRepository,
    private readonly outbound: OutboundRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Queues a reply's parts, in order, within the caller's transaction. After it has committed, add the job
   * `send-conversation` (or call the sender): without it the sweep sends them some seconds later.
   * @param participantId the person's Instagram-scoped id, or {@link provisionalParticipant} for a private reply
   * @param known the conversation, when this transaction has taken it and numbers for all parts already
   * @throws {MongoServerError} code 11000 when the reply's key was queued before; the transaction is lost then
   */
  async queue(
    session: ClientSession,
    account: AccountSummary,
    participantId: string,
    reply: NewReply,
    known?: Conversation,
  ): Promise<DmRecord[]> {
    const conversation = known ?? (await this.conversationFor(session, account, participantId));
    const firstSeq = known
      ? known.send_seq - reply.parts.length + 1
      : await this.conversations.nextSendSeq(session, conversation._id, reply.parts.length);
    const now = this.clock.date();
    const dms = reply.parts.map((part, n): DmRecord => ({
      _id: new Types.ObjectId(),
      platform_account_id: account._id,
      ig_id: account.ig_id,
      user_id: account.user_id,
      conversation_id: conversation._id,
      sender_id: account.ig_id,
      sender_name: account.username,
      recipient_id: participantId,
      ...(conversation.participant_name ? { recipient_name: conversation.participant_name } : {}),
      kind: 'message',
      ...(part.text === undefined ? {} : { text: part.text }),
      attachments: part.outbound?.attachment ? [{ ...part.outbound.attachment }] : [],
      ...(part.outbound?.reply_to_mid ? { reply_to: { mid: part.outbound.reply_to_mid } } : {}),
      timestamp: now.getTime(),
      is_echo: false,
      direction: 'outbound',
      read: true,
      manual_dm: reply.source === 'api',
      source: reply.source,
      reactions: [],
      edits: [],
      is_deleted: false,
      unsent: false,
      delivery_ids: [],
      status: 'queued',
      outbound_open: true,
      ...(part.outbound ? { outbound: part.outbound } : {}),
      send_seq: firstSeq + n,
      send_key: `${reply.key}:${n}`,
      ...(reply.fingerprint ? { send_fingerprint: reply.fingerprint } : {}),
      attempts: 0,
      next_attempt_at: new Date(now.getTime() + graceMs),
      created_at: now,
      updated_at: now,
    }));
    await this.store.insertOutbound(session, conversation, dms);
    return dms;
  }

  /**
   * Queues a DM again that failed for good, and the parts of its reply that failed with it: a replay by an admin.
   * @returns its conversation, to add `send-conversation` for; `null` when it is not failed (any more)
   */
  async requeueFailed(dmId: string): Promise<string | null> {
    const dm = await this.outbound.find(dmId);
    if (!dm || !(await this.outbound.requeue(dm, 'failed'))) return null;
    await this.outbound.requeueFollowers(dm);
    return dm.conversation_id;
  }

  private async conversationFor(
    session: ClientSession,
    account: AccountSummary,
    participantId: string,
  ): Promise<Conversation> {
    const id = conversationIdOf(account._id, participantId);
    const known = await this.conversations.getById(id, session);
    if (known) return known;
    const fresh = emptyConversation(account, participantId, this.clock.date());
    await this.conversations.saveAll(session, [fresh]);
    return fresh;
  }
}

const provisionalPrefix = 'comment:';

/** Who a private reply goes to, until Meta's answer names the person. */
export function provisionalParticipant(commentId: string): string {
  return `${provisionalPrefix}${commentId}`;
}

/** Whether the participant is one of {@link provisionalParticipant}. */
export function isProvisional(participantId: string): boolean {
  return participantId.startsWith(provisionalPrefix);
}

/** A conversation that begins with a message of ours. */
export function emptyConversation(
  account: Pick<AccountSummary, '_id' | 'user_id'>,
  participantId: string,
  now: Date,
): Conversation {
  return {
    ...newConversation,
    _id: conversationIdOf(account._id, participantId),
    platform_account_id: account._id,
    user_id: account.user_id,
    participant_id: participantId,
    unread_count: 0,
    counts: { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 0 },
    send_seq: 0,
    created_at: now,
    updated_at: now,
  };
}

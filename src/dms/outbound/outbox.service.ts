import { Injectable } from '@nestjs/common';
import { Types, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import type { AccountSummary } from '../../accounts/index.js';
import { BlocklistService } from '../../blocklist/index.js';
import {
  conversationIdOf,
  ConversationsRepository,
  DeskRepository,
  emptyConversation,
  type Conversation,
} from '../../conversations/index.js';
import { applyToConversation } from '../dm-change.js';
import { DmStoreRepository } from '../dm-store.repository.js';
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
  /** The intent, unique in its account: `agent:<last answered dm id>`, or out of `send-key.ts`. Parts get `:<n>`. */
  key: string;
  parts: NewOutbound[];
  /** Who wrote it, where that is a person. */
  sentBy?: string;
  /** Hash of what was asked for, where the same may be asked for again. */
  fingerprint?: string;
  /** How many messages more it would have been, had it not been cut. */
  truncatedParts?: number;
}

/** How long a new DM is left to whoever queued it before the sweep hands it over. */
const graceMs = 5_000;

/** The way out for every message of ours: dashboards, the inbox and the agent queue here, the sender does the rest. */
@Injectable()
export class OutboxService {
  constructor(
    private readonly store: DmStoreRepository,
    private readonly conversations: ConversationsRepository,
    private readonly desk: DeskRepository,
    private readonly outbound: OutboundRepository,
    private readonly blocklist: BlocklistService,
    private readonly clock: Clock,
  ) {}

  /**
   * Queues a reply's parts, in order, within the caller's transaction. After it has committed, add the job
   * `send-conversation` (or call the sender): without it the sweep sends them some seconds later.
   * @param participantId the person's Instagram-scoped id, or {@link provisionalParticipant} for a private reply
   * @throws {MongoServerError} code 11000 when the reply's key was queued before; the transaction is lost then
   */
  async queue(
    session: ClientSession,
    account: AccountSummary,
    participantId: string,
    reply: NewReply,
  ): Promise<DmRecord[]> {
    const conversation = await this.conversationFor(session, account, participantId);
    const dms = this.plan(conversation, account, reply);
    await this.store.write(
      session,
      dms.map((after) => ({ after })),
    );
    await this.conversations.saveWithSends(session, conversation);
    return dms;
  }

  /**
   * The DMs of a reply, to be written by the caller with the conversation, which they are carried over to in place: in
   * the transaction that read it.
   */
  plan(conversation: Conversation, account: AccountSummary, reply: NewReply): DmRecord[] {
    const now = this.clock.date();
    const dms = reply.parts.map((part, n): DmRecord => ({
      ...newOutbound(),
      _id: new Types.ObjectId(),
      platform_account_id: account._id,
      platform: account.channel,
      ig_id: account.external_id,
      user_id: account.user_id,
      conversation_id: conversation._id,
      sender_id: account.external_id,
      sender_name: account.username,
      recipient_id: conversation.participant_id,
      ...(conversation.participant_name ? { recipient_name: conversation.participant_name } : {}),
      ...(part.text === undefined ? {} : { text: part.text }),
      attachments: part.outbound?.attachment ? [shownOf(part.outbound.attachment)] : [],
      ...(part.outbound?.reply_to_mid ? { reply_to: { mid: part.outbound.reply_to_mid } } : {}),
      timestamp: now.getTime(),
      manual_dm: reply.source === 'api',
      source: reply.source,
      ...(part.outbound ? { outbound: part.outbound } : {}),
      send_seq: conversation.send_seq + 1 + n,
      ...(reply.sentBy ? { sent_by: reply.sentBy } : {}),
      send_key: `${reply.key}:${n}`,
      ...(reply.truncatedParts && n === reply.parts.length - 1 ? { truncated_parts: reply.truncatedParts } : {}),
      ...(reply.fingerprint ? { send_fingerprint: reply.fingerprint } : {}),
      next_attempt_at: new Date(now.getTime() + graceMs),
      created_at: now,
      updated_at: now,
    }));
    conversation.send_seq += dms.length;
    for (const dm of dms) applyToConversation(conversation, undefined, dm);
    conversation.updated_at = now;
    return dms;
  }

  /**
   * Queues a DM again that failed for good, and the parts of its reply that failed with it: a replay by an admin.
   * @returns its conversation, to add `send-conversation` for; `null` when it is not failed (any more)
   */
  async requeueFailed(dmId: string): Promise<string | null> {
    const dm = await this.outbound.find(dmId);
    if (!dm || !(await this.requeue(dm, 'failed'))) return null;
    await this.outbound.requeueFollowers(dm);
    return dm.conversation_id;
  }

  /** Queues a DM again by an operator's word. A reply that is being written meanwhile goes out behind it. */
  async requeue(dm: DmRecord, from: 'failed' | 'unconfirmed'): Promise<boolean> {
    const requeued = await this.outbound.requeue(dm, from);
    if (requeued) {
      await this.conversations.countTurn(dm.conversation_id);
      await this.desk.isAnswered(dm.conversation_id, new Date(dm.timestamp));
    }
    return requeued;
  }

  private async conversationFor(
    session: ClientSession,
    account: AccountSummary,
    participantId: string,
  ): Promise<Conversation> {
    const id = conversationIdOf(account._id, participantId);
    const known = await this.conversations.getById(id, session);
    if (known) return known;
    const blocked = await this.blocklist.isBlocked(account, participantId);
    return emptyConversation(account, participantId, this.clock.date(), { blocked });
  }
}

function shownOf({ type, url }: NonNullable<OutboundBody['attachment']>) {
  return { type, url };
}

/** What every new outbound DM begins with. */
function newOutbound() {
  return {
    kind: 'message',
    is_echo: false,
    direction: 'outbound',
    read: true,
    reactions: [],
    edits: [],
    is_deleted: false,
    unsent: false,
    delivery_ids: [],
    status: 'queued',
    outbound_open: true,
    attempts: 0,
  } satisfies Partial<DmRecord>;
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

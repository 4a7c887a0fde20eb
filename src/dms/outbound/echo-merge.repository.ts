import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ChannelsService } from '../../channels/index.js';
import { BlocklistService } from '../../blocklist/index.js';
import {
  conversationIdOf,
  ConversationsRepository,
  emptyConversation,
  endPause,
  pausesOf,
  type Conversation,
} from '../../conversations/index.js';
import { TransactionsService } from '../../database/index.js';
import { applyToConversation } from '../dm-change.js';
import { DM, DmStoreRepository } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { givenBack, mergedWithEcho, withoutSendState } from './merge-echo.js';
import { isProvisional } from './outbox.service.js';

/** How Meta has it. */
export interface SentAs {
  mid: string;
  /** Of a private reply: who it went to. */
  recipientId?: string;
  result?: unknown;
}

/** Echoes and sends that turn out to be one and the same, brought together in one transaction. */
@Injectable()
export class EchoMergeRepository {
  constructor(
    @InjectModel(DM) private readonly dms: Model<DmRecord>,
    private readonly channels: ChannelsService,
    private readonly store: DmStoreRepository,
    private readonly conversations: ConversationsRepository,
    private readonly transactions: TransactionsService,
    private readonly blocklist: BlocklistService,
    private readonly clock: Clock,
  ) {}

  /** The account's outbound DMs that came as echoes since then and belong to no send of ours. */
  async strayEchoes(platformAccountId: string, since: Date): Promise<DmRecord[]> {
    return this.dms.collection
      .find<DmRecord>({
        platform_account_id: platformAccountId,
        direction: 'outbound',
        read: { $in: [true, false] },
        is_deleted: false,
        created_at: { $gte: since },
        send_key: { $exists: false },
      })
      .limit(200)
      .toArray();
  }

  /**
   * Marks it sent where more than one DM is concerned: the echo was stored on its own, or took another DM's place, or
   * only now it is known whom we wrote to.
   * @returns the conversation that a private reply was moved to
   */
  async markSentMerging(dm: DmRecord, sentAs: SentAs): Promise<string | undefined> {
    return this.transactions.run(async (session) => {
      const current = await this.dms.collection.findOne<DmRecord>({ _id: dm._id }, { session });
      if (!current) return undefined; // erased meanwhile
      const twin = await this.dms.collection.findOne<DmRecord>(
        { platform_account_id: dm.platform_account_id, message_id: sentAs.mid, _id: { $ne: dm._id } },
        { session },
      );
      const stranger = current.message_id && current.message_id !== sentAs.mid ? givenBack(current) : undefined;
      const base: DmRecord = {
        ...withoutSendState(current),
        status: 'sent',
        message_id: sentAs.mid,
        sent_at: current.sent_at ?? this.clock.date(),
        updated_at: this.clock.date(),
        ...(sentAs.result === undefined ? {} : { graph_result: sentAs.result }),
        // What was answered meanwhile told of the stranger.
        ...(stranger ? { send_answer: undefined } : {}),
      };
      const after = twin ? mergedWithEcho(base, twin) : base;
      const target = this.recipientOf(after, sentAs);
      await this.replace(session, { current, twin, after: { ...after, ...target }, stranger }, sentAs.mid);
      return target?.conversation_id;
    });
  }

  private recipientOf(
    dm: DmRecord,
    { recipientId }: SentAs,
  ): Pick<DmRecord, 'conversation_id' | 'recipient_id'> | undefined {
    if (!recipientId || !isProvisional(dm.recipient_id)) return undefined;
    return { conversation_id: conversationIdOf(dm.platform_account_id, recipientId), recipient_id: recipientId };
  }

  private async replace(
    session: ClientSession,
    {
      current,
      twin,
      after,
      stranger,
    }: { current: DmRecord; twin: DmRecord | null; after: DmRecord; stranger?: DmRecord },
    mid: string,
  ): Promise<void> {
    const from = await this.conversationOf(session, current);
    const to = after.conversation_id === current.conversation_id ? from : await this.conversationOf(session, after);
    if (twin) applyToConversation(to, twin, undefined);
    applyToConversation(from, current, undefined);
    applyToConversation(to, undefined, after);
    if (stranger) applyToConversation(from, undefined, stranger);
    // What looked like a person's answer was ours.
    if (pausesOf(to).human_reply?.by_mid === mid) endPause(to, 'human_reply');
    to.updated_at = from.updated_at = this.clock.date();
    await this.store.write(session, [
      ...(twin ? [{ before: twin }] : []),
      { before: current, after },
      ...(stranger ? [{ after: stranger }] : []),
    ]);
    await this.conversations.saveAll(session, from === to ? [to] : [from, to]);
    if (from !== to) await this.dropIfEmpty(session, from);
  }

  private async conversationOf(session: ClientSession, dm: DmRecord): Promise<Conversation> {
    const known = await this.conversations.getById(dm.conversation_id, session);
    const account = {
      _id: dm.platform_account_id,
      channel: dm.platform ?? this.channels.first.channel,
      user_id: dm.user_id,
    };
    if (known) return known;
    const blocked = await this.blocklist.isBlocked(account, dm.recipient_id);
    return emptyConversation(account, dm.recipient_id, this.clock.date(), { blocked });
  }

  /** The provisional conversation of a private reply has done its duty. */
  private async dropIfEmpty(session: ClientSession, conversation: Conversation): Promise<void> {
    const left = await this.dms.collection.findOne({ conversation_id: conversation._id }, { session });
    if (!left) await this.conversations.remove(session, conversation._id);
  }
}

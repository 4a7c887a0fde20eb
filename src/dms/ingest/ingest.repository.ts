import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type ClientSession } from 'mongoose';
import { BlocklistRepository, byTenantAndChannel } from '../../blocklist/index.js';
import { ConversationWriteOrderRepository, ConversationsRepository } from '../../conversations/index.js';
import { DM, DmStoreRepository } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { matchesOpenSend } from '../outbound/echo-matching.js';
import { lookAroundMs } from './automatic-echo.js';
import { MessageCostsRepository } from '../costs/message-costs.repository.js';
import { slotOf, type BatchSnapshot, type ReadMark } from './batch-snapshot.js';
import type { IngestBatch, IngestItem } from './ingest-batch.js';
import { dmKeyOf, isFetched } from './reduce-dm.js';

/** Reads what a batch may touch as one snapshot, and writes what the batch made of it, in one transaction. */
@Injectable()
export class IngestRepository {
  constructor(
    @InjectModel(DM) private readonly dms: Model<DmRecord>,
    private readonly store: DmStoreRepository,
    private readonly conversations: ConversationsRepository,
    private readonly locks: ConversationWriteOrderRepository,
    private readonly blocklist: BlocklistRepository,
    private readonly costs: MessageCostsRepository,
  ) {}

  /** @param locked takes the conversations before reading: for a batch that others have made start over before */
  async snapshot(session: ClientSession, items: IngestItem[], locked = false): Promise<BatchSnapshot> {
    const midsByAccount = groupMids(items);
    const conversationIds = idsOf(items);
    if (locked) await this.locks.lock(session, conversationIds);
    const snapshot: BatchSnapshot = {
      dms: new Map(),
      conversations: await this.conversations.findByIds(conversationIds, session),
      openSends: new Map(),
      tombstones: new Set(),
      blocked: new Set(),
      answeredUntil: new Map(),
      around: new Map(),
      erasedAt: new Map(),
    };
    snapshot.blocked = await this.blockedAmong(
      items.filter(({ context }) => !snapshot.conversations.has(context.conversationId)),
    );
    for (const [accountId, mids] of midsByAccount) await this.loadDms(session, snapshot, accountId, [...mids]);
    await this.loadOpenSends(session, snapshot, items);
    await this.loadAnswers(session, snapshot, items);
    await this.loadAround(session, snapshot, items);
    return snapshot;
  }

  /** Conversations of these items that another transaction holds. */
  async heldAmong(items: IngestItem[]): Promise<Set<string>> {
    return this.locks.heldAmong(idsOf(items));
  }

  /** Conversations of these items with people whom the account's owner has blocked. */
  private async blockedAmong(items: IngestItem[]): Promise<Set<string>> {
    const blocked = new Set<string>();
    for (const { owner, of: ofTenant } of byTenantAndChannel(
      items.map(({ context }) => ({ ...context, user_id: context.account.user_id, platform: context.account.channel })),
    )) {
      const people = await this.blocklist.among(
        owner,
        ofTenant.map(({ participantId }) => participantId),
      );
      for (const one of ofTenant) if (people.has(one.participantId)) blocked.add(one.conversationId);
    }
    return blocked;
  }

  async write(session: ClientSession, batch: IngestBatch): Promise<void> {
    const changes = batch.changes();
    await this.store.write(session, changes);
    await this.costs.count(session, changes);
    for (const mark of batch.readMarks) await this.markRead(session, mark);
    await this.conversations.saveAll(session, batch.conversations(), batch.asRead);
  }

  private async loadDms(
    session: ClientSession,
    snapshot: BatchSnapshot,
    accountId: string,
    mids: string[],
  ): Promise<void> {
    const [found, removed] = await Promise.all([
      this.dms.collection
        .find<DmRecord>(
          { platform_account_id: accountId, message_id: { $in: mids } },
          { session, projection: withoutRaw },
        )
        .toArray(),
      // Outside of the snapshot, which began before: what was removed since must not come back either.
      this.store.findTombstones(accountId, mids),
    ]);
    for (const dm of found) if (dm.message_id) snapshot.dms.set(slotOf(accountId, dm.message_id), dm);
    for (const mid of removed)
      if (!snapshot.dms.has(slotOf(accountId, mid))) snapshot.tombstones.add(slotOf(accountId, mid));
  }

  /** Only an echo that is not known by its mid may belong to a send of ours. */
  private async loadOpenSends(session: ClientSession, snapshot: BatchSnapshot, items: IngestItem[]): Promise<void> {
    const conversations = new Set<string>();
    for (const { event, context } of items) {
      const isTold =
        event.kind === 'message' ? event.isEcho : event.kind === 'status' && event.sendHandle !== undefined;
      if (!isTold || (event.kind !== 'message' && event.kind !== 'status')) continue;
      const known = snapshot.dms.get(slotOf(context.account._id, event.mid));
      if (!known || known.placeholder) conversations.add(context.conversationId);
    }
    if (conversations.size === 0) return;
    const open = await this.dms.collection
      .find<DmRecord>(
        { outbound_open: true, conversation_id: { $in: [...conversations] }, attempts: { $gt: 0 } },
        { session, sort: { send_seq: 1 }, projection: withoutRaw },
      )
      .toArray();
    for (const send of open) {
      const list = snapshot.openSends.get(send.conversation_id) ?? [];
      list.push(send);
      snapshot.openSends.set(send.conversation_id, list);
    }
  }

  /** Asked for messages alone that were fetched before their webhook came. */
  private async loadAnswers(session: ClientSession, snapshot: BatchSnapshot, items: IngestItem[]): Promise<void> {
    for (const { event, context } of items) {
      const { account, conversationId } = context;
      if ((event.kind !== 'message' && event.kind !== 'postback') || event.isEcho) continue;
      const known = snapshot.dms.get(slotOf(account._id, dmKeyOf(event) ?? ''));
      if (!isFetched(known) || snapshot.answeredUntil.has(conversationId)) continue;
      const answer = await this.dms.collection.findOne<Pick<DmRecord, 'timestamp'>>(
        {
          conversation_id: conversationId,
          direction: 'outbound',
          status: { $ne: 'failed' },
          placeholder: { $ne: true },
          is_automatic: { $ne: true },
        },
        { session, sort: { timestamp: -1 }, projection: { timestamp: 1 } },
      );
      if (answer) snapshot.answeredUntil.set(conversationId, answer.timestamp);
    }
  }

  /** Asked for where an echo is not ours, or a message comes only after it: then it may tell who wrote the echo. */
  private async loadAround(session: ClientSession, snapshot: BatchSnapshot, items: IngestItem[]): Promise<void> {
    const times = new Map<string, number[]>();
    for (const { event, context } of items) {
      const { account, conversationId } = context;
      if (event.kind !== 'message' && event.kind !== 'postback') continue;
      const known = snapshot.dms.get(slotOf(account._id, dmKeyOf(event) ?? ''));
      if (known && !known.placeholder && !isFetched(known)) continue;
      const sends = snapshot.openSends.get(conversationId) ?? [];
      const isForeign = event.isEcho && event.kind === 'message' && !sends.some((send) => matchesOpenSend(send, event));
      const echoAt = snapshot.conversations.get(conversationId)?.foreign_echo_at;
      if (!isForeign && (echoAt === undefined || event.timestamp > echoAt)) continue;
      times.set(conversationId, [...(times.get(conversationId) ?? []), event.timestamp]);
    }
    for (const [conversationId, at] of times) {
      const range = { $gte: Math.min(...at) - lookAroundMs, $lte: Math.max(...at) + lookAroundMs };
      const found = await this.dms.collection
        .find<DmRecord>(
          { conversation_id: conversationId, timestamp: range },
          { session, projection: withoutRaw, sort: { timestamp: -1 }, limit: mostAround },
        )
        .toArray();
      snapshot.around.set(conversationId, found);
    }
  }

  private async markRead(session: ClientSession, { conversationId, fromMs, upToMs, at, now }: ReadMark): Promise<void> {
    await this.dms.collection.updateMany(
      {
        conversation_id: conversationId,
        timestamp: { ...(fromMs === undefined ? {} : { $gt: fromMs }), $lte: upToMs },
        direction: 'outbound',
        status: 'sent',
        read_at: null,
        placeholder: { $ne: true },
      },
      // Whoever asks for what changed since then must never find it changed in the past.
      { $set: { read_at: at }, $max: { updated_at: now } },
      { session },
    );
  }
}

/** In an hour of a conversation; of the newest it is told who wrote them. */
const mostAround = 300;

/** Nothing of a batch asks for what Meta sent before, and writing a DM leaves alone what was not read of it. */
const withoutRaw = { raw: 0 } as const;

function idsOf(items: IngestItem[]): string[] {
  return [...new Set(items.map(({ context }) => context.conversationId))];
}

function groupMids(items: IngestItem[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { event, context } of items) {
    const key = dmKeyOf(event);
    if (key === undefined) continue;
    const group = groups.get(context.account._id) ?? new Set();
    groups.set(context.account._id, group.add(key));
  }
  return groups;
}

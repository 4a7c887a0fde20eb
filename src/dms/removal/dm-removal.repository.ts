import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { TransactionsService } from '../../database/index.js';
import { applyToConversation } from '../dm-change.js';
import { copiesOf, DM, DmStoreRepository, TOMBSTONE } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { keyOnlyMid, usedKeyOf, type TombstoneRecord } from '../tombstone.schema.js';

/** Transactions above this size hold their snapshot too long. */
const batchSize = 200;

/** What of a DM has to go before the DM itself may. */
export interface LeftBehind {
  ids: string[];
  /** Copies of media in the bucket. */
  mediaKeys: string[];
}

export interface Remains {
  /** How long they must not come back; for good they may when left out. */
  tombstonesForMs?: number;
  /** The copies of their media lie in the bucket still: tombstones remember them until they are dropped. */
  copiesStay?: boolean;
  /** The erasure that is done only then. */
  erasureId?: string;
}

/** Removes DMs for good, in batches, with their conversation's counts right after each. */
@Injectable()
export class DmRemovalRepository {
  constructor(
    @InjectModel(DM) private readonly dms: Model<DmRecord>,
    @InjectModel(TOMBSTONE) private readonly tombstones: Model<TombstoneRecord>,
    private readonly store: DmStoreRepository,
    private readonly conversations: ConversationsRepository,
    private readonly transactions: TransactionsService,
    private readonly clock: Clock,
  ) {}

  /**
   * The next DMs of a conversation to remove, oldest first; an empty answer means that there are none. From now on no
   * copy of their media can be noted: it would be gone from sight with its DM.
   * @param beforeMs only those written before; all when left out
   */
  async next(conversationId: string, beforeMs?: number): Promise<LeftBehind> {
    const next = await this.dms.collection
      .find<Pick<DmRecord, '_id'>>(matching(conversationId, beforeMs), {
        projection: { _id: 1 },
        sort: { timestamp: 1, _id: 1 },
        limit: batchSize,
      })
      .toArray();
    const batch = { _id: { $in: next.map(({ _id }) => _id) } };
    await this.dms.collection.updateMany(
      { ...batch, media_to_keep: { $exists: true } },
      { $unset: { media_to_keep: '', 'attachments.$[].url': '', 'attachments.$[].media_id': '' } },
    );
    const projection = { attachments: 1, media_to_drop: 1 };
    const found = await this.dms.collection.find<DmRecord>(batch, { projection }).toArray();
    return { ids: next.map(({ _id }) => _id.toHexString()), mediaKeys: found.flatMap(copiesOf) };
  }

  /**
   * What was sent under an Idempotency-Key leaves a tombstone in any case: nobody sends it again with that.
   * @returns how many there were still to remove
   */
  async remove(conversationId: string, ids: string[], remains: Remains = {}): Promise<number> {
    const _ids = ids.map((id) => new Types.ObjectId(id));
    return this.transactions.run(async (session) => {
      const found = await this.dms.collection
        .find<DmRecord>({ _id: { $in: _ids }, conversation_id: conversationId }, { session, projection: { raw: 0 } })
        .toArray();
      await this.dms.collection.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } }, { session });
      await this.leaveTombstones(session, found, remains);
      const conversation = await this.conversations.getById(conversationId, session);
      if (conversation) await this.carryOver(session, conversation, found);
      return found.length;
    });
  }

  /** Removes the conversation itself, when nothing is left in it. @returns whether it is gone */
  async removeConversation(conversationId: string): Promise<boolean> {
    return this.transactions.run(async (session) => {
      const left = await this.dms.collection.findOne({ conversation_id: conversationId }, { session });
      if (left) return false;
      await this.conversations.remove(session, conversationId);
      return true;
    });
  }

  /** Conversations that hold DMs stored before this, oldest first. */
  async conversationsWithDmsBefore(before: Date, limit: number): Promise<string[]> {
    const oldest = Types.ObjectId.createFromTime(Math.max(0, Math.floor(before.getTime() / 1_000)));
    const found = await this.dms.collection
      .find<Pick<DmRecord, 'conversation_id'>>(
        { _id: { $lt: oldest }, timestamp: { $lt: before.getTime() } },
        { projection: { conversation_id: 1 }, sort: { _id: 1 }, limit },
      )
      .toArray();
    return [...new Set(found.map(({ conversation_id }) => conversation_id))];
  }

  /** Everything is gone; nothing is left that must not come back. What still knows of copies goes with the last one. */
  async removeTombstones(platformAccountId: string): Promise<void> {
    const ofAccount = { platform_account_id: platformAccountId };
    await this.tombstones.collection.updateMany(
      { ...ofAccount, media_to_drop: { $exists: true } },
      { $set: { ends_with_media: true }, $unset: { expires_at: '' } },
    );
    await this.tombstones.collection.deleteMany({ ...ofAccount, media_to_drop: { $exists: false } });
  }

  /** Whether copies of what this erasure removed lie in the bucket still. */
  async hasCopiesLeft(erasureId: string): Promise<boolean> {
    return (await this.tombstones.collection.findOne({ erasure_id: erasureId })) !== null;
  }

  private async leaveTombstones(session: ClientSession, removed: DmRecord[], remains: Remains): Promise<void> {
    const operations = removed.flatMap((dm) => {
      const update = tombstoneOf(dm, this.clock.date(), remains);
      const { platform_account_id } = dm;
      const message_id = update ? (dm.message_id ?? keyOnlyMid(dm)) : keyOnlyMid(dm);
      if (message_id === undefined) return [];
      const filter = { platform_account_id, message_id };
      const keyOnly = { $setOnInsert: { _id: dm._id, deleted_at: this.clock.date(), ...usedKeyOf(dm) } };
      return [{ updateOne: { filter, update: update ?? keyOnly, upsert: true } }];
    });
    if (operations.length > 0) await this.tombstones.collection.bulkWrite(operations, { session });
  }

  private async carryOver(session: ClientSession, conversation: Conversation, removed: DmRecord[]): Promise<void> {
    for (const dm of removed) applyToConversation(conversation, dm, undefined);
    await this.store.recallLastMessage(session, conversation);
    conversation.updated_at = this.clock.date();
    await this.conversations.saveAll(session, [conversation]);
  }
}

function matching(conversationId: string, beforeMs: number | undefined): object {
  return { conversation_id: conversationId, ...(beforeMs === undefined ? {} : { timestamp: { $lt: beforeMs } }) };
}

/** @returns `undefined` where there is nothing to remember */
function tombstoneOf(dm: DmRecord, now: Date, { tombstonesForMs, copiesStay, erasureId }: Remains): object | undefined {
  const fields = { _id: dm._id, deleted_at: now, ...usedKeyOf(dm) };
  const end = tombstonesForMs === undefined ? undefined : new Date(now.getTime() + tombstonesForMs);
  const endsWithMedia = end === undefined && keyOnlyMid(dm) === undefined;
  const copies = copiesStay ? copiesOf(dm) : [];
  if (copies.length === 0) return end && { $setOnInsert: { ...fields, expires_at: end } };
  return {
    $setOnInsert: {
      ...fields,
      ...(end ? { expires_after_media: end } : {}),
      ...(endsWithMedia ? { ends_with_media: true } : {}),
    },
    $addToSet: { media_to_drop: { $each: copies } },
    ...(erasureId === undefined ? {} : { $set: { erasure_id: erasureId } }),
  };
}

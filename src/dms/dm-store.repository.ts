import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { ConversationsRepository, type Conversation } from '../conversations/index.js';
import { findShown, StaleSnapshotError, TransactionsService } from '../database/index.js';
import { applyToConversation, previewOf, typeOf, writerOf } from './dm-change.js';
import { listedOfConversation } from './dm-indexes.js';
import type { DmRecord } from './dm.schema.js';
import { keyOnlyMid, usedKeyOf, type TombstoneRecord } from './tombstone.schema.js';

export const DM = 'Dm';
export const TOMBSTONE = 'DmTombstone';

/** A DM before and after a change; `before` is `undefined` for a new one, `after` for a removed one. */
export interface DmChange {
  before?: DmRecord;
  after?: DmRecord;
}

/** Where in the bucket copies of its media lie. */
export function copiesOf({ attachments, media_to_drop: toDrop = [] }: Partial<DmRecord>): string[] {
  return [...(attachments ?? []).flatMap(({ stored_key: key }) => key ?? []), ...toDrop];
}

function unreadOf(conversationId: string, upToMs: number): object {
  const upTo = upToMs === Infinity ? {} : { timestamp: { $lte: upToMs } };
  return { conversation_id: conversationId, direction: 'inbound', read: false, is_deleted: false, ...upTo };
}

/** What to write of a DM that is there; `undefined` when it is the same. */
function updateOf(before: DmRecord, after: DmRecord): object | undefined {
  const $set: Record<string, unknown> = {};
  const $unset: Record<string, ''> = after.unsent && !before.unsent ? { raw: '' } : {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof DmRecord>) {
    if (after[name] === undefined && before[name] !== undefined) $unset[name] = '';
    else if (!isDeepStrictEqual(after[name], before[name])) $set[name] = after[name];
  }
  const hasSet = Object.keys($set).length > 0;
  const hasUnset = Object.keys($unset).length > 0;
  return hasSet || hasUnset ? { ...(hasSet ? { $set } : {}), ...(hasUnset ? { $unset } : {}) } : undefined;
}

/**
 * Every write that changes which DMs lists show, or in which state, goes through here: DM and conversation change in
 * one transaction, so that counts, unread and last message are right without ever being counted.
 */
@Injectable()
export class DmStoreRepository {
  constructor(
    @InjectModel(DM) private readonly dms: Model<DmRecord>,
    @InjectModel(TOMBSTONE) private readonly tombstones: Model<TombstoneRecord>,
    private readonly conversations: ConversationsRepository,
    private readonly transactions: TransactionsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes changed DMs within a transaction that read them; a concurrent writer makes it run again. What was left out of
   * reading, Meta's raw form, stays as it is.
   */
  async write(session: ClientSession, changes: DmChange[]): Promise<void> {
    const operations = changes.flatMap(({ before, after }): object[] => {
      if (!after) return before ? [{ deleteOne: { filter: { _id: before._id } } }] : [];
      if (!before) return [{ insertOne: { document: after } }];
      const update = updateOf(before, after);
      return update ? [{ updateOne: { filter: { _id: after._id }, update } }] : [];
    });
    // Removals first: a merged DM takes over the mid of the one that goes.
    operations.sort((a, b) => Number('deleteOne' in b) - Number('deleteOne' in a));
    if (operations.length > 0) await this.dms.collection.bulkWrite(operations as never, { session, ordered: true });
  }

  /**
   * Adds replies and closes what they answer, in one command of the transaction that queues them.
   * @returns `false` when one of the answered is not pending any more: undo it all
   */
  async answer(session: ClientSession, answeredIds: string[], replies: DmRecord[]): Promise<boolean> {
    const pending = { _id: { $in: answeredIds.map((id) => new Types.ObjectId(id)) }, agent_state: 'pending' };
    const closed = { $set: { agent_state: 'answered', updated_at: this.clock.date() }, $unset: { agent_next_at: '' } };
    const operations = [
      { updateMany: { filter: pending, update: closed } },
      // An upsert, because an insert would be a command of its own.
      ...replies.map(({ _id, ...reply }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: reply }, upsert: true },
      })),
    ];
    const { modifiedCount } = await this.dms.collection.bulkWrite(operations, { session });
    return modifiedCount === answeredIds.length;
  }

  /**
   * Changes one DM of the caller's and its conversation.
   * @param change returns the new state, or the same object to leave it; `undefined` removes it
   * @returns the DM as it is now (for a removed one: as it was), or `null` when there is none in this scope
   */
  async changeOne(
    scope: TenantScope,
    id: string,
    change: (dm: DmRecord) => DmRecord | undefined,
    alongside?: (session: ClientSession, dm: DmRecord) => Promise<void>,
  ): Promise<DmRecord | null> {
    if (!Types.ObjectId.isValid(id)) return null;
    return this.transactions.run(async (session) => {
      const filter = { _id: new Types.ObjectId(id), ...ownerFilter(scope) };
      const before = await findShown(session, (within) =>
        this.dms.collection.findOne<DmRecord>(filter, { session: within }),
      );
      if (!before) return null;
      let after: DmRecord | undefined = before;
      try {
        after = change(before);
      } finally {
        // A write conflicts with a newer state; a refusal, or finding nothing to do, must not rest on an old one.
        if (after === before) await this.checkIsLatest(before);
      }
      if (after === before) return before;
      if (after) after.updated_at = this.clock.date();
      await this.write(session, [{ before, after }]);
      await this.carryOver(session, before, after);
      await alongside?.(session, before);
      return after ?? before;
    });
  }

  /** Lists leave it out from now on; the record stays. `null` when there is none, or it was deleted already. */
  async softDelete(scope: TenantScope, id: string): Promise<DmRecord | null> {
    let alreadyDeleted = false;
    const dm = await this.changeOne(scope, id, (before) => {
      alreadyDeleted = before.is_deleted;
      return alreadyDeleted ? before : { ...before, is_deleted: true };
    });
    return alreadyDeleted ? null : dm;
  }

  /**
   * Removes it for good and leaves a tombstone, so that neither a redelivery nor a backfill brings it back, that its
   * Idempotency-Key does not send it again, and that the copies of its media are found and removed.
   */
  async hardDelete(scope: TenantScope, id: string): Promise<DmRecord | null> {
    return this.changeOne(
      scope,
      id,
      () => undefined,
      async (session, dm) => {
        const { _id, platform_account_id, message_id = keyOnlyMid(dm) } = dm;
        if (!message_id) return;
        const copies = copiesOf(dm);
        await this.tombstones.collection.updateOne(
          { platform_account_id, message_id },
          {
            $setOnInsert: { _id, deleted_at: this.clock.date(), ...usedKeyOf(dm) },
            ...(copies.length > 0 ? { $addToSet: { media_to_drop: { $each: copies } } } : {}),
          },
          { session, upsert: true },
        );
      },
    );
  }

  /**
   * Marks a conversation's inbound DMs read, up to a time where one is given. It reads those that are unread and no others;
   * deleted ones stay as they are: nobody sees them.
   * @returns the mid of the newest one that became read, for `mark_seen`
   */
  async markConversationRead(
    scope: TenantScope,
    conversationId: string,
    upToMs = Infinity,
  ): Promise<string | undefined> {
    return this.transactions.run(async (session) => {
      const shown = await this.conversations.get(scope, conversationId);
      const current = await this.conversations.getById(shown._id, session);
      if (!current || current.counts.inbound_unread === 0) {
        // What was shown unread before this snapshot was taken has been read since, or the snapshot is an older one.
        if (shown.counts.inbound_unread > 0) throw new StaleSnapshotError();
        return undefined;
      }
      const unread = await this.dms.collection
        .find<Pick<DmRecord, '_id' | 'placeholder' | 'message_id' | 'timestamp'>>(unreadOf(conversationId, upToMs), {
          session,
          hint: listedOfConversation,
          projection: { placeholder: 1, message_id: 1, timestamp: 1 },
          sort: { timestamp: -1, _id: -1 },
        })
        .toArray();
      const now = this.clock.date();
      await this.dms.collection.updateMany(
        { _id: { $in: unread.map(({ _id }) => _id) } },
        { $set: { read: true, read_at: now, updated_at: now } },
        { session },
      );
      const counted = unread.filter((dm) => !dm.placeholder).length;
      current.counts.inbound_unread -= counted;
      current.counts.inbound_read += counted;
      current.unread_count = current.counts.inbound_unread;
      current.updated_at = now;
      await this.conversations.saveAll(session, [current]);
      return unread[0]?.message_id;
    });
  }

  /** @internal what looking for unread ones costs, for the spec that guards the index */
  async explainUnread(conversationId: string): Promise<unknown> {
    return this.dms.collection
      .find(unreadOf(conversationId, Infinity), { hint: listedOfConversation })
      .explain('executionStats');
  }

  /** Which of these mids were hard-deleted here. */
  async findTombstones(platformAccountId: string, mids: string[]): Promise<Set<string>> {
    if (mids.length === 0) return new Set();
    const found = await this.tombstones.collection
      .find<TombstoneRecord>({ platform_account_id: platformAccountId, message_id: { $in: mids } })
      .toArray();
    return new Set(found.map((tombstone) => tombstone.message_id));
  }

  private async checkIsLatest({ _id, updated_at: updatedAt }: DmRecord): Promise<void> {
    const latest = await this.dms.collection.findOne<DmRecord>({ _id }, { projection: { updated_at: 1 } });
    if (latest?.updated_at.getTime() !== updatedAt.getTime()) throw new StaleSnapshotError();
  }

  /** The fingerprint of what was sent under this Idempotency-Key, where one of its DMs was removed for good. */
  async findRemovedSend(platformAccountId: string, replyKey: string): Promise<string | undefined> {
    const removed = await this.tombstones.collection
      .find<TombstoneRecord>({
        platform_account_id: platformAccountId,
        send_key: { $gte: `${replyKey}:0`, $lt: `${replyKey}:;` },
      })
      .toArray();
    const part = removed.find(({ send_key: key }) => /^\d+$/.test(key?.slice(replyKey.length + 1) ?? ''));
    return part?.send_fingerprint;
  }

  private async carryOver(session: ClientSession, before: DmRecord, after: DmRecord | undefined): Promise<void> {
    const conversation = await this.conversations.getById(before.conversation_id, session);
    if (!conversation) return;
    applyToConversation(conversation, before, after);
    const wasLast = conversation.last_message_at?.getTime() === before.timestamp;
    if (wasLast && (!after || after.is_deleted)) await this.recallLastMessage(session, conversation);
    conversation.updated_at = this.clock.date();
    await this.conversations.saveAll(session, [conversation]);
  }

  /** The DM that was last is gone: the one before it is last now. */
  async recallLastMessage(session: ClientSession, conversation: Conversation): Promise<void> {
    const last = await this.dms.collection.findOne<DmRecord>(
      { conversation_id: conversation._id, is_deleted: false, placeholder: { $ne: true } },
      { session, sort: { timestamp: -1, _id: -1 } },
    );
    conversation.last_message = last ? previewOf(last) : undefined;
    if (last) {
      conversation.last_message_at = new Date(last.timestamp);
      conversation.last_message_direction = last.direction;
      conversation.last_message_source = writerOf(last);
      conversation.last_message_type = typeOf(last);
    }
    if (last?.direction !== 'inbound') conversation.waiting_since = undefined;
  }
}

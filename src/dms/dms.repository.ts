import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { requestReads } from '../database/index.js';
import { pageBehind } from '../paging/index.js';
import { viewProjection, type ShownDm } from './api/dm.view.js';
import { DM } from './dm-store.repository.js';
import { openOrFailedIndex } from './dm-indexes.js';
import type { DmRecord, SendStatus } from './dm.schema.js';

/** A DM as other rooms see it: plain, its id a string. */
export type Dm = Omit<DmRecord, '_id' | 'delivery_ids'> & { _id: string; delivery_ids: string[] };

export interface HistoryPage {
  /** Older than this position. */
  before?: { timestamp: number; id: string };
  /** Newer than this one, the oldest of them first. */
  after?: { timestamp: number; id: string };
  /** Whose text has this in it, in small letters or capitals. */
  text?: string;
  limit: number;
}

/** A message is enqueued again when it is twice as old, and at least this often. */
const longestSweepPauseMs = 60_000;

/** Reading DMs, and what is pending for the agent. Writes that change lists go through `DmStoreRepository`. */
@Injectable()
export class DmsRepository {
  constructor(
    @InjectModel(DM) private readonly model: Model<DmRecord>,
    private readonly clock: Clock,
  ) {}

  async find(scope: TenantScope, id: string): Promise<Dm | null> {
    if (!/^[0-9a-f]{24}$/i.test(id)) return null;
    const found = await this.model.collection.findOne<DmRecord>({ _id: new Types.ObjectId(id), ...ownerFilter(scope) });
    return found && plainDm(found);
  }

  /** In a conversation that is known to be the caller's. */
  async findIn(conversationId: string, id: string): Promise<Dm | null> {
    const filter = { _id: new Types.ObjectId(id), conversation_id: conversationId };
    const found = await this.model.collection.findOne<DmRecord>(filter, { projection: { raw: 0, delivery_ids: 0 } });
    return found && plainDm(found);
  }

  async findByMid(platformAccountId: string, messageId: string): Promise<Dm | null> {
    const found = await this.model.collection.findOne<DmRecord>({
      platform_account_id: platformAccountId,
      message_id: messageId,
    });
    return found && plainDm(found);
  }

  /** Which of these mids are stored, if only with what was said of their message. */
  async storedAmong(platformAccountId: string, mids: string[]): Promise<ReadonlySet<string>> {
    const found = await this.model.collection
      .find<Pick<DmRecord, 'message_id'>>(
        { platform_account_id: platformAccountId, message_id: { $in: mids } },
        { projection: { message_id: 1 } },
      )
      .toArray();
    return new Set(found.map(({ message_id = '' }) => message_id));
  }

  /** Which of these mids are stored with their message, not only with something said about it, and its time in ms. */
  async timesOf(platformAccountId: string, mids: string[]): Promise<Map<string, number>> {
    const found = await this.model.collection
      .find<Pick<DmRecord, 'message_id' | 'timestamp'>>(
        { platform_account_id: platformAccountId, message_id: { $in: mids }, placeholder: { $ne: true } },
        { projection: { message_id: 1, timestamp: 1 } },
      )
      .toArray();
    return new Map(found.map(({ message_id = '', timestamp }) => [message_id, timestamp]));
  }

  /**
   * Conversations in which a send failed, or was left unconfirmed, since then.
   * @param limit how many such sends are looked at, the latest first
   */
  async conversationsWithFailedSends(scope: TenantScope, since: Date, limit: number): Promise<string[]> {
    const latest = (status: SendStatus) =>
      this.model.collection
        .find<Pick<DmRecord, 'conversation_id'>>(
          { ...ownerFilter(scope), status, created_at: { $gte: since }, is_deleted: false },
          { projection: { conversation_id: 1 }, sort: { created_at: -1, _id: -1 }, hint: openOrFailedIndex, limit },
        )
        .toArray();
    const found = await Promise.all([latest('failed'), latest('unconfirmed')]);
    return [...new Set(found.flat().map(({ conversation_id: id }) => id))];
  }

  /** A conversation's visible DMs, newest first, without Meta's raw form. */
  async history(conversationId: string, { before, after, text, limit }: HistoryPage): Promise<Dm[]> {
    const visible = {
      conversation_id: conversationId,
      is_deleted: false,
      placeholder: { $ne: true },
      ...(text === undefined ? {} : { text: { $regex: literally(text), $options: 'i' } }),
    };
    const order = after ? 1 : -1;
    const find = async (range: object, count: number): Promise<Dm[]> => {
      const found = await this.model.collection
        .find<DmRecord>({ ...visible, ...range }, { projection: { raw: 0, delivery_ids: 0 }, ...requestReads })
        .sort({ timestamp: order, _id: order })
        .limit(count)
        .toArray();
      return found.map(plainDm);
    };
    const position = after ?? before;
    if (!position) return find({}, limit);
    return pageBehind(
      { at: position.timestamp, id: position.id },
      limit,
      (dm: Dm) => dm.timestamp,
      ({ time, idBelow, idAbove }, count) => {
        const id = idBelow ? { $lt: idBelow } : idAbove && { $gt: idAbove };
        return find({ timestamp: time, ...(id ? { _id: id } : {}) }, count);
      },
      { oldestFirst: after !== undefined },
    );
  }

  /** All of a conversation's messages, also those that lists leave out, newest first: for an export. */
  async everyOf(conversationId: string, { before, limit }: HistoryPage): Promise<ShownDm[]> {
    const all = { conversation_id: conversationId, placeholder: { $ne: true } };
    const find = (range: object, count: number): Promise<ShownDm[]> =>
      this.model.collection
        .find<ShownDm>(
          { ...all, ...range },
          { projection: viewProjection, sort: { timestamp: -1, _id: -1 }, limit: count },
        )
        .toArray();
    if (!before) return find({}, limit);
    return pageBehind(
      { at: before.timestamp, id: before.id },
      limit,
      (dm: ShownDm) => dm.timestamp,
      ({ time, idBelow }, count) => find({ timestamp: time, ...(idBelow ? { _id: { $lt: idBelow } } : {}) }, count),
    );
  }

  /** What is pending in a conversation: what the agent owes a look, in the order it was written. */
  async pending(conversationId: string, limit = 50, session?: ClientSession): Promise<Dm[]> {
    const found = await this.model.collection
      .find<DmRecord>(
        { agent_state: 'pending', conversation_id: conversationId },
        { session, projection: { raw: 0, other_delivery_ids: 0 } },
      )
      .sort({ timestamp: 1, _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(plainDm);
  }

  /** How many messages wait for the agent, at most `limit`: a gauge needs no more. */
  async countPending(limit = 10_000): Promise<number> {
    return this.model.collection.countDocuments({ agent_state: 'pending' }, { limit });
  }

  /**
   * Takes pending DMs whose agent is due a look, so that the next sweep finds others: each is looked at again after
   * its age has doubled, a minute later at most.
   * @returns their conversations
   */
  async takeDuePending(storedBefore: Date, now: Date, limit: number): Promise<string[]> {
    const due = { agent_state: 'pending', $or: [{ agent_next_at: null }, { agent_next_at: { $lte: now } }] };
    const found = await this.model.collection
      .find<Pick<DmRecord, '_id' | 'conversation_id'>>(
        { ...due, created_at: { $lt: storedBefore } },
        { projection: { conversation_id: 1 }, limit },
      )
      .toArray();
    if (found.length === 0) return [];
    const age = { $min: [longestSweepPauseMs, { $subtract: [now, '$created_at'] }] };
    await this.model.collection.updateMany({ _id: { $in: found.map(({ _id }) => _id) }, ...due }, [
      { $set: { agent_next_at: { $add: [now, age] } } },
    ]);
    return [...new Set(found.map(({ conversation_id: id }) => id))];
  }

  /** They stay pending; the sweep does not look at them before `until`. */
  async deferPending(ids: string[], until: Date): Promise<void> {
    await this.model.collection.updateMany(
      { _id: { $in: ids.map((id) => new Types.ObjectId(id)) }, agent_state: 'pending' },
      { $set: { agent_next_at: until } },
    );
  }

  async markSkipped(ids: string[], reason: string, session?: ClientSession): Promise<void> {
    await this.model.collection.updateMany(
      { _id: { $in: ids.map((id) => new Types.ObjectId(id)) }, agent_state: 'pending' },
      {
        $set: { agent_state: 'skipped', agent_reason: reason, updated_at: this.clock.date() },
        $unset: { agent_next_at: '' },
      },
      session ? { session } : {},
    );
  }

  /** Puts the participant's name on DMs that were stored before it was known. */
  async fillParticipantName(conversationId: string, participantId: string, name: string): Promise<void> {
    const unnamed = { $in: [null, 'User'] };
    await Promise.all([
      this.model.collection.updateMany(
        { conversation_id: conversationId, sender_id: participantId, sender_name: unnamed },
        { $set: { sender_name: name } },
      ),
      this.model.collection.updateMany(
        { conversation_id: conversationId, recipient_id: participantId, recipient_name: unnamed },
        { $set: { recipient_name: name } },
      ),
    ]);
  }
}

export function plainDm(record: DmRecord): Dm {
  return { ...record, _id: String(record._id), delivery_ids: (record.delivery_ids ?? []).map(String) };
}

/** A regular expression that finds this text and nothing else. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Types, type Model } from 'mongoose';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { pageBehind, type Position } from '../paging/index.js';
import { BLOCKLIST_ENTRY, type BlocklistRecord } from './blocklist.schema.js';

const { trusted } = mongoose;

/** An entry as other rooms see it: plain, its id a string. */
export type BlocklistEntry = Omit<BlocklistRecord, '_id'> & { _id: string };
export type NewBlocklistEntry = Omit<BlocklistRecord, '_id'>;
/** Who is blocked by whom. */
export type BlockedPair = Pick<BlocklistRecord, 'user_id' | 'platform' | 'external_participant_id'>;
/** Whose list, and of which channel's people: ids of two channels' people may be the same. */
export type ListOwner = Pick<BlocklistRecord, 'user_id' | 'platform'>;

const pair = { _id: 0, user_id: 1, platform: 1, external_participant_id: 1 } as const;

/** An entry's id, as opposed to a person's. */
export const isEntryId = (id: string): boolean => /^[0-9a-f]{24}$/i.test(id);

/** The people tenants have blocked. */
@Injectable()
export class BlocklistRepository {
  constructor(@InjectModel(BLOCKLIST_ENTRY) private readonly model: Model<BlocklistRecord>) {}

  async exists({ user_id, platform }: ListOwner, participantId: string): Promise<boolean> {
    const person = { user_id, platform, external_participant_id: participantId };
    return (await this.model.collection.findOne(person, { projection: { _id: 1 } })) !== null;
  }

  /** Those among these people whom a tenant has blocked. */
  async among({ user_id, platform }: ListOwner, participantIds: string[]): Promise<Set<string>> {
    const pairs = { user_id, platform, external_participant_id: { $in: participantIds } };
    const projection = { _id: 0, external_participant_id: 1 };
    const found = await this.model.collection.find<BlockedPair>(pairs, { projection }).toArray();
    return new Set(found.map(({ external_participant_id: id }) => id));
  }

  /** Who was blocked since then, the latest first. */
  async pairsSince(since: Date, limit: number): Promise<BlockedPair[]> {
    return this.model.collection
      .find<BlockedPair>(
        { created_at: { $gte: since } },
        { projection: pair, sort: { created_at: -1, _id: -1 }, limit },
      )
      .toArray();
  }

  /** Everyone, a few at a time in the order of their ids. @returns no `last` at the end */
  async walk(
    after: Types.ObjectId | undefined,
    limit: number,
  ): Promise<{ pairs: BlockedPair[]; last?: Types.ObjectId }> {
    const behind = after ? { _id: { $gt: after } } : {};
    const pairs = await this.model.collection
      .find<BlockedPair & { _id: Types.ObjectId }>(behind, { projection: { ...pair, _id: 1 }, sort: { _id: 1 }, limit })
      .toArray();
    const last = pairs.at(-1)?._id;
    return { pairs, ...(last ? { last } : {}) };
  }

  /** Adds the entry, or what is new about it to the one there is. */
  async upsert({
    user_id,
    platform,
    external_participant_id,
    created_at,
    ...about
  }: NewBlocklistEntry): Promise<BlocklistEntry> {
    const record = await this.model
      .findOneAndUpdate(
        { user_id, platform, external_participant_id },
        { $set: about, $setOnInsert: { created_at } },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<BlocklistRecord>();
    return plain(record);
  }

  /** Newest first. */
  async list(scope: TenantScope, { before, limit }: { before?: Position; limit: number }): Promise<BlocklistEntry[]> {
    const find = async (range: object, count: number): Promise<BlocklistEntry[]> => {
      const found = await this.model.collection
        .find<BlocklistRecord>({ ...ownerFilter(scope), ...range })
        .sort({ created_at: -1, _id: -1 })
        .limit(count)
        .toArray();
      return found.map(plain);
    };
    if (!before) return find({}, limit);
    return pageBehind(
      before,
      limit,
      (entry: BlocklistEntry) => entry.created_at,
      ({ time, idBelow }, count) => find({ created_at: time, ...(idBelow ? { _id: { $lt: idBelow } } : {}) }, count),
    );
  }

  /** A tenant's whole list for an export, newest first by id. */
  async pageById(userId: string, before: string | undefined, limit: number): Promise<BlocklistEntry[]> {
    const behind = before === undefined ? {} : { _id: { $lt: new Types.ObjectId(before) } };
    const found = this.model.collection.find<BlocklistRecord>(
      { user_id: userId, ...behind },
      { sort: { _id: -1 }, limit },
    );
    return (await found.toArray()).map(plain);
  }

  /** One person's entries in a tenant's list, by channel. */
  async ofPerson(userId: string, participantId: string): Promise<BlocklistEntry[]> {
    const person = { user_id: userId, external_participant_id: participantId };
    return (await this.model.collection.find<BlocklistRecord>(person).toArray()).map(plain);
  }

  /** Of all tenants as MongoDB keeps the number; of one counted in the index, and a list has its limit. */
  async count(scope: TenantScope): Promise<number> {
    const own = ownerFilter(scope);
    return own.user_id === undefined ? this.model.estimatedDocumentCount() : this.model.countDocuments(own);
  }

  async countOf(userId: string): Promise<number> {
    return this.model.countDocuments({ user_id: userId });
  }

  /** @returns what was removed, or `null` when there is no such entry in this scope */
  async remove(scope: TenantScope, id: string): Promise<BlocklistEntry | null> {
    const record = await this.model
      .findOneAndDelete({ _id: new Types.ObjectId(id), ...ownerFilter(scope) })
      .lean<BlocklistRecord | null>();
    return record && plain(record);
  }

  async removeParticipant({ user_id, platform }: ListOwner, participantId: string): Promise<BlocklistEntry | null> {
    const record = await this.model
      .findOneAndDelete({ user_id, platform, external_participant_id: participantId })
      .lean<BlocklistRecord | null>();
    return record && plain(record);
  }

  /** Erases a tenant's whole list. */
  async eraseTenant(userId: string): Promise<void> {
    await this.model.deleteMany({ user_id: userId });
  }

  /** Erases a person from the lists of these tenants, of all of them when none are named. */
  async erasePerson(participantId: string, userIds?: string[]): Promise<void> {
    await this.model.deleteMany({
      external_participant_id: participantId,
      ...(userIds ? { user_id: trusted({ $in: userIds }) } : {}),
    });
  }
}

function plain(record: BlocklistRecord): BlocklistEntry {
  return { ...record, _id: String(record._id) };
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { SESSION, type SessionRecord } from './session.schema.js';

/** A session as it leaves the store: without its token's hash. */
export type StoredSession = Omit<SessionRecord, '_id' | 'token_hash'> & { _id: string };

/** More than anybody has browsers. */
const mostListed = 100;

/** Sessions by their token, and by whose they are. */
@Injectable()
export class SessionsRepository {
  constructor(@InjectModel(SESSION) private readonly model: Model<SessionRecord>) {}

  async insert(record: Omit<SessionRecord, '_id'>, transaction: ClientSession): Promise<string> {
    const { insertedId } = await this.model.collection.insertOne({ ...record }, { session: transaction });
    return String(insertedId);
  }

  /** TTL deletes late: what has ended counts as gone. */
  async findLive(tokenHash: string, now: Date): Promise<StoredSession | null> {
    const found = await this.model.collection.findOne<SessionRecord>({
      token_hash: tokenHash,
      expires_at: { $gt: now },
    });
    return found && plain(found);
  }

  async touch(id: string, seenAt: Date, expiresAt: Date): Promise<void> {
    await this.model.collection.updateOne({ _id: idOf(id) }, { $set: { seen_at: seenAt, expires_at: expiresAt } });
  }

  /** The one used last first. */
  async listOf(staffId: string, now: Date): Promise<StoredSession[]> {
    const found = await this.model.collection
      .find<SessionRecord>({ staff_id: staffId, expires_at: { $gt: now } })
      .sort({ seen_at: -1 })
      .limit(mostListed)
      .toArray();
    return found.map(plain);
  }

  /** @returns `false` when there is no such session of this person */
  async remove(staffId: string, id: string): Promise<boolean> {
    return (await this.model.collection.deleteOne({ _id: idOf(id), staff_id: staffId })).deletedCount === 1;
  }

  /** All of a person's. @param but one that stays */
  async removeAllOf(staffId: string, options: { but?: string; transaction?: ClientSession } = {}): Promise<number> {
    const { but, transaction: session } = options;
    const filter = { staff_id: staffId, ...(but ? { _id: { $ne: idOf(but) } } : {}) };
    return (await this.model.collection.deleteMany(filter, { session })).deletedCount;
  }

  /** Part of erasing a tenant: seldom, and there are few sessions, so it has no index of its own. */
  async removeOfTenant(tenantId: string): Promise<void> {
    await this.model.collection.deleteMany({ tenant_id: tenantId });
  }

  /** Which of these are still there. */
  async liveAmong(ids: string[], now: Date): Promise<Set<string>> {
    const found = await this.model.collection
      .find({ _id: { $in: ids.map(idOf) }, expires_at: { $gt: now } }, { projection: { _id: 1 } })
      .toArray();
    return new Set(found.map(({ _id }) => String(_id)));
  }
}

const idOf = (id: string): Types.ObjectId => new Types.ObjectId(id);

function plain({ token_hash: _hash, ...session }: SessionRecord): StoredSession {
  return { ...session, _id: String(session._id) };
}

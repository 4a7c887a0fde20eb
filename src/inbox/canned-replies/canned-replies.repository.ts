import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { CANNED_REPLY, type CannedReplyRecord } from './canned-reply.schema.js';

export type CannedReply = Omit<CannedReplyRecord, '_id'> & { _id: string };
export type CannedReplyFields = Pick<CannedReplyRecord, 'platform_account_id' | 'shortcut' | 'text'>;

/** The canned replies of tenants. */
@Injectable()
export class CannedRepliesRepository {
  constructor(
    @InjectModel(CANNED_REPLY) private readonly model: Model<CannedReplyRecord>,
    private readonly clock: Clock,
  ) {}

  /** By shortcut. @param accountId those of this account, and those of all */
  async list(tenant: string, accountId?: string): Promise<CannedReply[]> {
    const which = accountId === undefined ? {} : { platform_account_id: { $in: [accountId, null] } };
    const found = await this.model.collection
      .find<CannedReplyRecord>({ user_id: tenant, ...which } as object, {
        sort: { shortcut: 1, platform_account_id: -1 },
      })
      .toArray();
    return found.map(plain);
  }

  async count(tenant: string): Promise<number> {
    return this.model.collection.countDocuments({ user_id: tenant });
  }

  /** @throws {MongoServerError} 11000: the shortcut has a text */
  async insert(tenant: string, fields: CannedReplyFields): Promise<CannedReply> {
    const now = this.clock.date();
    const record = { _id: new Types.ObjectId(), user_id: tenant, ...fields, created_at: now, updated_at: now };
    await this.model.collection.insertOne(record);
    return plain(record);
  }

  /** @throws {MongoServerError} 11000: the shortcut has a text */
  async change(
    tenant: string,
    id: string,
    fields: Partial<Pick<CannedReplyFields, 'shortcut' | 'text'>>,
  ): Promise<CannedReply | null> {
    const changed = (await this.model.collection.findOneAndUpdate(
      { _id: new Types.ObjectId(id), user_id: tenant },
      { $set: { ...fields, updated_at: this.clock.date() } },
      { returnDocument: 'after', ignoreUndefined: true },
    )) as CannedReplyRecord | null;
    return changed && plain(changed);
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    const filter = { _id: new Types.ObjectId(id), user_id: tenant };
    return (await this.model.collection.deleteOne(filter)).deletedCount === 1;
  }

  async eraseTenant(tenant: string): Promise<void> {
    await this.model.collection.deleteMany({ user_id: tenant });
  }

  async eraseAccount(platformAccountId: string): Promise<void> {
    await this.model.collection.deleteMany({ platform_account_id: platformAccountId });
  }
}

const plain = (record: CannedReplyRecord): CannedReply => ({ ...record, _id: String(record._id) });

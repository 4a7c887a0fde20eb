import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { DM } from './dm-store.repository.js';
import type { DmRecord } from './dm.schema.js';

export interface StoredCopy {
  key: string;
  bytes: number;
  contentType: string;
}

/** The part of a DM that says where copies of its media lie. */
@Injectable()
export class DmMediaRepository {
  constructor(@InjectModel(DM) private readonly dms: Model<DmRecord>) {}

  async find(dmId: string): Promise<DmRecord | null> {
    return this.dms.collection.findOne<DmRecord>({ _id: new Types.ObjectId(dmId) });
  }

  /** @returns `false` when the message was taken back or deleted meanwhile: the copy must go */
  async noteCopy(dmId: string, index: number, copy: StoredCopy): Promise<boolean> {
    const path = `attachments.${index}`;
    const noted = await this.dms.collection.updateOne(
      { _id: new Types.ObjectId(dmId), unsent: false, [`${path}.url`]: { $exists: true } },
      {
        $set: {
          [`${path}.stored_key`]: copy.key,
          [`${path}.stored_bytes`]: copy.bytes,
          [`${path}.content_type`]: copy.contentType,
        },
      },
    );
    return noted.matchedCount === 1;
  }

  /** Nothing of it is left to copy. */
  async noteKept(dmId: string): Promise<void> {
    await this.dms.collection.updateOne({ _id: new Types.ObjectId(dmId) }, { $unset: { media_to_keep: '' } });
  }

  /** DMs whose media should have been copied by then. */
  async findToKeep(dueBefore: Date, limit: number): Promise<string[]> {
    const found = await this.dms.collection
      .find({ media_to_keep: { $lte: dueBefore } }, { projection: { _id: 1 }, limit, hint: 'media_to_keep_1' })
      .toArray();
    return found.map(({ _id }) => String(_id));
  }

  /** Of those that still wait for their copy. */
  async postponeKeeping(dmIds: string[], until: Date): Promise<void> {
    await this.dms.collection.updateMany(
      { _id: { $in: dmIds.map((id) => new Types.ObjectId(id)) }, media_to_keep: { $exists: true } },
      { $set: { media_to_keep: until } },
    );
  }

  async noteDropped(dmId: string, keys: string[]): Promise<void> {
    await this.dms.collection.updateOne(
      { _id: new Types.ObjectId(dmId) },
      { $pull: { media_to_drop: { $in: keys } as never } },
    );
    await this.dms.collection.updateOne(
      { _id: new Types.ObjectId(dmId), media_to_drop: { $size: 0 } },
      { $unset: { media_to_drop: '' } },
    );
  }

  /** DMs that were taken back and whose copies still lie in the bucket. */
  async findToDrop(limit: number): Promise<string[]> {
    const found = await this.dms.collection
      .find({ media_to_drop: { $exists: true } }, { projection: { _id: 1 }, limit, hint: 'media_to_drop_1' })
      .toArray();
    return found.map(({ _id }) => String(_id));
  }
}

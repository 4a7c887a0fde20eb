import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { DM, TOMBSTONE } from './dm-store.repository.js';
import type { DmRecord } from './dm.schema.js';
import type { TombstoneRecord } from './tombstone.schema.js';

export interface StoredCopy {
  key: string;
  bytes: number;
  contentType: string;
}

/** The part of a DM that says where copies of its media lie. */
@Injectable()
export class DmMediaRepository {
  constructor(
    @InjectModel(DM) private readonly dms: Model<DmRecord>,
    @InjectModel(TOMBSTONE) private readonly tombstones: Model<TombstoneRecord>,
  ) {}

  async find(dmId: string): Promise<DmRecord | null> {
    return this.dms.collection.findOne<DmRecord>({ _id: new Types.ObjectId(dmId) });
  }

  /** @returns `false` when the message was taken back or deleted meanwhile: the copy must go */
  async noteCopy(dmId: string, index: number, copy: StoredCopy): Promise<boolean> {
    const path = `attachments.${index}`;
    const noted = await this.dms.collection.updateOne(
      { _id: new Types.ObjectId(dmId), unsent: false, ...isThere(path) },
      {
        $set: {
          [`${path}.stored_key`]: copy.key,
          [`${path}.stored_bytes`]: copy.bytes,
          [`${path}.content_type`]: copy.contentType,
        },
        $unset: { [`${path}.not_kept`]: '' },
      },
    );
    return noted.matchedCount === 1;
  }

  /** There will be no copy of it. */
  async noteNotKept(dmId: string, index: number, reason: string): Promise<void> {
    const path = `attachments.${index}`;
    await this.dms.collection.updateOne(
      { _id: new Types.ObjectId(dmId), unsent: false, ...isThere(path) },
      { $set: { [`${path}.not_kept`]: reason } },
    );
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

  /** Of those that still wait for their copy: until they are twice as old, within these bounds. */
  async postponeKeeping(dmIds: string[], now: Date, { leastMs, mostMs }: Record<'leastMs' | 'mostMs', number>) {
    const age = { $subtract: [now, '$created_at'] };
    const pause = { $max: [leastMs, { $min: [mostMs, age] }] };
    await this.dms.collection.updateMany(
      { _id: { $in: dmIds.map((id) => new Types.ObjectId(id)) }, media_to_keep: { $exists: true } },
      [{ $set: { media_to_keep: { $add: [now, pause] } } }],
    );
  }

  /** A copy that came too late: noted before it is removed, so that the sweep does it when the bucket is away. */
  async noteToDrop(dmId: string, key: string): Promise<void> {
    const _id = new Types.ObjectId(dmId);
    for (const collection of this.holders) await collection.updateOne({ _id }, { $addToSet: { media_to_drop: key } });
  }

  /** Copies to remove of a DM that was taken back or deleted for good. */
  async toDrop(dmId: string): Promise<string[]> {
    const keys: string[] = [];
    for (const collection of this.holders) {
      const holder = await collection.findOne<Pick<DmRecord, 'media_to_drop'>>({ _id: new Types.ObjectId(dmId) });
      keys.push(...(holder?.media_to_drop ?? []));
    }
    return keys;
  }

  async noteDropped(dmId: string, keys: string[]): Promise<void> {
    const _id = new Types.ObjectId(dmId);
    const done = { _id, media_to_drop: { $size: 0 } };
    for (const collection of this.holders) {
      await collection.updateOne({ _id }, { $pull: { media_to_drop: { $in: keys } as never } });
      await collection.deleteOne({ ...done, ends_with_media: true });
      await collection.updateOne(done, {
        $unset: { media_to_drop: '', erasure_id: '' },
        $rename: { expires_after_media: 'expires_at' },
      });
    }
  }

  /** DMs that were taken back or deleted for good and whose copies still lie in the bucket. */
  async findToDrop(limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (const collection of this.holders) {
      const found = await collection
        .find({ media_to_drop: { $exists: true } }, { projection: { _id: 1 }, limit, hint: 'media_to_drop_1' })
        .toArray();
      ids.push(...found.map(({ _id }) => String(_id)));
    }
    return ids;
  }

  /** A DM says itself which copies must go; once it is deleted, its tombstone does. */
  private get holders() {
    return [this.dms.collection, this.tombstones.collection];
  }
}

/** It has not been removed meanwhile. */
function isThere(path: string): object {
  return { $or: [{ [`${path}.url`]: { $exists: true } }, { [`${path}.media_id`]: { $exists: true } }] };
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import type { RetentionTarget } from '../database/index.js';
import type { DeadLetterRecord } from './dead-letter.schema.js';

export const DEAD_LETTER = 'DeadLetter';

export type DeadLetter = DeadLetterRecord & { _id: string };
export type NewDeadLetter = Pick<
  DeadLetterRecord,
  'kind' | 'subject' | 'reason' | 'error' | 'user_id' | 'platform_account_id' | 'payload'
>;

export interface DeadLetterFilter {
  state?: DeadLetterRecord['state'];
  kind?: DeadLetterRecord['kind'];
  reason?: string;
  /** Written at or after. */
  since?: Date;
  /** Written before. */
  until?: Date;
  /** The last letter of the page before. */
  after?: Pick<DeadLetter, '_id' | 'created_at'>;
  limit: number;
}

type StoredLetter = DeadLetterRecord & { _id: Types.ObjectId };

/** A gauge needs no more, and counting further costs. */
const countLimit = 10_000;

/** Every kind there is: the index begins with it. */
const allKinds: DeadLetterRecord['kind'][] = ['job', 'send', 'delivery', 'event'];

const isId = (id: string): boolean => /^[0-9a-f]{24}$/i.test(id);

/** The dead letters: written by whoever gave up, read and replayed by an admin. */
@Injectable()
export class DeadLettersRepository {
  constructor(
    @InjectModel(DEAD_LETTER) private readonly model: Model<DeadLetterRecord>,
    private readonly clock: Clock,
  ) {}

  /** Writes a letter; the letter of a DM that has one already is opened again instead. */
  async record(letter: NewDeadLetter): Promise<void> {
    const now = this.clock.date();
    const given = Object.fromEntries(Object.entries(letter).filter(([, value]) => value !== undefined));
    const fields = { ...given, state: 'open', updated_at: now };
    const dmId = letter.payload['dm_id'];
    if (dmId === undefined) {
      await this.model.collection.insertOne({ ...fields, created_at: now });
      return;
    }
    await this.model.collection.updateOne(
      { kind: letter.kind, 'payload.dm_id': dmId },
      { $set: fields, $setOnInsert: { created_at: now } },
      { upsert: true },
    );
  }

  /** Newest first. */
  async list({ state = 'open', kind, reason, since, until, after, limit }: DeadLetterFilter): Promise<DeadLetter[]> {
    const older = after && [
      { created_at: { $lt: after.created_at } },
      { created_at: after.created_at, _id: { $lt: new Types.ObjectId(after._id) } },
    ];
    const written = { ...(since ? { $gte: since } : {}), ...(until ? { $lt: until } : {}) };
    const letters = await this.model.collection
      .find<StoredLetter>(
        {
          state,
          ...(kind ? { kind } : {}),
          ...(reason ? { reason } : {}),
          ...(since || until ? { created_at: written } : {}),
          ...(older ? { $or: older } : {}),
        },
        { sort: { created_at: -1, _id: -1 }, limit },
      )
      .toArray();
    return letters.map(plain);
  }

  async countOpen(): Promise<number> {
    return this.model.collection.countDocuments({ state: 'open' }, { limit: countLimit });
  }

  async find(id: string): Promise<DeadLetter | null> {
    if (!isId(id)) return null;
    const letter = await this.model.collection.findOne<StoredLetter>({ _id: new Types.ObjectId(id) });
    return letter && plain(letter);
  }

  /** Marks it replayed once; `null` when it is not open (any more). */
  async claimReplay(id: string, by: string): Promise<DeadLetter | null> {
    const now = this.clock.date();
    return this.move(id, 'open', { $set: { state: 'replayed', replayed_at: now, replayed_by: by, updated_at: now } });
  }

  /** The replay could not be started after all. */
  async reopen(id: string): Promise<void> {
    const update = {
      $set: { state: 'open', updated_at: this.clock.date() },
      $unset: { replayed_at: '', replayed_by: '' },
    };
    await this.move(id, 'replayed', update);
  }

  /** Removes all that is about an account, or a tenant, that is erased. */
  async removeOf(owner: { platform_account_id: string } | { user_id: string }): Promise<void> {
    await this.model.collection.deleteMany(owner);
  }

  /** Removes the letters about a DM that was sent after all, or about a person who asked to be erased. */
  async removeAbout(dmIds: string[]): Promise<void> {
    await this.model.collection.deleteMany(this.about(dmIds));
  }

  /** @internal what looking for them costs, for the spec that guards the index */
  async explainAbout(dmIds: string[]): Promise<unknown> {
    return this.model.collection.find(this.about(dmIds)).explain('executionStats');
  }

  /** From a letter's last change: one that was opened again, or replayed, starts anew. */
  retention(): RetentionTarget {
    return { collection: this.model.collection, field: 'updated_at' };
  }

  /** Every send that took more than one try asks. */
  private about(dmIds: string[]): object {
    return { kind: { $in: allKinds }, 'payload.dm_id': { $in: dmIds } };
  }

  private async move(id: string, from: DeadLetterRecord['state'], update: object): Promise<DeadLetter | null> {
    if (!isId(id)) return null;
    const filter = { _id: new Types.ObjectId(id), state: from };
    const moved = await this.model.collection.findOneAndUpdate(filter, update, { returnDocument: 'after' });
    return moved && plain(moved as unknown as StoredLetter);
  }
}

function plain(letter: StoredLetter): DeadLetter {
  return { ...letter, _id: letter._id.toHexString() };
}

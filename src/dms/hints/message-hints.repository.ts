import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { MESSAGE_HINT, type MessageHintRecord } from './message-hint.schema.js';

/** What an event let us know of a message. */
export interface NewHint {
  platformAccountId: string;
  mid: string;
  /** `message`, or `edit:<n>` for the words of an edit. */
  about: string;
  /** The event could not be placed: to be done again once the message is known. */
  deliveryId?: string;
}

export type MessageHint = MessageHintRecord;

/** The message's own webhook is usually on its way. */
export const hintDelayMs = 5_000;
/** A job that takes longer has died. */
const leaseMs = 60_000;

@Injectable()
export class MessageHintsRepository {
  constructor(
    @InjectModel(MESSAGE_HINT) private readonly model: Model<MessageHintRecord>,
    private readonly clock: Clock,
  ) {}

  /** @returns the ids of those that nobody has noted before */
  async note(hints: readonly NewHint[]): Promise<string[]> {
    if (hints.length === 0) return [];
    const now = this.clock.date();
    const ids = hints.map(({ platformAccountId, mid, about }) => `${platformAccountId}:${mid}:${about}`);
    const { upsertedIds } = await this.model.collection.bulkWrite(
      hints.map(({ platformAccountId, mid, deliveryId }, index) => ({
        updateOne: {
          filter: { _id: ids[index] },
          update: {
            $setOnInsert: {
              platform_account_id: platformAccountId,
              mid,
              due_at: new Date(now.getTime() + hintDelayMs),
              tries: 0,
              created_at: now,
              ...(deliveryId ? {} : { delivery_ids: [] }),
            },
            ...(deliveryId ? { $addToSet: { delivery_ids: deliveryId } } : {}),
          },
          upsert: true,
        },
      })) as never,
      { ordered: false },
    );
    return Object.values(upsertedIds).map(String);
  }

  /** Conditional: of several that were told to look, one does; a crash frees it when its lease ends. */
  async claim(id: string): Promise<MessageHint | null> {
    const now = this.clock.date();
    return this.model.collection.findOneAndUpdate(
      { _id: id, due_at: { $lte: now } } as never,
      { $set: { due_at: new Date(now.getTime() + leaseMs) }, $inc: { tries: 1 } },
      { returnDocument: 'after' },
    ) as unknown as Promise<MessageHint | null>;
  }

  async putOff(id: string, delayMs: number): Promise<void> {
    const due = new Date(this.clock.now() + delayMs);
    await this.model.collection.updateOne({ _id: id } as never, { $set: { due_at: due } });
  }

  /** It stays noted, so that Meta is not asked again. @returns the deliveries to do again, as they are by now */
  async finish(id: string): Promise<string[]> {
    const before = (await this.model.collection.findOneAndUpdate(
      { _id: id } as never,
      { $unset: { due_at: '' }, $set: { delivery_ids: [] } },
      { returnDocument: 'before' },
    )) as unknown as MessageHint | null;
    return before?.delivery_ids ?? [];
  }

  async findDue(limit: number): Promise<string[]> {
    const due = await this.model.collection
      .find({ due_at: { $lte: this.clock.date() } }, { projection: { _id: 1 }, sort: { due_at: 1 }, limit })
      .toArray();
    return due.map(({ _id }) => String(_id));
  }
}

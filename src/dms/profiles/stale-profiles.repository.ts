import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { CONVERSATION, latestChange, type ConversationRecord } from '../../conversations/index.js';

/**
 * Conversations whose participant was looked up too long ago: among what changed last, because few conversations are
 * awake, however many there are.
 */
@Injectable()
export class StaleProfilesRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  /** Those that changed since `changedAfter` and whose participant has written since a look-up before `fetchedBefore`. */
  async find(fetchedBefore: Date, changedAfter: Date, limit: number): Promise<string[]> {
    const found = await this.model.collection
      .find(
        {
          updated_at: { $gte: changedAfter },
          profile_fetched_at: { $lte: fetchedBefore },
          $expr: { $gt: ['$last_inbound_at', '$profile_fetched_at'] },
        },
        { projection: { _id: 1 }, sort: latestChange, hint: latestChange, limit },
      )
      .toArray();
    return found.map(({ _id }) => String(_id));
  }

  /** Meta shows no picture any more, and the address of the last one has run out. */
  async dropPicture(conversationId: string): Promise<void> {
    await this.model.collection.updateOne(
      { _id: new Types.ObjectId(conversationId) },
      { $unset: { participant_avatar: '' }, $set: { updated_at: this.clock.date() }, $inc: { revision: 1 } },
    );
  }
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { CONVERSATION, placeOf, type ConversationRecord } from './conversation.schema.js';

/** A conversation of a person whom its tenant has blocked, as it is marked. */
export type BlockMark = Pick<ConversationRecord, 'user_id' | 'platform' | 'participant_id'>;

/** That a person is blocked, as their conversations say it. The blocklist decides; see `BlockMarksService`. */
@Injectable()
export class ConversationBlocksRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  /** Marks these people's conversations with a tenant, or takes the mark away; what is marked so already stays. */
  async mark(
    { user_id, platform }: Pick<BlockMark, 'user_id' | 'platform'>,
    participantIds: string[],
    blocked: boolean,
  ): Promise<void> {
    if (participantIds.length === 0) return;
    await this.model.collection.updateMany(
      { participant_id: { $in: participantIds }, user_id, platform, blocked: blocked ? { $ne: true } : true },
      [
        {
          $set: {
            blocked,
            unread: { $cond: [{ $gt: ['$unread_count', 0] }, placeOf(true, blocked), placeOf(false, blocked)] },
            updated_at: this.clock.date(),
            revision: { $add: [{ $ifNull: ['$revision', 0] }, 1] },
          },
        },
      ],
    );
  }

  async isMarked(conversationId: string): Promise<boolean> {
    const filter = { _id: new Types.ObjectId(conversationId) };
    const found = await this.model.collection.findOne<Pick<ConversationRecord, 'blocked'>>(filter, {
      projection: { blocked: 1 },
    });
    return found?.blocked ?? false;
  }

  /** Those that are marked, the latest first. */
  async latestMarked(limit: number): Promise<BlockMark[]> {
    return this.model.collection
      .find<BlockMark>(
        { archived: { $in: [false, true] }, unread: { $in: [placeOf(true, true), placeOf(false, true)] } },
        {
          projection: { _id: 0, user_id: 1, platform: 1, participant_id: 1 },
          sort: { last_message_at: -1, _id: -1 },
          limit,
        },
      )
      .toArray();
  }
}

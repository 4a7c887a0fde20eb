import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';

const batch = 500;
/** Whoever wrote before that is past every window in which they could be answered. */
const answerableMs = 7 * 86_400_000;

/** Who waits, in conversations that an older version wrote. */
@Injectable()
export class WaitingRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  /** @returns where to go on; `undefined` behind the last one */
  async noteSome(after: Types.ObjectId | undefined): Promise<Types.ObjectId | undefined> {
    const found = await this.model.collection
      .find<Pick<ConversationRecord, '_id'>>(after ? { _id: { $gt: after } } : {}, {
        projection: { _id: 1 },
        sort: { _id: 1 },
        limit: batch,
      })
      .toArray();
    const since = new Date(this.clock.now() - answerableMs);
    await this.model.collection.updateMany(
      {
        _id: { $in: found.map(({ _id }) => _id) },
        last_message_direction: 'inbound',
        last_message_at: { $gte: since },
        // Absent where nothing was said since the version that notes it.
        last_asked_at: null,
        last_answer_at: null,
        archived: false,
      },
      [
        {
          $set: {
            waiting_since: '$last_message_at',
            last_asked_at: '$last_message_at',
            revision: { $add: [{ $ifNull: ['$revision', 0] }, 1] },
          },
        },
      ],
    );
    return found.at(-1)?._id;
  }
}

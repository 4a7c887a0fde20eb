import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';
import { idOf } from './conversations.repository.js';

/** Whose turn it is in a conversation: who waits, who sees to it, what is put off. */
@Injectable()
export class DeskRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  /** What was to be the answer was not sent after all: whoever it was for waits again. */
  async waitsAgain(conversationId: string, answeredAt: Date): Promise<void> {
    await this.model.collection.updateOne(
      {
        _id: idOf(conversationId),
        waiting_since: null,
        last_asked_at: { $ne: null },
        $expr: { $eq: ['$last_answer_at', { $max: [answeredAt, '$last_asked_at'] }] },
      },
      [
        {
          $set: {
            waiting_since: '$last_asked_at',
            updated_at: this.clock.date(),
            revision: { $add: [{ $ifNull: ['$revision', 0] }, 1] },
          },
        },
        { $unset: 'last_answer_at' },
      ],
    );
  }

  /** It is tried again. */
  async isAnswered(conversationId: string, answeredAt: Date): Promise<void> {
    await this.model.collection.updateOne(
      { _id: idOf(conversationId), waiting_since: { $lte: answeredAt } },
      {
        $set: { last_answer_at: answeredAt, updated_at: this.clock.date() },
        $unset: { waiting_since: '' },
        $inc: { revision: 1 },
      },
    );
  }

  /** Nobody sees to what was this person's. */
  async unassignAll(assigneeId: string): Promise<void> {
    await this.model.collection.updateMany(
      { assignee_id: assigneeId },
      { $unset: { assignee_id: '' }, $set: { updated_at: this.clock.date() }, $inc: { revision: 1 } },
    );
  }

  /** Takes a label that is gone from everything. */
  async unlabelAll(tenant: string, labelId: string): Promise<void> {
    await this.model.collection.updateMany({ user_id: tenant, labels: labelId }, {
      $pull: { labels: labelId },
      $set: { updated_at: this.clock.date() },
      $inc: { revision: 1 },
    } as never);
  }

  /**
   * Those whose time has come are back in the lists.
   * @returns how many
   */
  async wakeSome(limit: number): Promise<number> {
    const now = this.clock.date();
    const due = { snoozed_until: { $lte: now, $gt: new Date(0) } };
    const found = await this.model.collection.find(due, { projection: { _id: 1 }, limit }).toArray();
    const { modifiedCount } = await this.model.collection.updateMany(
      { _id: { $in: found.map(({ _id }) => _id) }, ...due },
      { $unset: { snoozed_until: '' }, $set: { updated_at: now }, $inc: { revision: 1 } },
    );
    return modifiedCount;
  }
}

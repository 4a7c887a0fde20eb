import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { heldPatienceMs, unlessHeld } from './conversation-locks.repository.js';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';
import { idOf, plain, type Conversation } from './conversations.repository.js';

/** Two kinds of work take turns on a conversation, each with an epoch of its own. */
export type Work = 'answer' | 'send';

export interface Claim {
  /** Every write of the work names it; a later claim makes this one's writes miss. */
  epoch: number;
}

const fieldsOf = {
  answer: { epoch: 'answer_epoch', lease: 'answer_leased_until' },
  send: { epoch: 'send_epoch', lease: 'send_leased_until' },
} as const;

/** Which process works on a conversation: fenced, and over by themselves when the process is gone. */
@Injectable()
export class ConversationClaims {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  /** Takes the conversation for one kind of work; `null` while another holds it, be it by a transaction. The epoch grows with every claim. */
  async claim(work: Work, conversationId: string, leaseMs: number): Promise<Claim | null> {
    const { epoch, lease } = fieldsOf[work];
    const now = this.clock.date();
    const claimed = await unlessHeld(
      this.model.collection.findOneAndUpdate(
        {
          _id: idOf(conversationId),
          $or: [{ [lease]: null }, { [lease]: { $lte: now } }],
        },
        { $inc: { [epoch]: 1 }, $set: { [lease]: new Date(now.getTime() + leaseMs) } },
        {
          ...{ returnDocument: 'after', projection: { [epoch]: 1 }, maxTimeMS: heldPatienceMs },
          // That of `send` only keeps two from trying the same: each DM is claimed durably before its call. That of
          // `answer` is read by a transaction, whose snapshot need not hold what the majority does not have yet.
          ...(work === 'send' ? { writeConcern: { w: 1 } } : {}),
        },
      ),
    );
    return claimed ? { epoch: claimed[epoch] as number } : null;
  }

  /** @returns `false` when it was released, or another has claimed it since: nothing of yours may be written any more */
  async renew(work: Work, conversationId: string, { epoch }: Claim, leaseMs: number): Promise<boolean> {
    const fields = fieldsOf[work];
    const renewed = await this.model.collection.updateOne(
      { _id: idOf(conversationId), [fields.epoch]: epoch, [fields.lease]: { $ne: null } },
      { $set: { [fields.lease]: new Date(this.clock.now() + leaseMs) } },
      { maxTimeMS: heldPatienceMs },
    );
    return renewed.matchedCount === 1;
  }

  async release(work: Work, conversationId: string, { epoch }: Claim): Promise<void> {
    const fields = fieldsOf[work];
    await unlessHeld(
      this.model.collection.updateOne(
        { _id: idOf(conversationId), [fields.epoch]: epoch },
        { $unset: { [fields.lease]: '' } },
        { maxTimeMS: heldPatienceMs },
      ),
    );
  }

  /**
   * The fence of an answer, and the end of its claim: makes the transaction fail to commit when the claim is no longer
   * ours. It writes, because only a write conflicts with another process's claim. With the commit the conversation is
   * free for the next answer, and where `sends` numbers are taken, so is the right to send them, unless somebody has it.
   * @returns the conversation as the transaction sees it, its `send_seq` the last number taken; `null` when the claim
   * does not hold any more
   */
  async endAnswer(
    session: ClientSession,
    conversationId: string,
    { epoch }: Claim,
    { sends, sendLeaseMs }: { sends: number; sendLeaseMs: number },
  ): Promise<{ conversation: Conversation; send: Claim | null } | null> {
    const now = this.clock.date();
    const isFree = { $lte: [{ $ifNull: ['$send_leased_until', new Date(0)] }, now] };
    const orAsItIs = (changed: unknown, field: string) => ({ $cond: [isFree, changed, field] });
    const taking = {
      send_seq: { $add: ['$send_seq', sends] },
      send_epoch: orAsItIs({ $add: ['$send_epoch', 1] }, '$send_epoch'),
      send_leased_until: orAsItIs(new Date(now.getTime() + sendLeaseMs), '$send_leased_until'),
    };
    const before = plain(
      (await this.model.collection.findOneAndUpdate(
        { _id: idOf(conversationId), answer_epoch: epoch },
        [{ $set: { updated_at: now, ...(sends > 0 ? taking : {}) } }, { $unset: 'answer_leased_until' }],
        { session, returnDocument: 'before' },
      )) as ConversationRecord | null,
    );
    if (!before) return null;
    const wasFree = (before.send_leased_until?.getTime() ?? 0) <= now.getTime();
    return {
      conversation: { ...before, send_seq: before.send_seq + sends, updated_at: now },
      send: sends > 0 && wasFree ? { epoch: before.send_epoch + 1 } : null,
    };
  }
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { heldPatienceMs, unlessHeld } from './conversation-locks.repository.js';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';
import { idOf, plain, writtenBack, type Conversation } from './conversations.repository.js';

/** Two kinds of work take turns on a conversation, each with an epoch of its own. */
export type Work = 'answer' | 'send';

export interface Claim {
  /** Every write of the work names it; a later claim makes this one's writes miss. */
  epoch: number;
}

/** The right to answer, and how the conversation stood when it was taken. */
export interface AnswerClaim extends Claim {
  /** Every read that follows the claim shows at least what stood there at this turn. */
  turn: number;
  /** The last number given to a send. */
  sendSeq: number;
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

  /** Takes the conversation for answering; `null` while another holds it, be it by a transaction. */
  async claimAnswer(conversationId: string, leaseMs: number): Promise<AnswerClaim | null> {
    // A transaction reads this claim, and its snapshot need not hold what the majority does not have yet.
    const claimed = await this.take('answer', conversationId, leaseMs, {});
    return claimed && { epoch: claimed.answer_epoch, turn: claimed.turn ?? 0, sendSeq: claimed.send_seq };
  }

  /** The same for sending. It only keeps two from trying the same: each DM is claimed durably before its call. */
  async claimSends(conversationId: string, leaseMs: number): Promise<Claim | null> {
    const claimed = await this.take('send', conversationId, leaseMs, { writeConcern: { w: 1 } });
    return claimed && { epoch: claimed.send_epoch };
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
   * The fence of an answer: the conversation as the transaction sees it, `null` when the claim does not hold any more. To
   * be followed by {@link endAnswer} in the same transaction: only that write conflicts with another process's claim.
   */
  async held(session: ClientSession, conversationId: string, { epoch }: Claim): Promise<Conversation | null> {
    const filter = { _id: idOf(conversationId), answer_epoch: epoch };
    return plain(await this.model.collection.findOne<ConversationRecord>(filter, { session }));
  }

  /**
   * Writes the conversation back and ends the claim on it: with the commit it is free for the next answer, and where
   * sends were added to it, so is the right to send them, unless somebody has it.
   * @param conversation as {@link held} returned it, and changed since
   */
  async endAnswer(
    session: ClientSession,
    conversation: Conversation,
    { addedSends, sendLeaseMs }: { addedSends: boolean; sendLeaseMs: number },
  ): Promise<Claim | null> {
    const now = this.clock.now();
    const takes = addedSends && (conversation.send_leased_until?.getTime() ?? 0) <= now;
    const send = { epoch: conversation.send_epoch + 1 };
    const { $set, $inc, $unset } = writtenBack(conversation);
    const { send_seq } = conversation;
    const taken = { send_epoch: send.epoch, send_leased_until: new Date(now + sendLeaseMs) };
    await this.model.collection.updateOne(
      { _id: idOf(conversation._id) },
      { $set: { ...$set, send_seq, ...(takes ? taken : {}) }, $inc, $unset: { ...$unset, answer_leased_until: '' } },
      { session },
    );
    return takes ? send : null;
  }

  /** The epoch grows with every claim. */
  private async take(
    work: Work,
    conversationId: string,
    leaseMs: number,
    options: { writeConcern?: { w: 1 } },
  ): Promise<ConversationRecord | null> {
    const { epoch, lease } = fieldsOf[work];
    const now = this.clock.date();
    return unlessHeld(
      this.model.collection.findOneAndUpdate(
        { _id: idOf(conversationId), $or: [{ [lease]: null }, { [lease]: { $lte: now } }] },
        { $inc: { [epoch]: 1 }, $set: { [lease]: new Date(now.getTime() + leaseMs) } },
        {
          ...{ returnDocument: 'after', projection: { [epoch]: 1, turn: 1, send_seq: 1 }, maxTimeMS: heldPatienceMs },
          ...options,
        },
      ),
    ) as Promise<ConversationRecord | null>;
  }
}

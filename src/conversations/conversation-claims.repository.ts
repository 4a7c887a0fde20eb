import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { heldPatienceMs, unlessHeld } from './conversation-write-order.repository.js';
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
  /** Every read that follows the claim shows at least what stood there at its `revision`. */
  conversation: Conversation;
}

const fieldsOf = {
  answer: { epoch: 'answer_epoch', lease: 'answer_leased_until' },
  send: { epoch: 'send_epoch', lease: 'send_leased_until' },
} as const;

/** Which process works on a conversation: fenced, and over by themselves when the process is gone. */
@Injectable()
export class ConversationClaimsRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  /** Takes the conversation for answering; `null` while another holds it, be it by a transaction. */
  async claimAnswer(conversationId: string, leaseMs: number): Promise<AnswerClaim | null> {
    // A transaction reads this claim, and its snapshot need not hold what the majority does not have yet.
    const claimed = plain(await this.take('answer', conversationId, leaseMs, {}));
    return claimed && { epoch: claimed.answer_epoch, conversation: claimed };
  }

  /** The same for sending. It only keeps two from trying the same: each DM is claimed durably before its call. */
  async claimSends(conversationId: string, leaseMs: number): Promise<Claim | null> {
    const options = { writeConcern: { w: 1 }, projection: { send_epoch: 1 } } as const;
    const claimed = await this.take('send', conversationId, leaseMs, options);
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
   * The conversation as the transaction sees it, `null` when the claim does not hold any more. To be followed by
   * {@link endAnswer} in the same transaction: only that write conflicts with another process's claim.
   */
  async held(session: ClientSession, conversationId: string, { epoch }: Claim): Promise<Conversation | null> {
    const filter = { _id: idOf(conversationId), answer_epoch: epoch };
    return plain(await this.model.collection.findOne<ConversationRecord>(filter, { session }));
  }

  /**
   * Writes the conversation back and ends the claim on it: with the commit it is free for the next answer, and where
   * sends were added to it, so is the right to send them, unless somebody has it.
   * @param before as {@link held} or the claim had it
   * @param conversation carried on from there
   * @returns the right to send, where it was taken; `undefined` when the conversation is another's by now, or was
   *   changed since it was read: undo it all
   */
  async endAnswer(
    session: ClientSession,
    { before, conversation }: { before: Conversation; conversation: Conversation },
    { addedSends, sendLeaseMs }: { addedSends: boolean; sendLeaseMs: number },
  ): Promise<{ send: Claim | null } | undefined> {
    const now = this.clock.now();
    const takes = addedSends && (before.send_leased_until?.getTime() ?? 0) <= now;
    const send = { epoch: before.send_epoch + 1 };
    const { $set, $inc, $unset } = writtenBack(conversation, before);
    // A process of the version before counts no revision when it pauses or archives; the time it writes all the same. And an
    // erased conversation that began anew begins to count anew.
    const { answer_epoch, send_epoch, revision = null, updated_at, created_at } = before;
    const unchanged = { answer_epoch, revision, updated_at, created_at, ...(takes ? { send_epoch } : {}) };
    const taken = { send_epoch: send.epoch, send_leased_until: new Date(now + sendLeaseMs) };
    const { matchedCount } = await this.model.collection.updateOne(
      { _id: idOf(conversation._id), ...unchanged },
      {
        $set: { ...$set, send_seq: conversation.send_seq, ...(takes ? taken : {}) },
        $inc,
        $unset: { ...$unset, answer_leased_until: '' },
      },
      { session },
    );
    return matchedCount === 1 ? { send: takes ? send : null } : undefined;
  }

  /** The epoch grows with every claim. */
  private async take(
    work: Work,
    conversationId: string,
    leaseMs: number,
    options: { writeConcern?: { w: 1 }; projection?: Record<string, 1> },
  ): Promise<ConversationRecord | null> {
    const { epoch, lease } = fieldsOf[work];
    const now = this.clock.date();
    return unlessHeld(
      this.model.collection.findOneAndUpdate(
        { _id: idOf(conversationId), $or: [{ [lease]: null }, { [lease]: { $lte: now } }] },
        { $inc: { [epoch]: 1 }, $set: { [lease]: new Date(now.getTime() + leaseMs) } },
        { returnDocument: 'after', maxTimeMS: heldPatienceMs, ...options },
      ),
    ) as Promise<ConversationRecord | null>;
  }
}

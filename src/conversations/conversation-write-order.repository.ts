import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type ClientSession } from 'mongoose';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';

/**
 * A write to a document that an open transaction has written waits for that transaction's end. One whose process was
 * killed ends only when MongoDB gives it up; whoever waited that long would hold a connection and a job's place for it.
 */
export const heldPatienceMs = 2_000;
/** A transaction of a process that is alive is over by then, as a rule. */
const probeMs = 500;

const maxTimeExpired = 50;

/** Who may write a conversation when several want to: transactions that take it, and those that look before they wait. */
@Injectable()
export class ConversationWriteOrderRepository {
  constructor(@InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>) {}

  /**
   * Takes these conversations for a transaction whose first step it is: whoever else wants one waits for its end, or
   * starts over. Without, the last to write starts over, which among many short claims is always the long one.
   */
  async lock(session: ClientSession, ids: string[]): Promise<void> {
    const filter = { _id: { $in: ids.map((id) => new Types.ObjectId(id)) } };
    await this.model.collection.updateMany(filter, { $inc: { revision: 1 } }, { session });
  }

  /** Those that somebody's transaction holds, now and a moment later. */
  async heldAmong(ids: string[]): Promise<Set<string>> {
    const free = await Promise.all(ids.map((id) => this.isFree(id)));
    return new Set(ids.filter((_, index) => !free[index]));
  }

  private async isFree(id: string): Promise<boolean> {
    const filter = { _id: new Types.ObjectId(id) };
    const touched = this.model.collection.updateOne(filter, { $inc: { revision: 1 } }, { maxTimeMS: probeMs });
    return (await unlessHeld(touched)) !== null;
  }
}

/** @returns `null` when the time that the operation was given ran out */
export async function unlessHeld<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    if ((error as { code?: unknown }).code === maxTimeExpired) return null;
    throw error;
  }
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { DRAFT, type DraftRecord } from './draft.schema.js';

export type Draft = Omit<DraftRecord, '_id'>;

/** Drafts in conversations that are known to be the caller's. */
@Injectable()
export class DraftsRepository {
  constructor(
    @InjectModel(DRAFT) private readonly model: Model<DraftRecord>,
    private readonly clock: Clock,
  ) {}

  async find(conversationId: string, author: string): Promise<Draft | null> {
    return this.model.collection.findOne<DraftRecord>({ conversation_id: conversationId, author });
  }

  /** A person's latest, whose they were when they were written. */
  async latestOf(tenant: string, author: string, limit: number): Promise<Draft[]> {
    return this.model.collection
      .find<DraftRecord>({ author, user_id: tenant }, { sort: { updated_at: -1 }, limit })
      .toArray();
  }

  async save(draft: Omit<Draft, 'updated_at'>): Promise<Draft> {
    const { conversation_id, author, ...fields } = draft;
    const updated_at = this.clock.date();
    await this.model.collection.updateOne(
      { conversation_id, author },
      { $set: { ...fields, updated_at } },
      { upsert: true },
    );
    return { ...draft, updated_at };
  }

  async remove(conversationId: string, author: string): Promise<void> {
    await this.model.collection.deleteOne({ conversation_id: conversationId, author });
  }

  async eraseConversation(conversationId: string): Promise<void> {
    await this.model.collection.deleteMany({ conversation_id: conversationId });
  }

  async eraseAccount(platformAccountId: string): Promise<void> {
    await this.model.collection.deleteMany({ platform_account_id: platformAccountId });
  }
}

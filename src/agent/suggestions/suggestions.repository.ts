import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { SUGGESTION, type SuggestionRecord } from './suggestion.schema.js';

/** A suggestion as other files see it: plain, its id a string. */
export type Suggestion = Omit<SuggestionRecord, '_id'> & { _id: string };

export type NewSuggestion = Pick<
  SuggestionRecord,
  'user_id' | 'platform_account_id' | 'conversation_id' | 'text' | 'reason' | 'answers' | 'asked_at'
>;

/** What the agent would answer, one a conversation. Each step is a conditional write. */
@Injectable()
export class SuggestionsRepository {
  constructor(
    @InjectModel(SUGGESTION) private readonly model: Model<SuggestionRecord>,
    private readonly clock: Clock,
  ) {}

  /** In the place of the one before, in the transaction that closes the messages it answers. */
  async put(session: ClientSession, { conversation_id, ...suggestion }: NewSuggestion): Promise<void> {
    const now = this.clock.date();
    await this.model.collection.deleteOne({ conversation_id }, { session });
    const fields = { ...suggestion, state: 'open', created_at: now, updated_at: now } as const;
    await this.model.collection.insertOne({ _id: new Types.ObjectId(), conversation_id, ...fields }, { session });
  }

  async find(conversationId: string): Promise<Suggestion | null> {
    const found = await this.model.collection.findOne<SuggestionRecord>({ conversation_id: conversationId });
    return found && { ...found, _id: String(found._id) };
  }

  /**
   * Names the key it is sent under. Of all that send it at once, one's holds.
   * @returns it as it is now; `null` where it is no longer there
   */
  async claim(id: string, sendKey: string): Promise<Suggestion | null> {
    const _id = new Types.ObjectId(id);
    await this.model.collection.updateOne({ _id, state: 'open', send_key: null }, { $set: { send_key: sendKey } });
    const found = await this.model.collection.findOne<SuggestionRecord>({ _id });
    return found && { ...found, _id: String(found._id) };
  }

  /** It was not taken: whoever tries next may use a key of their own. */
  async unclaim(id: string, sendKey: string): Promise<void> {
    const filter = { _id: new Types.ObjectId(id), state: 'open', send_key: sendKey } as const;
    await this.model.collection.updateOne(filter, { $unset: { send_key: '' } });
  }

  async markSent(id: string, sent_text: string): Promise<void> {
    const $set = { state: 'sent', sent_text, updated_at: this.clock.date() } as const;
    await this.model.collection.updateOne({ _id: new Types.ObjectId(id) }, { $set });
  }

  /** @returns `false` where there is none */
  async dismiss(conversationId: string): Promise<boolean> {
    const { modifiedCount } = await this.model.collection.updateOne(
      { conversation_id: conversationId, state: 'open' },
      { $set: { state: 'dismissed', updated_at: this.clock.date() } },
    );
    return modifiedCount > 0;
  }

  /** @param before what was written since then was not meant */
  async eraseConversation(conversationId: string, before?: Date): Promise<void> {
    await this.model.collection.deleteMany({
      conversation_id: conversationId,
      ...(before ? { created_at: { $lt: before } } : {}),
    });
  }

  async eraseAccount(accountId: string): Promise<void> {
    await this.model.collection.deleteMany({ platform_account_id: accountId });
  }
}

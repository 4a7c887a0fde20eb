import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type Types } from 'mongoose';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';
import { searchTermsOf } from './search-terms.js';

const batch = 500;

type Searched = Pick<ConversationRecord, '_id' | 'last_message' | 'participant_name' | 'participant_username'> &
  Pick<ConversationRecord, 'search_terms'>;

/** Search terms as they are stored. */
@Injectable()
export class SearchTermsRepository {
  constructor(@InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>) {}

  /**
   * Makes the terms of the next conversations anew, where this version makes others.
   * @returns where to go on; `undefined` behind the last one
   */
  async renewSome(after: Types.ObjectId | undefined): Promise<Types.ObjectId | undefined> {
    const found = await this.model.collection
      .find<Searched>(after ? { _id: { $gt: after } } : {}, {
        projection: { last_message: 1, participant_name: 1, participant_username: 1, search_terms: 1 },
        sort: { _id: 1 },
        limit: batch,
      })
      .toArray();
    const writes = found.flatMap(renewed);
    if (writes.length > 0) await this.model.collection.bulkWrite(writes, { ordered: false });
    return found.at(-1)?._id;
  }
}

/** Conditional: what is said there meanwhile brings its own terms. */
function renewed({ _id, search_terms: known = [], ...texts }: Searched) {
  const { last_message = null, participant_name = null, participant_username = null } = texts;
  const search_terms = searchTermsOf(texts.participant_name, texts.participant_username, texts.last_message);
  if (search_terms.join(' ') === known.join(' ')) return [];
  const filter = { _id, last_message, participant_name, participant_username };
  return [{ updateOne: { filter, update: { $set: { search_terms } } } }];
}

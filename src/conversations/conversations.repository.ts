import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { NotFoundError } from '../errors/index.js';
import { CONVERSATION, type ConversationRecord } from './conversation.schema.js';
import { searchTermsOf } from './search-terms.js';

/** A conversation as other rooms see it: plain, its id a string. */
export type Conversation = Omit<ConversationRecord, '_id'> & { _id: string };

export type ConversationParties = Pick<Conversation, '_id' | 'platform_account_id' | 'participant_id'>;

export interface AgentPause {
  until: Date;
  reason: NonNullable<ConversationRecord['agent_paused_reason']>;
  /** The echo that caused it. */
  byMid?: string;
}

/** @internal */
export const idOf = (id: string): Types.ObjectId => new Types.ObjectId(id);

/** The conversations, looked up within a tenant's scope. */
@Injectable()
export class ConversationsRepository {
  constructor(
    @InjectModel(CONVERSATION) private readonly model: Model<ConversationRecord>,
    private readonly clock: Clock,
  ) {}

  async find(scope: TenantScope, id: string): Promise<Conversation | null> {
    if (!Types.ObjectId.isValid(id) || id.length !== 24) return null;
    return plain(await this.model.collection.findOne<ConversationRecord>({ _id: idOf(id), ...ownerFilter(scope) }));
  }

  /** @throws {NotFoundError} not there, or another tenant's */
  async get(scope: TenantScope, id: string): Promise<Conversation> {
    const conversation = await this.find(scope, id);
    if (!conversation) throw new NotFoundError('Conversation not found.');
    return conversation;
  }

  /** For jobs, which hold ids from the store itself. */
  async getById(id: string, session?: ClientSession): Promise<Conversation | null> {
    return plain(await this.model.collection.findOne<ConversationRecord>({ _id: idOf(id) }, { session }));
  }

  async findByIds(ids: string[], session: ClientSession): Promise<Map<string, Conversation>> {
    const found = await this.model.collection
      .find<ConversationRecord>({ _id: { $in: ids.map(idOf) } }, { session })
      .toArray();
    return new Map(found.map((record) => [String(record._id), plain(record) as Conversation]));
  }

  /** Writes whole conversations back within a transaction that read them; a concurrent writer makes it run again. */
  async saveAll(session: ClientSession, conversations: Conversation[]): Promise<void> {
    if (conversations.length === 0) return;
    await this.model.collection.bulkWrite(
      conversations.map((conversation) => {
        const { answer_epoch, send_epoch, send_seq } = conversation;
        const update = { ...writtenBack(conversation), $setOnInsert: { answer_epoch, send_epoch, send_seq } };
        return { updateOne: { filter: { _id: idOf(conversation._id) }, update, upsert: true } };
      }),
      { session, ordered: false },
    );
  }

  /** The same for one to which sends were added: the last number given to them is written, too. */
  async saveWithSends(session: ClientSession, conversation: Conversation): Promise<void> {
    const { $set, ...others } = writtenBack(conversation);
    const { answer_epoch, send_epoch, send_seq } = conversation;
    await this.model.collection.updateOne(
      { _id: idOf(conversation._id) },
      { ...others, $set: { ...$set, send_seq }, $setOnInsert: { answer_epoch, send_epoch } },
      { session, upsert: true },
    );
  }

  /** Conversations with a person, wherever they wrote, or of an account. @param limit 0: all */
  async partiesOf(
    of: { participant_id: string } | { platform_account_id: string },
    limit = 10_000,
  ): Promise<ConversationParties[]> {
    const found = await this.model.collection
      .find<Omit<ConversationParties, '_id'> & { _id: Types.ObjectId }>(of, {
        projection: { platform_account_id: 1, participant_id: 1 },
        limit,
      })
      .toArray();
    return found.map((parties) => ({ ...parties, _id: String(parties._id) }));
  }

  /** What was read of the conversation before does not hold any more. */
  async countTurn(conversationId: string): Promise<void> {
    await this.model.collection.updateOne({ _id: idOf(conversationId) }, { $inc: { turn: 1 } });
  }

  async remove(session: ClientSession, conversationId: string): Promise<void> {
    await this.model.collection.deleteOne({ _id: idOf(conversationId) }, { session });
  }

  /** Silences the agent; an existing longer pause stays. */
  async pauseAgent(conversationId: string, pause: AgentPause, session?: ClientSession): Promise<void> {
    await this.model.collection.updateOne(
      {
        _id: idOf(conversationId),
        $or: [{ agent_paused_until: { $exists: false } }, { agent_paused_until: { $lt: pause.until } }],
      },
      {
        $set: {
          agent_paused_until: pause.until,
          agent_paused_reason: pause.reason,
          ...(pause.byMid ? { agent_paused_by_mid: pause.byMid } : {}),
          updated_at: this.clock.date(),
        },
        $inc: { turn: 1 },
        // Else an echo that turns out to be our own would undo a pause that it did not cause.
        ...(pause.byMid ? {} : { $unset: { agent_paused_by_mid: '' } }),
      },
      session ? { session } : {},
    );
  }

  /** Hands the conversation back to the agent. @param onlyIfByMid undo a pause only when this echo caused it */
  async resumeAgent(conversationId: string, onlyIfByMid?: string, session?: ClientSession): Promise<void> {
    await this.model.collection.updateOne(
      { _id: idOf(conversationId), ...(onlyIfByMid ? { agent_paused_by_mid: onlyIfByMid } : {}) },
      {
        $unset: { agent_paused_until: '', agent_paused_reason: '', agent_paused_by_mid: '' },
        $set: { updated_at: this.clock.date() },
        $inc: { turn: 1 },
      },
      session ? { session } : {},
    );
  }

  /** What Meta's list of conversations said; a username that is known already stays. */
  async noteThread(
    conversationId: string,
    { externalId, username }: { externalId: string; username?: string },
  ): Promise<void> {
    const name =
      username === undefined ? {} : { participant_username: { $ifNull: ['$participant_username', username] } };
    const saved = await this.model.collection.findOneAndUpdate(
      { _id: idOf(conversationId) },
      [{ $set: { external_id: externalId, ...name, turn: { $add: [{ $ifNull: ['$turn', 0] }, 1] } } }],
      { returnDocument: 'after' },
    );
    if (saved && username !== undefined) await this.saveSearchTerms(saved as unknown as ConversationRecord);
  }

  /** Conversations that began between these times and whose participant nobody has looked up yet. */
  async findWithoutProfile(after: Date, before: Date, limit: number): Promise<string[]> {
    const found = await this.model.collection
      .find({ profile_fetched_at: null, created_at: { $gte: after, $lte: before } })
      .project<{ _id: unknown }>({ _id: 1 })
      .sort({ created_at: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id }) => String(_id));
  }

  /** What the Graph API said of the participant; kept though null fields came, so that it is not asked again at once. */
  async saveProfile(
    conversationId: string,
    profile: { name?: string; username?: string; avatar?: string },
  ): Promise<void> {
    const now = this.clock.date();
    const saved = await this.model.collection.findOneAndUpdate(
      { _id: idOf(conversationId) },
      {
        $set: {
          ...(profile.name ? { participant_name: profile.name } : {}),
          ...(profile.username ? { participant_username: profile.username } : {}),
          ...(profile.avatar ? { participant_avatar: profile.avatar } : {}),
          profile_fetched_at: now,
          updated_at: now,
        },
        $inc: { turn: 1 },
      },
      { returnDocument: 'after' },
    );
    if (saved) await this.saveSearchTerms(saved as unknown as ConversationRecord);
  }

  /** Whoever has changed the last message since then has derived them from the new names already. */
  private async saveSearchTerms(record: ConversationRecord): Promise<void> {
    await this.model.collection.updateOne(
      { _id: record._id, last_message: record.last_message ?? null },
      { $set: { search_terms: derivedFrom(record).search_terms } },
    );
  }
}

/** Fields that a change may take away again. */
const clearable = ['agent_paused_until', 'agent_paused_reason', 'agent_paused_by_mid', 'last_message'] as const;

/**
 * The update that writes a whole conversation back, but for its claims and the send sequence: they move on their own
 * path, and none of them must be turned back.
 * @internal
 */
export function writtenBack({ _id, ...fields }: Conversation) {
  const { answer_epoch: _ae, answer_leased_until: _al, send_epoch: _se, send_leased_until: _sl, ...unleased } = fields;
  const { send_seq: _seq, turn: _turn, ...rest } = unleased;
  const unset = clearable.filter((name) => fields[name] === undefined).map((name) => [name, '']);
  return {
    $set: {
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      ...derivedFrom(fields),
    },
    $inc: { turn: 1 },
    ...(unset.length > 0 ? { $unset: Object.fromEntries(unset) as Record<string, ''> } : {}),
  };
}

/** What follows from other fields; kept beside them for the indexes' sake. */
function derivedFrom(
  fields: Pick<ConversationRecord, 'unread_count' | 'participant_name' | 'participant_username' | 'last_message'>,
) {
  return {
    unread: fields.unread_count > 0,
    search_terms: searchTermsOf(fields.participant_name, fields.participant_username, fields.last_message),
  };
}

/** @internal */
export function plain(record: ConversationRecord | null): Conversation | null {
  return record && { ...record, _id: String(record._id) };
}

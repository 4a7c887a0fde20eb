import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { NotFoundError } from '../errors/index.js';
import { endPause, pauseFields, pauseUpdate, setPause, type PauseReason } from './agent-pauses.js';
import { CONVERSATION, placeOf, type ConversationRecord } from './conversation.schema.js';
import { searchTermsOf } from './search-terms.js';

/** A conversation as other rooms see it: plain, its id a string. */
export type Conversation = Omit<ConversationRecord, '_id'> & { _id: string };

export type ConversationParties = Pick<Conversation, '_id' | 'platform_account_id' | 'participant_id'>;

export interface AgentPause {
  until: Date;
  reason: PauseReason;
}

/** @internal */
export const idOf = (id: string): Types.ObjectId => new Types.ObjectId(id);

/** The conversations, looked up within a tenant's scope. */
/** Whose conversations: an account's, or one customer's of it. */
export type ConversationHolder = Pick<ConversationRecord, 'platform_account_id'> &
  Partial<Pick<ConversationRecord, 'participant_id'>>;

const exportedFields = [
  ...(['platform', 'platform_account_id', 'external_id', 'participant_id', 'participant_name'] as const),
  ...(['participant_username', 'participant_avatar', 'archived', 'unread_count', 'last_message_at'] as const),
  ...(['last_inbound_at', 'created_at', 'handed_over'] as const),
] as const;
const exported = Object.fromEntries(exportedFields.map((name) => [name, 1]));

export type ExportedConversation = Pick<ConversationRecord, (typeof exportedFields)[number]> & { _id: string };

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

  /** Without their search terms, which are derived anew when they are written back. */
  async findByIds(ids: string[], session: ClientSession): Promise<Map<string, Conversation>> {
    const found = await this.model.collection
      .find<ConversationRecord>({ _id: { $in: ids.map(idOf) } }, { session, projection: { search_terms: 0 } })
      .toArray();
    return new Map(found.map((record) => [String(record._id), plain(record) as Conversation]));
  }

  /**
   * Writes conversations back within a transaction that read them; a concurrent writer makes it run again.
   * @param asRead of those that were in the store what was read there: what is the same is not written again
   */
  async saveAll(
    session: ClientSession,
    conversations: Conversation[],
    asRead?: ReadonlyMap<string, Conversation>,
  ): Promise<void> {
    if (conversations.length === 0) return;
    await this.model.collection.bulkWrite(
      conversations.map((conversation) => {
        const filter = { _id: idOf(conversation._id) };
        const before = asRead?.get(conversation._id);
        if (before) return { updateOne: { filter, update: writtenBack(conversation, before) } };
        const { answer_epoch, send_epoch, send_seq } = conversation;
        const update = { ...writtenBack(conversation), $setOnInsert: { answer_epoch, send_epoch, send_seq } };
        return { updateOne: { filter, update, upsert: true } };
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

  /** The next one in the order of ids, with what is told of it in an export; `null` at the end. */
  async nextOf(of: ConversationHolder, after: string | undefined): Promise<ExportedConversation | null> {
    const behind = after === undefined ? {} : { _id: { $gt: idOf(after) } };
    const found = await this.model.collection.findOne({ ...of, ...behind }, { projection: exported, sort: { _id: 1 } });
    return found && ({ ...found, _id: String(found._id) } as ExportedConversation);
  }

  /** What was read of the conversation before does not hold any more. */
  async countTurn(conversationId: string): Promise<void> {
    await this.model.collection.updateOne({ _id: idOf(conversationId) }, { $inc: { revision: 1 } });
  }

  async remove(session: ClientSession, conversationId: string): Promise<void> {
    await this.model.collection.deleteOne({ _id: idOf(conversationId) }, { session });
  }

  /** Silences the agent; a longer pause for the same reason stays. */
  async pauseAgent(conversationId: string, { until, reason }: AgentPause, session?: ClientSession): Promise<void> {
    const since = this.clock.date();
    await this.changePauses(
      conversationId,
      (conversation) => setPause(conversation, reason, { until, since }),
      session,
    );
  }

  /** Hands the conversation back to the agent, whatever it was paused for. */
  async resumeAgent(conversationId: string): Promise<void> {
    await this.changePauses(conversationId, (conversation) => endPause(conversation));
    await this.model.collection.updateOne(
      { _id: idOf(conversationId), handed_over: { $ne: null } },
      { $unset: { handed_over: '' }, $set: { updated_at: this.clock.date() }, $inc: { revision: 1 } },
    );
  }

  /** Conditional on the revision it read; within a transaction a concurrent writer makes that run again. */
  private async changePauses(
    conversationId: string,
    change: (conversation: Conversation) => void,
    session?: ClientSession,
  ): Promise<void> {
    const known = await this.getById(conversationId, session);
    if (!known) return;
    const after = { ...known };
    change(after);
    const update = pauseUpdate(known, after);
    if (!update) return;
    const { $set, $unset } = update;
    const { matchedCount } = await this.model.collection.updateOne(
      { _id: idOf(conversationId), revision: known.revision ?? null },
      { $set: { ...$set, updated_at: this.clock.date() }, $unset, $inc: { revision: 1 } },
      session ? { session } : {},
    );
    if (matchedCount === 0) await this.changePauses(conversationId, change, session);
  }

  /** What Meta's list of conversations said; a username that is known already stays. */
  async noteThread(
    conversationId: string,
    { externalId, username }: { externalId: string; username?: string },
  ): Promise<void> {
    await this.saveFound(conversationId, (known) => ({
      external_id: externalId,
      participant_username: known.participant_username ?? username,
    }));
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
    await this.saveFound(conversationId, (known) => ({
      participant_name: profile.name || known.participant_name,
      participant_username: profile.username || known.participant_username,
      participant_avatar: profile.avatar || known.participant_avatar,
      profile_fetched_at: now,
      updated_at: now,
    }));
  }

  /** Names change together with the words they are found by; a message that comes in between makes it look again. */
  private async saveFound(
    conversationId: string,
    changesOf: (known: ConversationRecord) => Partial<ConversationRecord>,
  ): Promise<void> {
    const known = await this.model.collection.findOne<ConversationRecord>({ _id: idOf(conversationId) });
    if (!known) return;
    const { last_message = null, participant_name = null, participant_username = null } = known;
    const changes = changesOf(known);
    const { search_terms } = derivedFrom({ ...known, ...changes });
    const { matchedCount } = await this.model.collection.updateOne(
      { _id: known._id, last_message, participant_name, participant_username },
      { $set: { ...withoutUndefined(changes), search_terms }, $inc: { revision: 1 } },
    );
    if (matchedCount === 0) await this.saveFound(conversationId, changesOf);
  }
}

/** Fields that a change may take away again. */
const clearable = [
  ...pauseFields,
  ...(['last_message', 'waiting_since', 'last_answer_at', 'snoozed_until'] as const),
  'handed_over',
] as const;

/** Claims and the send sequence move on their own path, and none of them must be turned back; the revision is counted. */
const movedElsewhere: ReadonlySet<string> = new Set<keyof Conversation>([
  ...([
    '_id',
    'answer_epoch',
    'answer_leased_until',
    'send_epoch',
    'send_leased_until',
    'send_seq',
    'revision',
  ] as const),
  ...(['unread', 'search_terms'] as const), // derived below
]);

/**
 * The update that writes a conversation back, but for its claims and the send sequence.
 * @param before as it is in the store: what is the same is left out
 * @internal
 */
export function writtenBack(conversation: Conversation, before?: Conversation) {
  const $set: Record<string, unknown> = derivedFrom(conversation, before);
  for (const [name, value] of Object.entries(conversation)) {
    if (value === undefined || movedElsewhere.has(name)) continue;
    if (!isDeepStrictEqual(value, before?.[name as keyof Conversation])) $set[name] = value;
  }
  const unset = clearable.filter((name) => conversation[name] === undefined && (!before || before[name] !== undefined));
  return {
    $set,
    $inc: { revision: 1 },
    ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, ''])) as Record<string, ''> } : {}),
  };
}

type DerivedFrom = 'participant_name' | 'participant_username' | 'last_message' | 'unread_count' | 'unread' | 'blocked';

/** What follows from other fields, where they changed; kept beside them for the indexes' sake. */
function derivedFrom(
  conversation: Pick<ConversationRecord, DerivedFrom>,
  before?: Pick<ConversationRecord, DerivedFrom>,
): Partial<Pick<ConversationRecord, 'unread' | 'search_terms'>> {
  const { participant_name: name, participant_username: username, last_message: last } = conversation;
  const unread = placeOf(conversation.unread_count > 0, conversation.blocked);
  const saysTheSame =
    before?.last_message === last && before?.participant_name === name && before?.participant_username === username;
  return {
    ...(before?.unread === unread ? {} : { unread }),
    ...(before && saysTheSame ? {} : { search_terms: searchTermsOf(name, username, last) }),
  };
}

/** @internal */
export function plain(record: ConversationRecord | null): Conversation | null {
  return record && { ...record, _id: String(record._id) };
}

function withoutUndefined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

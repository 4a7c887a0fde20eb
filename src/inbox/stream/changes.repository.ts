import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection, mongo, Types } from 'mongoose';
import type { ActionRecord, SuggestionRecord } from '../../agent/index.js';
import type { ConversationRecord } from '../../conversations/index.js';
import { keyOnly, type DmRecord } from '../../dms/index.js';
import { UnavailableError } from '../../errors/index.js';
import type { NoteRecord } from '../notes/note.schema.js';

/** A change as the store tells it. `fullDocument` is missing when it was removed since. */
export type StoreChange = {
  operationType: 'insert' | 'replace' | 'update';
  /** Its own position. A reader's may lie behind it already. */
  _id: { _data: string };
  documentKey: { _id: Types.ObjectId };
} & (
  | { ns: { coll: 'instagram_dms' }; fullDocument?: DmRecord }
  | { ns: { coll: 'inbox_conversations' }; fullDocument?: ConversationRecord }
  | { ns: { coll: 'agent_actions' }; fullDocument?: ActionRecord }
  | { ns: { coll: 'agent_suggestions' }; fullDocument?: SuggestionRecord }
  | { ns: { coll: 'inbox_notes' }; fullDocument?: NoteRecord }
  | { ns: { coll: 'dm_tombstones' }; fullDocument?: { platform_account_id: string; message_id: string } }
);

/** Reads changes one after the other. */
export interface ChangeReader {
  /** The next change, or `null` when there is none for now. */
  next(): Promise<StoreChange | null>;
  /** Everything up to here was read; a token to read on from. Grows, and compares as text. */
  readonly position: string | undefined;
  close(): Promise<void>;
}

/** As a rule; a stream's client waits no longer for its first event. */
const waitMs = 500;

const shownOfDm = [
  'text',
  'attachments',
  'status',
  'error',
  'read',
  'read_at',
  'is_deleted',
  'message_id',
  'held_reason',
  ...[
    'delivered_at',
    'agent_state',
    'placeholder',
    'unsent',
    'edits',
    'reactions',
    'reply_to',
    'direction',
    'source',
    'timestamp',
  ],
];
const shownOfConversation = [
  ...[
    'participant_name',
    'participant_username',
    'participant_avatar',
    'external_id',
    'archived',
    'unread_count',
    'blocked',
  ],
  ...['last_message', 'last_message_at', 'last_inbound_at', 'agent_paused_until', 'agent_paused_reason'],
  ...['assignee_id', 'labels', 'snoozed_until', 'done_at', 'waiting_since', 'handed_over'],
];

/** Large, and nobody's to see. */
const shownNowhere = ['raw', 'delivery_ids', 'graph_result', 'send_answer', 'search_terms'];

/** Leases, epochs and the agent's notes change all the time and show nowhere. */
const pipeline = [
  {
    $match: {
      $or: [
        { 'ns.coll': 'instagram_dms', operationType: { $in: ['insert', 'replace'] } },
        { 'ns.coll': 'instagram_dms', operationType: 'update', $or: touches(shownOfDm) },
        { 'ns.coll': 'inbox_conversations', operationType: { $in: ['insert', 'replace'] } },
        { 'ns.coll': 'inbox_conversations', operationType: 'update', $or: touches(shownOfConversation) },
        { 'ns.coll': 'agent_actions', operationType: 'insert' },
        { 'ns.coll': 'agent_actions', operationType: 'update', $or: touches(['state']) },
        { 'ns.coll': 'agent_suggestions', operationType: 'insert' },
        { 'ns.coll': 'agent_suggestions', operationType: 'update', $or: touches(['state']) },
        { 'ns.coll': 'inbox_notes', operationType: { $in: ['insert', 'update'] } },
        { 'ns.coll': 'dm_tombstones', operationType: 'insert', 'fullDocument.message_id': { $not: keyOnly } },
      ],
    },
  },
  {
    $project: {
      updateDescription: 0,
      ...Object.fromEntries(shownNowhere.map((field) => [`fullDocument.${field}`, 0])),
    },
  },
];

/** What is gone since it changed has no document, and nothing to show. */
const ofTenants = (tenants: readonly string[]): object => ({
  $match: { $or: [{ 'fullDocument.user_id': { $in: tenants } }, { 'ns.coll': 'dm_tombstones' }] },
});

function touches(fields: string[]): object[] {
  return [
    ...fields.map((field) => ({ [`updateDescription.updatedFields.${field}`]: { $exists: true } })),
    { 'updateDescription.removedFields': { $in: fields } },
  ];
}

/** What MongoDB tells of changes to DMs and conversations, whichever process made them. */
@Injectable()
export class ChangesRepository {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /**
   * @param after read on from this position; from now when left out. A bad or too old one shows at the first `next`
   * @param tenants whose changes alone are read; a removal does not say whose it is, and always comes
   * @param patienceMs how long MongoDB waits for a change before it says that there is none
   */
  open(after?: string, tenants?: readonly string[], patienceMs = waitMs): ChangeReader {
    const stream = this.db.watch(tenants === undefined ? pipeline : [...pipeline, ofTenants(tenants)], {
      fullDocument: 'updateLookup',
      maxAwaitTimeMS: patienceMs,
      ...(after === undefined ? {} : { resumeAfter: { _data: after } }),
    });
    return new MongoChangeReader(stream);
  }

  /** The position that everything which happens from now on comes after. */
  async now(): Promise<string> {
    const reader = this.open(undefined, [], 1);
    try {
      while (reader.position === undefined) await reader.next();
      return reader.position;
    } finally {
      await reader.close();
    }
  }

  /** A change of a document, with the document as it is now; without one when it is gone. */
  async latest(
    coll: StoreChange['ns']['coll'],
    _id: Types.ObjectId,
    operationType: StoreChange['operationType'],
  ): Promise<StoreChange> {
    const projection = Object.fromEntries(shownNowhere.map((field) => [field, 0]));
    const fullDocument = await this.db.collection(coll).findOne({ _id }, { projection });
    return { operationType, ns: { coll }, documentKey: { _id }, ...(fullDocument ? { fullDocument } : {}) } as never;
  }

  private get db(): mongo.Db {
    const { db } = this.connection;
    if (!db) throw new UnavailableError('The store is not reachable right now.');
    return db;
  }
}

/** There are no more changes to be had from this stream. */
class ChangesEndedError extends Error {
  override readonly name = 'ChangesEndedError';
}

class MongoChangeReader implements ChangeReader {
  constructor(private readonly stream: mongo.ChangeStream) {}

  /** @throws {ChangesEndedError} MongoDB ended the stream, as it does when a database is dropped or restored */
  async next(): Promise<StoreChange | null> {
    const change = (await this.stream.tryNext()) as StoreChange | null;
    // The driver answers "nothing for now" at once and for ever.
    if (change === null && this.stream.closed) throw new ChangesEndedError('the stream of changes has ended');
    return change;
  }

  get position(): string | undefined {
    return (this.stream.resumeToken as { _data?: string } | null | undefined)?._data;
  }

  async close(): Promise<void> {
    await this.stream.close();
  }
}

/**
 * Whether a text may be a position: MongoDB's tokens say their time first. Another process may have read further than
 * this one, but not by an hour.
 * @param latest one that is
 */
export function mayBePosition(text: string, latest: string | undefined): boolean {
  const at = secondsOf(text);
  return at !== undefined && at <= (secondsOf(latest ?? '') ?? Infinity) + 3_600;
}

/** When MongoDB wrote what stands at a position, in Unix seconds. */
export function secondsOf(position: string): number | undefined {
  const hex = /^82([0-9A-F]{8})[0-9A-F]{8,990}$/.exec(position)?.[1];
  return hex === undefined ? undefined : parseInt(hex, 16);
}

/** Whether MongoDB can't read on from a position: it is too old, or was never one of its own. */
export function isPositionLost(error: unknown): boolean {
  if (error instanceof ChangesEndedError) return true;
  const { code, name } = error as { code?: unknown; name?: unknown };
  return name === 'MongoServerError' && [2, 9, 260, 280, 286].includes(code as number);
}

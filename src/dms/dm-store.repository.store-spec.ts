import { randomUUID } from 'node:crypto';
import mongoose, { type ClientSession, type Connection } from 'mongoose';
import { SystemClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { systemScope, tenantScope } from '../auth/index.js';
import {
  CONVERSATION,
  ConversationsRepository,
  emptyConversation,
  type Conversation,
  type ConversationRecord,
} from '../conversations/index.js';
import { TransactionsService } from '../database/index.js';
import { ConflictError, NotFoundError } from '../errors/index.js';
import { applyToConversation } from './dm-change.js';
import { DM, DmStoreRepository, TOMBSTONE } from './dm-store.repository.js';
import { DmSchema, type DmRecord } from './dm.schema.js';
import { TombstoneSchema, type TombstoneRecord } from './tombstone.schema.js';

const services = useServices();
const clock = new SystemClock();
let connection: Connection;
let transactions: TransactionsService;
let conversations: ConversationsRepository;
let store: DmStoreRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
  transactions = new TransactionsService(connection, { end: () => Promise.resolve() } as never);
  conversations = new ConversationsRepository(
    connection.model<ConversationRecord>(CONVERSATION, new mongoose.Schema({}, { collection: 'inbox_conversations' })),
    clock,
  );
  store = new DmStoreRepository(
    connection.model<DmRecord>(DM, DmSchema),
    connection.model<TombstoneRecord>(TOMBSTONE, TombstoneSchema),
    conversations,
    transactions,
    clock,
  );
  // While a collection or an index is being made, no snapshot of it can be read.
  await Promise.all(Object.values(connection.models).map((model) => model.init()));
});

afterAll(() => connection?.close());
afterEach(() => jest.restoreAllMocks());

/** The next transaction's first snapshot is taken before `happens`, as if it lagged behind what was read already. */
function snapshotFromBefore(happens: () => Promise<void>): void {
  const run = transactions.run.bind(transactions);
  let isLate = true;
  const late = async (session: ClientSession): Promise<void> => {
    if (!isLate) return;
    isLate = false;
    await connection.collection('instagram_dms').findOne({}, { session });
    await happens();
  };
  jest
    .spyOn(transactions, 'run')
    .mockImplementationOnce((work, options) =>
      run(async (session) => late(session).then(() => work(session)), options),
    );
}

function newDm(fields: Partial<DmRecord> = {}): { dm: DmRecord; conversation: Conversation } {
  const now = clock.date();
  const conversation = emptyConversation({ _id: 'acc', channel: 'instagram', user_id: 'tenant' }, randomUUID(), now);
  const dm: DmRecord = {
    ...{ _id: new mongoose.Types.ObjectId(), platform_account_id: 'acc', ig_id: '1', user_id: 'tenant' },
    ...{ conversation_id: conversation._id, sender_id: conversation.participant_id, recipient_id: '1' },
    ...{ message_id: randomUUID(), kind: 'message', text: 'Hello', attachments: [], timestamp: now.getTime() },
    ...{ is_echo: false, direction: 'inbound', read: false, manual_dm: false, source: 'webhook', reactions: [] },
    ...{ edits: [], is_deleted: false, unsent: false, delivery_ids: [], created_at: now, updated_at: now },
    ...fields,
  };
  return { dm, conversation };
}

async function insert({ dm, conversation }: ReturnType<typeof newDm>): Promise<void> {
  applyToConversation(conversation, undefined, dm);
  await transactions.run(async (session) => {
    await store.write(session, [{ after: dm }]);
    await conversations.saveAll(session, [conversation]);
  });
}

const stored = (dm: DmRecord) => connection.collection('instagram_dms').findOne({ _id: dm._id });

it('removes a DM that a list has shown although the snapshot of its transaction lacks it still', async () => {
  const one = newDm();
  snapshotFromBefore(() => insert(one));

  await expect(store.hardDelete(systemScope, one.dm._id.toHexString())).resolves.toMatchObject({ text: 'Hello' });

  expect(await stored(one.dm)).toBeNull();
  const tombstones = connection.collection('dm_tombstones');
  expect(await tombstones.countDocuments({ message_id: one.dm.message_id })).toBe(1);
});

it('finds no DM that nobody can see, nor another tenant’s', async () => {
  const one = newDm();
  await insert(one);
  const id = one.dm._id.toHexString();

  await expect(store.softDelete(systemScope, 'f'.repeat(24))).resolves.toBeNull();
  await expect(store.softDelete(tenantScope('stranger'), id)).resolves.toBeNull();
});

it('refuses nothing for a state that is over', async () => {
  const one = newDm({ placeholder: true });
  await insert(one);
  const later = new Date(Date.now() + 1_000);
  snapshotFromBefore(async () => {
    const arrived = { $unset: { placeholder: '' }, $set: { updated_at: later } };
    await connection.collection('instagram_dms').updateOne({ _id: one.dm._id }, arrived);
  });

  const read = store.changeOne(systemScope, one.dm._id.toHexString(), (dm) => {
    if (dm.placeholder) throw new NotFoundError('There is no such DM.');
    return { ...dm, read: true };
  });

  await expect(read).resolves.toMatchObject({ read: true });
});

it('refuses what the latest state does not allow', async () => {
  const one = newDm();
  await insert(one);

  const refused = store.changeOne(systemScope, one.dm._id.toHexString(), () => {
    throw new ConflictError('Not now.');
  });

  await expect(refused).rejects.toThrow(ConflictError);
});

it('marks a conversation read whose unread message the snapshot of its transaction lacks still', async () => {
  const { dm, conversation } = newDm();
  await transactions.run((session) => conversations.saveAll(session, [conversation]));
  snapshotFromBefore(() => insert({ dm, conversation }));

  await expect(store.markConversationRead(systemScope, conversation._id)).resolves.toBe(dm.message_id);

  expect(await stored(dm)).toMatchObject({ read: true });
  expect(await conversations.getById(conversation._id)).toMatchObject({ unread_count: 0 });
});

it('marks a long conversation read by reading what is unread alone', async () => {
  const { dm, conversation } = newDm();
  await insert({ dm, conversation });
  const long = {
    conversation_id: conversation._id,
    direction: 'inbound',
    is_deleted: false,
    platform_account_id: 'acc',
  };
  await connection
    .collection('instagram_dms')
    .insertMany(
      Array.from({ length: 200 }, (_, n) => ({ ...long, read: true, message_id: randomUUID(), timestamp: n })),
    );

  const explained = await store.explainUnread(conversation._id);

  expect(explained).toMatchObject({ executionStats: { nReturned: 1, totalDocsExamined: 1 } });
});

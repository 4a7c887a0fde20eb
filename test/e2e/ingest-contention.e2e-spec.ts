import mongoose from 'mongoose';
import { ConversationClaimsRepository, conversationIdOf } from '../../src/conversations/index.js';
import { appName } from '../../src/database/abandoned-transactions.service.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const services = useServices();
const people = 60;
const messagesEach = 4;

let testApp: TestApp;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;
let conversationIds: string[];

const dms = () => client.db(services.databaseName).collection('instagram_dms');

const openDeliveries = () =>
  client.db(services.databaseName).collection('webhook_deliveries').find({ state: 'received' }).toArray();

/** How long MongoDB leaves the transaction of a client open that says nothing any more. */
const keepOpenFor = (seconds: number) =>
  client.db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds });

beforeAll(async () => {
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  await keepOpenFor(60);
  testApp = await startTestApp({ services, env: { LOG_LEVEL: 'silent' } });
  const accountId = await testApp.connect('tenant-1', { enabled: false });
  const { sandbox } = testApp;
  for (let n = 0; n < people; n++) sandbox.createCustomer({ username: `person${n}` });
  conversationIds = sandbox.customers.slice(-people).map((customer) => conversationIdOf(accountId, customer.idFor()));
  say(1);
  await eventually(async () => expect(await dms().countDocuments()).toBe(people));
});

afterAll(async () => {
  await testApp?.stop();
  await keepOpenFor(10);
  await client?.close();
});

/** Everybody writes so many messages, all in one delivery. */
function say(each: number): void {
  const { webhooks, customers } = testApp.sandbox;
  webhooks.configure({ batchSize: people * each, batchWaitMs: 5_000 });
  for (let n = 0; n < each; n++) for (const customer of customers.slice(-people)) customer.sendText(`message ${n}`);
}

/** What a busy agent and sender do to conversations: short claims, one after the other, without a pause. */
function keepClaiming(): () => Promise<void> {
  const claims = testApp.get(ConversationClaimsRepository);
  let open = true;
  const claimAll = async (from: number): Promise<void> => {
    for (let n = from; open; n++) {
      const id = conversationIds[n % people] as string;
      const claim = await claims.claimSends(id, 1_000);
      if (claim) await claims.release('send', id, claim);
    }
  };
  const claiming = Promise.all(Array.from({ length: 8 }, (_, n) => claimAll(n * 7)));
  return async () => {
    open = false;
    await claiming;
  };
}

describe('a large delivery', () => {
  it('is stored though its conversations are claimed and released all the time', async () => {
    const stop = keepClaiming();
    try {
      say(messagesEach);
      await eventually(async () => expect(await dms().countDocuments()).toBe(people * (messagesEach + 1)), 15_000);
    } finally {
      await stop();
    }
  }, 30_000);

  it('is stored but for the conversation that a killed process has left locked, and that follows', async () => {
    const before = await dms().countDocuments();
    const session = client.startSession();
    session.startTransaction();
    const locked = { _id: new mongoose.Types.ObjectId(conversationIds[0]) };
    const conversations = client.db(services.databaseName).collection('inbox_conversations');
    await conversations.updateOne(locked, { $set: { revision: -1 } }, { session });

    say(1);

    await eventually(async () => expect(await dms().countDocuments()).toBe(before + people - 1), 15_000);
    // A delivery that has nothing to do with the locked one is not made to wait with it.
    const free = testApp.sandbox.customers.at(-1);
    testApp.sandbox.webhooks.configure({ batchSize: 1 });
    free?.sendText('not about that one');
    await eventually(async () => expect(await openDeliveries()).toHaveLength(1), 15_000);
    await session.abortTransaction();
    await session.endSession();
    await eventually(async () => expect(await dms().countDocuments()).toBe(before + people + 1), 15_000);
    await eventually(async () => expect(await openDeliveries()).toHaveLength(0), 15_000);
  }, 60_000);

  it('ends what a killed process of ours has left open, long before MongoDB would', async () => {
    const before = await dms().countDocuments();
    const ours = await mongoose.mongo.MongoClient.connect(services.databaseUrl, { appName });
    const session = ours.startSession();
    session.startTransaction();
    const conversations = ours.db(services.databaseName).collection('inbox_conversations');
    await conversations.updateMany({}, { $set: { revision: -1 } }, { session });

    say(1);

    await eventually(async () => expect(await dms().countDocuments()).toBe(before + people), 15_000);
    await expect(session.commitTransaction()).rejects.toThrow();
    await session.endSession();
    await ours.close();
  }, 30_000);

  it('does not make whoever wants to work on a locked conversation wait for it', async () => {
    const session = client.startSession();
    session.startTransaction();
    const [id] = conversationIds as [string];
    const conversations = client.db(services.databaseName).collection('inbox_conversations');
    await conversations.updateOne({ _id: new mongoose.Types.ObjectId(id) }, { $set: { revision: -1 } }, { session });

    expect(await testApp.get(ConversationClaimsRepository).claimAnswer(id, 1_000)).toBeNull();

    await session.abortTransaction();
    await session.endSession();
  }, 8_000);
});

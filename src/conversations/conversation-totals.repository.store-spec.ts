import { randomUUID } from 'node:crypto';
import mongoose, { type Connection, type Model, type Types } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { eventually } from '../../test/support/eventually.js';
import { useServices } from '../../test/support/services.js';
import { ConversationTotalsRepository } from './conversation-totals.repository.js';
import { CONVERSATION, ConversationSchema, type ConversationRecord } from './conversation.schema.js';

const services = useServices();
let connection: Connection;
let model: Model<ConversationRecord>;
let totals: ConversationTotalsRepository;
let clock: MovableClock;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.databaseName }).asPromise();
  model = connection.model<ConversationRecord>(CONVERSATION, ConversationSchema);
  await model.createIndexes();
});
afterAll(() => connection?.close());
afterEach(() => jest.restoreAllMocks());
beforeEach(() => {
  clock = new MovableClock();
  totals = new ConversationTotalsRepository(model, clock);
});

async function newConversation(userId: string, changedMsAgo = 60_000): Promise<Types.ObjectId> {
  const at = new Date(clock.now() - changedMsAgo);
  const who = { platform_account_id: `account of ${userId}`, participant_id: randomUUID(), user_id: userId };
  const counts = { inbound_unread: 1, inbound_read: 2, outbound_unread: 0, outbound_read: 3 };
  const { _id } = await model.create({ ...who, platform: 'instagram', counts, created_at: at });
  await model.collection.updateOne({ _id }, { $set: { updated_at: at } });
  return _id;
}

const change = (id: Types.ObjectId): Promise<unknown> =>
  model.collection.updateOne({ _id: id }, { $set: { updated_at: clock.date() } });

/** A number that grows whenever it is worked out anew. */
function counting(filter: { user_id: string } | { platform_account_id: string } | Record<never, never>) {
  let times = 0;
  return () => totals.whileUnchanged(JSON.stringify(filter), filter, () => Promise.resolve(++times));
}

describe('what was computed of conversations', () => {
  it('is kept while none of them changes, however busy others are', async () => {
    const [mine, theirs] = [randomUUID(), randomUUID()];
    await newConversation(mine);
    const others = await newConversation(theirs);
    const total = counting({ user_id: mine });

    expect(await total()).toBe(1);
    await change(others);
    expect(await total()).toBe(1);
  });

  it.each([
    ['of a tenant', (user: string) => ({ user_id: user })],
    ['of an account', (user: string) => ({ platform_account_id: `account of ${user}` })],
    ['of all', () => ({})],
  ])('%s is computed anew once one of them has changed', async (_whose, filterOf) => {
    const user = randomUUID();
    const id = await newConversation(user);
    const total = counting(filterOf(user));

    const first = await total();
    clock.advance(500);
    await change(id);
    expect(await total()).toBe(first + 1);
    clock.advance(100);
    expect(await total()).toBe(first + 2); // the last one may have missed a brother of that change
    expect(await total()).toBe(first + 2);
  });

  it('is kept when its latest change has grown too old to be looked for', async () => {
    const user = randomUUID();
    await newConversation(user, 2_000);
    const total = counting({ user_id: user });

    expect(await total()).toBe(1);
    clock.advance(1_500);
    expect(await total()).toBe(1);
  });

  it('is computed anew when the conversation that changed last has gone', async () => {
    const user = randomUUID();
    const id = await newConversation(user, 1_000);
    const total = counting({ user_id: user });

    expect(await total()).toBe(1);
    await model.collection.deleteOne({ _id: id });
    expect(await total()).toBe(2);
  });

  it('is shown ten times as long as it took where that is long, and computed by one for all who ask', async () => {
    const user = randomUUID();
    const id = await newConversation(user);
    let [at, times] = [0, 0];
    jest.spyOn(performance, 'now').mockImplementation(() => at);
    let end = (): void => undefined;
    const total = () =>
      totals.whileUnchanged(user, { user_id: user }, async () => {
        times += 1;
        await new Promise<void>((resolve) => (end = resolve));
        return times;
      });

    const first = total();
    await eventually(() => expect(times).toBe(1));
    at = 3_000;
    const second = total();
    end();
    expect(await Promise.all([first, second])).toEqual([1, 1]);

    await change(id);
    at = 3_000 + 29_000;
    expect(await total()).toBe(1);
    at = 3_000 + 31_000;
    const anew = total();
    await eventually(() => expect(times).toBe(2));
    end();
    expect(await anew).toBe(2);
  });

  it('sums DMs up over an account, a tenant, and a few conversations', async () => {
    const user = randomUUID();
    const ids = [await newConversation(user), await newConversation(user)];
    const sums = { inbound_unread: 2, inbound_read: 4, outbound_unread: 0, outbound_read: 6 };

    expect(await totals.of({ user_id: user })).toMatchObject(sums);
    expect(await totals.of({ platform_account_id: `account of ${user}` })).toMatchObject(sums);
    expect(await totals.of({ ids: ids.map(String) })).toMatchObject(sums);
  });
});

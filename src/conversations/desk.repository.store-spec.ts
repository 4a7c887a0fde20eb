import mongoose, { type Connection, type Model } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { CONVERSATION, ConversationSchema, type ConversationRecord } from './conversation.schema.js';
import { ConversationsRepository, type Conversation } from './conversations.repository.js';
import { DeskRepository } from './desk.repository.js';
import { WaitingRepository } from './waiting.repository.js';

const services = useServices();
const clock = new MovableClock();
let connection: Connection;
let model: Model<ConversationRecord>;
let conversations: ConversationsRepository;
let desk: DeskRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.databaseName }).asPromise();
  model = connection.model<ConversationRecord>(CONVERSATION, ConversationSchema);
  conversations = new ConversationsRepository(model, clock);
  desk = new DeskRepository(model, clock);
});
afterAll(() => connection?.close());

it('notes who has waited since before that was noted, and nobody who was answered or can’t be any more', async () => {
  const hoursAgo = (hours: number) => new Date(clock.now() - hours * 3_600_000);
  const said = { user_id: 'older version', archived: false, unread_count: 0, platform: 'instagram' };
  const inserted = await model.collection.insertMany([
    { ...said, last_message_direction: 'inbound', last_message_at: hoursAgo(3) },
    { ...said, last_message_direction: 'outbound', last_message_at: hoursAgo(3) },
    { ...said, last_message_direction: 'inbound', last_message_at: hoursAgo(24 * 8) },
    { ...said, last_message_direction: 'inbound', last_message_at: hoursAgo(3), last_answer_at: hoursAgo(3) },
  ] as never[]);
  const waiting = new WaitingRepository(model, clock);

  for (let after = await waiting.noteSome(undefined); after; after = await waiting.noteSome(after));

  const found = await model.collection.find({ user_id: 'older version', waiting_since: { $ne: null } }).toArray();
  expect(found).toEqual([expect.objectContaining({ _id: inserted.insertedIds[0], waiting_since: hoursAgo(3) })]);
});

it('ends what was put off until now, a batch at a time', async () => {
  const until = (ms: number) => ({ user_id: 'sleeper', snoozed_until: new Date(clock.now() + ms) });
  await model.collection.insertMany([until(-2), until(-1), until(60_000)] as never[]);

  expect(await desk.wakeSome(1)).toBe(1);
  expect(await desk.wakeSome(10)).toBe(1);
  const asleep = await model.collection.find({ user_id: 'sleeper', snoozed_until: { $ne: null } }).toArray();
  expect(asleep).toHaveLength(1);
});

it('lets a customer wait again whose answer was not sent after all, unless another one was', async () => {
  const [asked, answered] = [new Date(1_000), new Date(2_000)];
  const saved = async (fields: Partial<Conversation>) => {
    const _id = new mongoose.Types.ObjectId();
    await model.collection.insertOne({ _id, last_asked_at: asked, ...fields } as never);
    return String(_id);
  };
  const [once, twice] = [await saved({ last_answer_at: answered }), await saved({ last_answer_at: new Date(3_000) })];

  for (const id of [once, twice]) await desk.waitsAgain(id, answered);
  expect((await conversations.getById(once))?.waiting_since).toEqual(asked);
  expect((await conversations.getById(twice))?.waiting_since).toBeUndefined();
  await desk.isAnswered(once, answered);
  expect((await conversations.getById(once))?.waiting_since).toBeUndefined();
});

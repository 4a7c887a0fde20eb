import { randomUUID } from 'node:crypto';
import mongoose, { type Connection, type Model } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { ConversationsRepository, writtenBack, type Conversation } from './conversations.repository.js';
import { CONVERSATION, ConversationSchema, emptyConversation, type ConversationRecord } from './conversation.schema.js';

const services = useServices();
const clock = new MovableClock();
let connection: Connection;
let model: Model<ConversationRecord>;
let conversations: ConversationsRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { autoIndex: false }).asPromise();
  model = connection.model<ConversationRecord>(CONVERSATION, ConversationSchema);
  conversations = new ConversationsRepository(model, clock);
});
afterAll(() => connection?.close());

const spoken = (fields: Partial<Conversation> = {}): Conversation => ({
  ...emptyConversation({ _id: 'acc', channel: 'instagram', user_id: 'tenant' }, randomUUID(), clock.date()),
  ...{ participant_name: 'Mara', last_message: 'Hello', last_message_at: clock.date(), unread: false },
  ...fields,
});

describe('what is written of a conversation', () => {
  it('is all of it but claims and the send sequence where nobody says how it was', () => {
    const { $set, $unset } = writtenBack(spoken());

    expect($set).toMatchObject({
      participant_name: 'Mara',
      unread: false,
      search_terms: ['mara', 'hello'],
      counts: {},
    });
    for (const name of ['_id', 'answer_epoch', 'send_epoch', 'send_seq', 'revision'])
      expect($set).not.toHaveProperty(name);
    expect($unset).toHaveProperty('agent_paused_until', '');
  });

  it('is what has changed where it is known how it was, with what follows from it', () => {
    const before = spoken({ agent_paused_until: new Date(), agent_paused_reason: 'operator' });
    const after = {
      ...before,
      counts: { ...before.counts, inbound_unread: 1 },
      unread_count: 1,
      last_message: 'Salut',
    };
    after.agent_paused_until = after.agent_paused_reason = undefined;

    expect(writtenBack(after, before)).toEqual({
      $set: {
        ...{ counts: after.counts, unread_count: 1, unread: true },
        ...{ last_message: 'Salut', search_terms: ['mara', 'salut'] },
      },
      $inc: { revision: 1 },
      $unset: { agent_paused_until: '', agent_paused_reason: '' },
    });
  });

  it('is the revision alone where nothing has changed, however often the same is said', () => {
    const before = spoken();
    const after = { ...before, last_message_at: new Date(before.last_message_at ?? 0), counts: { ...before.counts } };

    expect(writtenBack(after, before)).toEqual({ $set: {}, $inc: { revision: 1 } });
  });
});

it('finds a person by the name that was looked up and by what they wrote meanwhile', async () => {
  const conversation = spoken();
  const _id = new mongoose.Types.ObjectId(conversation._id);
  await connection.collection('inbox_conversations').insertOne({ ...conversation, _id });
  const findOne = model.collection.findOne.bind(model.collection);
  jest.spyOn(model.collection, 'findOne').mockImplementationOnce(async (filter: object) => {
    const known = await findOne(filter);
    const words = { last_message: 'Reykjavik', search_terms: ['mara', 'reykjavik'] };
    await model.collection.updateOne({ _id }, { $set: words });
    return known;
  });

  await conversations.saveProfile(conversation._id, { name: 'Zoë', username: 'zoe.b' });

  const saved = await model.collection.findOne<ConversationRecord>({ _id });
  expect(saved).toMatchObject({ participant_name: 'Zoë', participant_username: 'zoe.b', revision: 1 });
  expect(saved?.search_terms).toEqual(['zoe', 'b', 'reykjavik']);
});

import type { SandboxCustomer } from '#libs/sandbox';
import { MovableClock } from '#libs/clock';
import mongoose from 'mongoose';
import { conversationIdOf } from '../../src/conversations/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
let app: TestApp;
let accountId: string;
let people = 0;

const found = async (q: string): Promise<string[]> => {
  const { body } = await (await app.call()).get('/inbox/conversations').query({ q, limit: 100 }).expect(200);
  return body.conversations.map(({ id }: { id: string }) => id);
};
const idOf = (customer: SandboxCustomer): string => conversationIdOf(accountId, customer.idFor(app.sandbox.account));
const wrote = async (text: string, name = `Guest ${++people}`): Promise<string> => {
  const customer = app.sandbox.createCustomer({ username: `guest.${++people}`, name });
  customer.sendText(text);
  const path = `/inbox/conversations/${idOf(customer)}`;
  const shown = [...text].slice(0, 200).join('');
  await eventually(async () => {
    const { body } = await (await app.call()).get(path).expect(200);
    expect(body.data).toMatchObject({ last_message: shown, participant_name: name });
  });
  return idOf(customer);
};

beforeAll(async () => {
  app = await startTestApp({ services });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterAll(() => app?.stop());

it.each([
  ['Łukasz Sørensen', 'Straße oder Æble og Þór?', ['lukasz', 'sorensen', 'STRASSE', 'aeble thor', 'łukasz', 'straße']],
  ['Đorđe Işık', 'Guðrún says hi', ['dorde', 'isik', 'gudrun', 'Đorđ']],
  ['王小明', '明天可以预约吗', ['王', '小明', '预约', '可以预约']],
  ['สมชาย', 'ร้านเปิดกี่โมง', ['สมชาย', 'เปิด', 'โมง']],
])('finds %s and what they wrote: %s', async (name, text, searches) => {
  const id = await wrote(text, name);
  for (const q of searches) expect([q, await found(q)]).toEqual([q, [id]]);
  expect(await found(`${searches[0]} nonsense`)).toEqual([]);
});

it('finds a word at the end of the longest message, and shows its beginning', async () => {
  const words = Array.from({ length: 140 }, (_, n) => `word${n}`).join(' ');
  const id = await wrote(`${words.slice(0, 985)} zanzibar`);

  expect(await found('zanzibar')).toEqual([id]);
  expect(await found('word90')).toEqual([id]);
});

it.each(['a', '7', 'a b', 'é'])('refuses %s: one letter begins a word of nearly every conversation', async (q) => {
  const { body } = await (await app.call()).get('/inbox/conversations').query({ q }).expect(400);
  expect(body.details).toEqual([{ field: 'q', expected: expect.stringContaining('two letters') }]);
});

it('takes a single letter beside a word', async () => {
  const id = await wrote('hello', 'Quentin Zimmer');
  expect(await found('quentin z')).toEqual([id]);
});

it('renews what an earlier version has stored', async () => {
  const id = await wrote('Łódź jest piękna');
  const client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  const db = client.db(services.databaseName);
  const _id = new mongoose.Types.ObjectId(id);
  await db.collection('inbox_conversations').updateOne({ _id }, { $set: { search_terms: ['łodz', 'jest', 'piekna'] } });
  await db.collection('walks').deleteMany({ _id: /^search-terms/ as never });
  expect(await found('lodz')).toEqual([]);

  const next = await startTestApp({ services, clock: new MovableClock(Date.now() + 60_000) });

  await eventually(async () => expect(await found('lodz')).toEqual([id]));
  await next.stop();
  await client.close();
});

import { randomInt } from 'node:crypto';
import { MovableClock } from '#libs/clock';
import type { SandboxCustomer } from '#libs/sandbox';
import mongoose from 'mongoose';
import { conversationIdOf } from '../../src/conversations/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
let app: TestApp;
let accountId: string;
let client: mongoose.mongo.MongoClient;
let people = 0;

const db = () => client.db(services.databaseName);
const newCustomer = (): SandboxCustomer => {
  const n = ++people;
  return app.sandbox.createCustomer({ username: `guest.${n}`, name: `Guest ${n}` });
};
const personOf = (customer: SandboxCustomer): string => customer.idFor(app.sandbox.account);
const idOf = (customer: SandboxCustomer): string => conversationIdOf(accountId, personOf(customer));
const stored = (customer: SandboxCustomer) =>
  db()
    .collection('inbox_conversations')
    .findOne({ _id: new mongoose.Types.ObjectId(idOf(customer)) });
const block = async (person: string) =>
  (await app.call()).post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);
const unblock = async (person: string) => (await app.call()).delete(`/inbox/blocklist/${person}`).expect(200);
const listed = async (query: object = {}, as: typeof tenant = tenant): Promise<string[]> => {
  const { body } = await (
    await app.call(as)
  )
    .get('/inbox/conversations')
    .query({ limit: 100, ...query })
    .expect(200);
  const ids = body.conversations.map(({ id }: { id: string }) => id);
  expect(body.total).toBe(ids.length);
  return ids;
};

beforeAll(async () => {
  app = await startTestApp({ services });
  accountId = await app.connect(undefined, { enabled: false });
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
}, 60_000);
afterAll(async () => {
  await client?.close();
  await app?.stop();
});

it('hides the conversation of somebody who was blocked before they ever wrote, until they are unblocked', async () => {
  const customer = newCustomer();
  await block(personOf(customer));
  customer.sendText('Buy followers!');
  await eventually(async () => expect(await stored(customer)).toMatchObject({ unread_count: 1 }));

  expect(await listed()).not.toContain(idOf(customer));
  expect(await listed({ blocklisted: true, unread: true })).toContain(idOf(customer));
  expect(await listed({ blocklisted: true, unread: false })).not.toContain(idOf(customer));
  await unblock(personOf(customer));
  expect(await listed({ unread: true })).toContain(idOf(customer));
  expect(await listed({ blocklisted: true })).not.toContain(idOf(customer));
});

it('keeps a conversation apart through reading, archiving and what is written in it', async () => {
  const customer = newCustomer();
  customer.sendText('one');
  await eventually(async () => expect(await stored(customer)).toMatchObject({ unread_count: 1 }));
  await block(personOf(customer));
  const call = await app.call();
  await call
    .patch(`/inbox/conversations/${idOf(customer)}`)
    .send({ read: true, archived: true })
    .expect(200);
  expect(await listed({ archived: true })).not.toContain(idOf(customer));
  expect(await listed({ archived: true, blocklisted: true, unread: false })).toContain(idOf(customer));

  customer.sendText('two');
  await eventually(async () => expect(await stored(customer)).toMatchObject({ last_message: 'two' }));
  for (const as of [tenant, admin]) expect(await listed({}, as)).not.toContain(idOf(customer));
  expect(await listed({ q: 'two' })).not.toContain(idOf(customer));
  expect(await listed({ q: 'two', blocklisted: true })).toContain(idOf(customer));
  await unblock(personOf(customer));
  expect(await listed({ unread: true, platform_account_id: accountId })).toContain(idOf(customer));
});

it('comes out right however blocking, unblocking and the first message cross', async () => {
  const scenes = Array.from({ length: 12 }, () => ({ customer: newCustomer(), ends: randomInt(2) === 1 }));
  await Promise.all(
    scenes.map(async ({ customer, ends }) => {
      if (!ends) await block(personOf(customer));
      customer.sendText('hello');
      await (ends ? block : unblock)(personOf(customer));
    }),
  );
  await eventually(async () => {
    for (const { customer } of scenes) expect(await stored(customer)).toMatchObject({ unread_count: 1 });
    const shown = await listed();
    const hidden = await listed({ blocklisted: true });
    for (const { customer, ends } of scenes) {
      expect(shown.includes(idOf(customer))).toBe(!ends);
      expect(hidden.includes(idOf(customer))).toBe(ends);
    }
  });
});

it('marks what was blocked before conversations said so, and mends what a crash left behind', async () => {
  const [old, left] = [newCustomer(), newCustomer()];
  for (const customer of [old, left]) {
    customer.sendText('hello');
    await eventually(async () => expect(await stored(customer)).toMatchObject({ unread_count: 1 }));
  }
  await db()
    .collection('inbox_blocklist')
    .insertOne({
      user_id: tenant.userId,
      platform: 'instagram',
      external_participant_id: personOf(old),
      created_at: new Date('2025-01-01'),
    });
  await db()
    .collection('inbox_conversations')
    .updateOne({ _id: new mongoose.Types.ObjectId(idOf(left)) }, { $set: { blocked: true, unread: 'blocked_unread' } });
  await db()
    .collection('walks')
    .deleteOne({ _id: 'block-marks' as never });
  const again = await startTestApp({ services, clock: new MovableClock(Date.now() + 120_000) });

  await eventually(async () => {
    expect(await listed()).toContain(idOf(left));
    expect(await listed({ blocklisted: true })).toContain(idOf(old));
  });
  await again.stop();
});

it('costs lists and stream nothing, however many are blocked', async () => {
  const entries = Array.from({ length: 20_000 }, (_, n) => ({
    user_id: n % 2 === 0 ? tenant.userId : `tenant-${n % 100}`,
    platform: 'instagram',
    external_participant_id: `77000000${n}`,
    created_at: new Date(),
  }));
  await db().collection('inbox_blocklist').insertMany(entries);
  await db().createCollection('system.profile', { capped: true, size: 5_000_000 });
  await db().command({ profile: 2 });
  for (const as of [tenant, admin]) for (const query of [{}, { blocklisted: true }]) await listed(query, as);
  await db().command({ profile: 0 });

  const asked = { ns: `${services.databaseName}.inbox_blocklist`, 'command.aggregate': { $exists: false } };
  const reads = await db().collection('system.profile').find(asked).toArray();
  expect(reads.filter(({ command }) => !('created_at' in (command?.['filter'] ?? {})))).toEqual([]);
});

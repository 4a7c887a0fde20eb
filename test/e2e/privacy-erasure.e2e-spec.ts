import { Redis } from 'ioredis';
import mongoose, { Types } from 'mongoose';
import { MovableClock } from '#libs/clock';
import type { SandboxCustomer } from '#libs/sandbox';
import { AccountHealthService } from '../../src/accounts/index.js';
import { systemScope } from '../../src/auth/index.js';
import { conversationIdOf, ConversationsRepository } from '../../src/conversations/index.js';
import { DmsRepository } from '../../src/dms/index.js';
import { BlocklistRepository } from '../../src/blocklist/blocklist.repository.js';
import { ErasureService } from '../../src/privacy/erasure/erasure.service.js';
import { SchedulerService } from '../../src/queue/index.js';
import { DeliveryScrubbingRepository } from '../../src/deliveries/index.js';
import { deliver, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

const services = useServices();
let app: TestApp;
let mongo: mongoose.mongo.MongoClient;
let redis: Redis;
let accountId: string;
let clock: MovableClock;

const deletionOf = async (userId: string): Promise<string> => {
  const answer = await (
    await app.call(null)
  )
    .post('/meta/data-deletion')
    .type('form')
    .send({ signed_request: app.sandbox.signedRequest(userId) })
    .expect(200);
  return (answer.body as { confirmation_code: string }).confirmation_code;
};
const appSecret = (): string | undefined => app.sandbox.env['INSTAGRAM_CLIENT_SECRET'];
const receipt = async (code: string) =>
  (await (await app.call(null)).get(`/meta/data-deletion/${code}`).set('accept', 'application/json').expect(200)).body
    .data;
const conversationOf = (customer: SandboxCustomer) =>
  app.get(ConversationsRepository).find(systemScope, conversationIdOf(accountId, customer.idFor(app.sandbox.account)));
const wrote = async (customer: SandboxCustomer, text: string): Promise<void> => {
  customer.sendText(text);
  await eventually(async () => expect(await conversationOf(customer)).toMatchObject({ last_message: text }));
};

/** Every place in MongoDB and Redis where a text stands. */
async function placesOf(text: string): Promise<string[]> {
  const db = mongo.db(services.databaseName);
  const places: string[] = [];
  for (const { name } of await db.listCollections().toArray()) {
    for await (const document of db.collection(name).find())
      if (JSON.stringify(document).includes(text)) places.push(`${name}/${String(document._id)}`);
  }
  for (const key of await redis.keys('*')) {
    if (JSON.stringify([key, await valueOf(key)]).includes(text)) places.push(`redis/${key}`);
  }
  return places;
}

async function valueOf(key: string): Promise<unknown> {
  const readers: Record<string, () => Promise<unknown>> = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, 0, -1),
    stream: () => redis.xrange(key, '-', '+'),
  };
  return readers[await redis.type(key)]?.();
}

beforeAll(async () => {
  clock = new MovableClock();
  mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  redis = new Redis(services.redisUrl);
  app = await startTestApp({ services, clock, env: { DM_RETENTION_DAYS: '90' } });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterAll(async () => {
  await app?.stop();
  await mongo.close();
  redis.disconnect();
});

it('removes everything of a person everywhere, leaves the others alone and a receipt without their id', async () => {
  const [leaving, staying] = ['leaving', 'staying'].map((username) =>
    app.sandbox.createCustomer({ username, name: `${username} person` }),
  ) as [SandboxCustomer, SandboxCustomer];
  const person = leaving.idFor(app.sandbox.account);
  for (const text of ['my address is 12 Elm Street', 'call me']) await wrote(leaving, text);
  await wrote(staying, 'I stay');
  leaving.comment('nice shop');
  const path = `/inbox/conversations/${conversationIdOf(accountId, person)}/messages`;
  await (await app.call()).post(path).send({ message: 'We will' }).expect(200);
  const block = async () =>
    (await app.call()).post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);
  await block();
  await (await app.call(admin)).delete(`/inbox/blocklist/${person}?user_id=${tenant.userId}`).expect(200);
  await block();
  await eventually(async () => expect((await (await app.call()).get('/inbox/comments')).body.data).toHaveLength(1));
  expect((await placesOf(person)).length).toBeGreaterThan(5);

  // Whatever is still on its way from Meta, an echo, was written before they asked.
  clock.advance(60_000);
  const code = await deletionOf(person);

  await eventually(async () => expect(await receipt(code)).toMatchObject({ state: 'done' }), 30_000);
  expect(await receipt(code)).toMatchObject({ removed: { dms: 3 } });
  expect(await placesOf(person)).toEqual([]);
  for (const text of ['Elm Street', 'leaving person', 'nice shop']) expect(await placesOf(text)).toEqual([]);
  expect(await conversationOf(staying)).toMatchObject({ last_message: 'I stay', unread_count: 1 });
  clock.advance(-60_000);
});

it('removes of an account that its owner has connected again meanwhile what was there before, and no more', async () => {
  const customer = app.sandbox.createCustomer({ username: 'stays.customer' });
  await wrote(customer, 'before they asked');
  const failing = jest.spyOn(app.get(DeliveryScrubbingRepository), 'scrubPerson').mockImplementation(() => {
    throw new Error('away');
  });
  const erasures = mongo.db(services.databaseName).collection('erasures');
  const code = await deletionOf(app.sandbox.account.appScopedId);
  await eventually(async () => expect(await erasures.findOne({ code })).toMatchObject({ state: 'failed' }));
  await app.connect(undefined, { enabled: false });
  // The customer's phone knows nothing of the clock that stands still here.
  const now = Date.now();
  await erasures.updateOne({ code }, { $set: { requested_at: new Date(now - 1) } });
  const accounts = mongo.db(services.databaseName).collection('accounts');
  await accounts.updateOne({ _id: new Types.ObjectId(accountId) }, { $set: { connected_at: new Date(now) } });
  await wrote(customer, 'after they connected');

  failing.mockRestore();
  const { _id } = (await erasures.findOne({ code })) ?? {};
  await eventually(async () => {
    await app.get(ErasureService).run(String(_id), AbortSignal.timeout(10_000));
    expect(await receipt(code)).toMatchObject({ state: 'done' });
  });

  const { _id: id } = (await conversationOf(customer)) ?? { _id: '' };
  const kept = await app.get(DmsRepository).history(id, { limit: 10 });
  expect(kept.map(({ text }) => text)).toEqual(['after they connected']);
  expect(await placesOf('before they asked')).toEqual([]);
  await (await app.call()).get(`/accounts/${accountId}`).expect(200);
});

it('does not fetch an erased person’s messages from Meta again, but hears them when they write anew', async () => {
  const customer = app.sandbox.createCustomer({ username: 'comes.back' });
  await wrote(customer, 'forget this');
  const code = await deletionOf(customer.idFor(app.sandbox.account));
  await eventually(async () => expect(await receipt(code)).toMatchObject({ state: 'done' }), 30_000);
  clock.advance(2_000);
  await wrote(customer, 'hello again');
  const path = `/inbox/conversations/${conversationIdOf(accountId, customer.idFor(app.sandbox.account))}/messages`;

  const { body } = await (await app.call()).get(path).query({ sync: true }).expect(200);

  expect(body.messages.map(({ content }: { content: string }) => content)).toEqual(['hello again']);
});

it('keeps no comment of an erased person that Meta delivers late', async () => {
  const customer = app.sandbox.createCustomer({ username: 'comments.once' });
  const comments = async () =>
    (await (await app.call()).get('/inbox/comments')).body.data.map(({ text }: { text: string }) => text);
  customer.comment('said before I left');
  await eventually(async () => expect(await comments()).toContain('said before I left'));
  const deliveries = mongo.db(services.databaseName).collection('webhook_deliveries');
  const payload = (await deliveries.findOne({ payload: /said before I left/ }))?.['payload'] as string;
  clock.advance(60_000);
  const code = await deletionOf(customer.idFor(app.sandbox.account));
  await eventually(async () => expect(await receipt(code)).toMatchObject({ state: 'done' }), 30_000);
  clock.advance(-60_000);

  await deliver(app.url, payload, { secret: appSecret() }).expect(200);
  await eventually(async () =>
    expect(await deliveries.findOne({ payload: /said before I left/ })).toMatchObject({ state: 'stored' }),
  );

  expect(await comments()).not.toContain('said before I left');
});

it('finds what came for an account that was not connected', async () => {
  const customer = app.sandbox.createCustomer({ username: 'wrote.elsewhere' });
  const person = '7700000000000042';
  const own = textEvent(app.sandbox.account.igId, 'ours', 'mid-ours', customer.idFor(app.sandbox.account));
  const foreign = textEvent('17841499999999999', 'a word to somebody else', 'mid-elsewhere', person);
  await deliver(
    app.url,
    {
      object: 'instagram',
      entry: [
        { id: app.sandbox.account.igId, time: Date.now(), messaging: [own] },
        { id: '17841499999999999', time: Date.now(), messaging: [foreign] },
      ],
    },
    { secret: appSecret() },
  ).expect(200);
  await eventually(async () => expect(await conversationOf(customer)).toMatchObject({ last_message: 'ours' }));
  expect(await placesOf(person)).toHaveLength(1);

  const code = await deletionOf(person);

  await eventually(async () => expect(await receipt(code)).toMatchObject({ state: 'done' }), 30_000);
  expect(await placesOf(person)).toEqual([]);
  expect(await placesOf('mid-ours')).not.toEqual([]);
});

it('purges DMs past their retention, with counts and last message right', async () => {
  const customer = app.sandbox.createCustomer({ username: 'keeps.writing' });
  await wrote(customer, 'long ago');
  await wrote(customer, 'also long ago');
  const id = conversationIdOf(accountId, customer.idFor(app.sandbox.account));
  const dms = mongo.db(services.databaseName).collection('instagram_dms');
  const aged = Date.now() - 91 * 86_400_000;
  const old = await dms.find({ conversation_id: id }).toArray();
  await dms.deleteMany({ conversation_id: id });
  // An id tells when its DM was stored.
  const agedId = (n: number) =>
    new Types.ObjectId(
      Types.ObjectId.createFromTime(aged / 1_000)
        .toHexString()
        .slice(0, 22) + `0${n}`,
    );
  await dms.insertMany(old.map((dm, n) => ({ ...dm, _id: agedId(n), timestamp: aged })));
  await wrote(customer, 'today');
  expect(await conversationOf(customer)).toMatchObject({ unread_count: 3 });
  // The hourly task may have run while the clock was a minute ahead, above.
  clock.advance(3_700_000);

  await app.get(SchedulerService).runDue();

  await eventually(async () =>
    expect(await conversationOf(customer)).toMatchObject({ unread_count: 1, last_message: 'today' }),
  );
  expect((await app.get(DmsRepository).history(id, { limit: 10 })).map(({ text }) => text)).toEqual(['today']);
});

it('keeps comments as long as DMs', async () => {
  const indexes = await mongo.db(services.databaseName).collection('instagram_comments').indexes();

  const expiring = indexes.filter((index) => index['expireAfterSeconds'] !== undefined);

  expect(expiring).toMatchObject([{ key: { created_at: 1 }, expireAfterSeconds: 90 * 86_400 }]);
});

it('alerts a deletion that keeps failing for an hour, until it is done', async () => {
  const customer = app.sandbox.createCustomer({ username: 'unlucky' });
  await wrote(customer, 'forget me');
  const failing = jest.spyOn(app.get(BlocklistRepository), 'erasePerson').mockRejectedValue(new Error('away'));
  const db = mongo.db(services.databaseName);
  const code = await deletionOf(customer.idFor(app.sandbox.account));
  const run = async () => {
    const { _id } = (await db.collection('erasures').findOne({ code })) ?? {};
    await app
      .get(ErasureService)
      .run(String(_id), AbortSignal.timeout(10_000))
      .catch(() => undefined);
    return db.collection('alerts').findOne({ _id: `erasure_failed:${String(_id)}` as never });
  };
  await eventually(async () =>
    expect(await db.collection('erasures').findOne({ code })).toMatchObject({ state: 'failed' }),
  );
  expect(await run()).toBeNull();

  clock.advance(3_600_000);

  await eventually(async () => expect(await run()).toMatchObject({ times: 1 }));
  expect(await run()).not.toHaveProperty('cleared_at');
  failing.mockRestore();
  await eventually(async () => expect(await run()).toHaveProperty('cleared_at'));
  expect(await receipt(code)).toMatchObject({ state: 'done' });
});

it('removes everything of an account whose owner asks for it', async () => {
  const { igId, username } = app.sandbox.account;
  const caller = await app.call();
  await caller.patch(`/accounts/${igId}`).send({ agent_enabled: true }).expect(200);
  await (await app.call(admin)).patch(`/accounts/${igId}`).send({ label: 'Known to admins' }).expect(200);
  await caller
    .put(`/agent/settings/${accountId}`)
    .send({ instructions: `You are @${username}.` })
    .expect(200);
  await app.get(AccountHealthService).markNeedsReauth(accountId, 'Session has expired');
  const named = ['accounts', 'alerts', 'user_settings'].map((name) => expect.stringMatching(`^${name}/`) as string);
  expect(await placesOf(username)).toEqual(expect.arrayContaining(named));
  const code = await deletionOf(app.sandbox.account.appScopedId);

  await eventually(async () => expect(await receipt(code)).toMatchObject({ state: 'done' }), 30_000);
  expect(await receipt(code)).toMatchObject({ removed: { accounts: 1 } });
  const db = mongo.db(services.databaseName);
  for (const name of ['instagram_dms', 'inbox_conversations', 'instagram_comments', 'dm_tombstones', 'accounts']) {
    expect([name, await db.collection(name).countDocuments()]).toEqual([name, 0]);
  }
  for (const text of [igId, username]) expect(await placesOf(text)).toEqual([]);
  await caller.get(`/accounts/${accountId}`).expect(404);
  // What a dashboard reads of its settings it can write back.
  const { is_active, configs } = (await caller.get('/user-settings').expect(200)).body.data;
  await caller.put('/user-settings').send({ is_active, configs }).expect(200);
  await caller.get('/inbox/conversations').query({ platform_account_id: accountId }).expect(404);
});

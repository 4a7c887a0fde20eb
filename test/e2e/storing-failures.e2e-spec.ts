import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { IngestBatch } from '../../src/dms/ingest/ingest-batch.js';
import { deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { startFailingMongod, type FailingMongod } from '../support/failing-mongod.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(90_000);
const services = useServices();
const igId = '17841400000000772';

let mongod: FailingMongod;
let client: mongoose.mongo.MongoClient;
let db: mongoose.mongo.Db;
let app: TestApp;

beforeAll(async () => {
  mongod = await startFailingMongod();
  client = await mongoose.mongo.MongoClient.connect(mongod.url);
  db = client.db(services.databaseName);
  await insertAccount(mongod.url, services.databaseName, igId);
  app = await startTestApp({ services: { ...services, databaseUrl: mongod.url, mongoUrl: mongod.url } });
}, 90_000);
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await app?.stop();
  await client?.close();
  await mongod?.stop();
});

const deliverTexts = async (...texts: string[]): Promise<void> => {
  const secret = app.sandbox.env['INSTAGRAM_CLIENT_SECRET'];
  const events = texts.map((text) => textEvent(igId, text));
  await deliver(app.url, deliveryOf(igId, events), { secret }).expect(200);
};
const stored = (text: string) => db.collection('instagram_dms').countDocuments({ text });
const deliveriesOf = (text: string) =>
  db
    .collection('webhook_deliveries')
    .find({ payload: { $regex: text } })
    .toArray();
const letters = () =>
  db
    .collection('dead_letters')
    .find({ kind: { $in: ['event', 'delivery'] } })
    .toArray();
/** As if its next turn had come. */
const makeDue = () =>
  db.collection('webhook_deliveries').updateMany({ state: 'received' }, { $set: { due_at: new Date(0) } });
const refusal = { failCommands: ['find'], namespace: `${services.databaseName}.instagram_dms`, errorCode: 13 };

it('an error that MongoDB gives for every event costs none: the delivery waits, health tells, and it is stored in the end', async () => {
  const text = randomUUID();
  await mongod.fail(refusal);

  await deliverTexts(text);

  await eventually(async () =>
    expect(await deliveriesOf(text)).toMatchObject([
      { state: 'received', failures: 0, error: expect.stringContaining('failCommand') as string },
    ]),
  );
  expect(await letters()).toEqual([]);
  await db
    .collection('webhook_deliveries')
    .updateMany({ state: 'received' }, { $set: { received_at: new Date(Date.now() - 120_000) } });
  await eventually(async () => {
    const { body } = await (await app.call(null)).get('/health').expect(503);
    expect(body).toMatchObject({ status: 'degraded', parts: { deliveries: { status: 'down' } } });
  });

  await mongod.failNoMore();
  await makeDue();
  await eventually(async () => expect(await stored(text)).toBe(1), 30_000);
  await eventually(async () => expect(await deliveriesOf(text)).toMatchObject([{ state: 'stored' }]));
  expect(await letters()).toEqual([]);
  await eventually(async () => (await app.call(null)).get('/health').expect(200));
});

it('an event that this version stumbles over costs its neighbours nothing, and is stored by one that can', async () => {
  const [bad, good] = [randomUUID(), randomUUID()];
  const apply = IngestBatch.prototype.apply;
  jest.spyOn(IngestBatch.prototype, 'apply').mockImplementation(function (this: IngestBatch, item) {
    if ('text' in item.event && item.event.text === bad) throw new TypeError('nobody thought of this');
    apply.call(this, item);
  });

  await deliverTexts(bad, good);

  await eventually(async () => expect(await stored(good)).toBe(1));
  await eventually(async () =>
    expect(await deliveriesOf(bad)).toMatchObject([{ state: 'received', error: 'nobody thought of this' }]),
  );
  expect((await deliveriesOf(bad))[0]?.['failures']).toBeGreaterThan(0);
  expect(await letters()).toEqual([]);

  jest.restoreAllMocks();
  await makeDue();
  await eventually(async () => expect(await stored(bad)).toBe(1), 30_000);
  expect(await stored(good)).toBe(1);
});

it('an event whose content MongoDB refuses is set aside at once, and the rest of its delivery is stored', async () => {
  const [bad, good] = [randomUUID(), randomUUID()];
  await db.command({ collMod: 'instagram_dms', validator: { text: { $ne: bad } } });

  await deliverTexts(bad, good);

  await eventually(async () => expect(await deliveriesOf(bad)).toMatchObject([{ state: 'stored' }]));
  expect([await stored(bad), await stored(good)]).toEqual([0, 1]);
  expect(await letters()).toMatchObject([{ kind: 'event', reason: 'not_storable', state: 'open' }]);

  await db.command({ collMod: 'instagram_dms', validator: {} });
  const { body } = await (await app.call(admin)).post('/admin/dead-letters/replay').send({ kind: 'event' }).expect(200);
  expect(body).toEqual({ success: true, replayed: 1, failed: [], next_cursor: null });
  await eventually(async () => expect(await stored(bad)).toBe(1), 30_000);
});

describe('many deliveries', () => {
  const park = async (count: number, error: string): Promise<string> => {
    const text = randomUUID();
    const now = new Date();
    const accountId = String((await db.collection('accounts').findOne())?._id);
    await db.collection('webhook_deliveries').insertMany(
      Array.from({ length: count }, (_, n) => ({
        received_at: now,
        payload: JSON.stringify(deliveryOf(igId, [textEvent(igId, `${text} ${n}`)])),
        state: 'parked',
        events: 1,
        account_ids: [accountId],
        attempts: 0,
        failures: 10,
        error,
        unfinished: true,
      })),
    );
    return text;
  };

  it('are stored again by what they have in common, page by page, and the audit log says who did it', async () => {
    const text = await park(5, 'reader.read is not a function');
    const other = await park(1, 'something else');
    const caller = await app.call(admin);
    const filter = { state: 'parked', error: 'is not a function', since: new Date(Date.now() - 60_000).toISOString() };

    const pages: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { body } = await caller
        .post('/admin/deliveries/replay')
        .send({ ...filter, limit: 2, ...(cursor ? { cursor } : {}) })
        .expect(200);
      pages.push(body.reopened);
      cursor = body.next_cursor;
    }

    expect(pages.reduce((sum, n) => sum + n, 0)).toBe(5);
    await eventually(
      async () => expect(await db.collection('instagram_dms').countDocuments({ text: { $regex: text } })).toBe(5),
      30_000,
    );
    expect(await deliveriesOf(other)).toMatchObject([{ state: 'parked' }]);
    await eventually(async () => {
      const { body } = await caller.get('/admin/audit-log').expect(200);
      expect(body.data).toContainEqual(expect.objectContaining({ action: 'POST /admin/deliveries/replay' }));
    });
  });

  it('are never all there are: a request that names none is refused', async () => {
    const caller = await app.call(admin);
    await caller.post('/admin/deliveries/replay').send({}).expect(400);
    await caller.post('/admin/dead-letters/replay').send({ limit: 5 }).expect(400);
    await (await app.call()).post('/admin/deliveries/replay').send({ state: 'parked' }).expect(403);
  });

  it('that are parked can be let go, one by one', async () => {
    const text = await park(1, 'nobody needs it');
    const [parked] = await deliveriesOf(text);
    const caller = await app.call(admin);

    await caller.post(`/admin/deliveries/${String(parked?._id)}/discard`).expect(200);

    expect(await deliveriesOf(text)).toMatchObject([{ state: 'discarded', stored_at: expect.any(Date) as Date }]);
    await caller.post(`/admin/deliveries/${String(parked?._id)}/discard`).expect(409);
    await caller.post(`/admin/deliveries/${'f'.repeat(24)}/discard`).expect(404);
  });
});

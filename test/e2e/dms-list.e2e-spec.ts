import mongoose, { Types } from 'mongoose';
import { systemScope } from '../../src/auth/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { DmListRepository, type ListFilter } from '../../src/dms/api/dm-list.repository.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

const services = useServices();
const people = 500;
const perPerson = 200;
const ownId = '17841400000000001';
const accountId = new Types.ObjectId().toHexString();
const start = Date.parse('2026-01-01T00:00:00Z');
const personOf = (n: number) => String(1_000_000_000_000_000 + n);

let app: TestApp;
let client: mongoose.mongo.MongoClient;

/**
 * Every eighth inbound DM is unread; every fiftieth is deleted softly, and every thousandth but one came an hour late.
 * Many share a millisecond, as batches do.
 */
const conversationIds = Array.from({ length: people }, (_, person) => conversationIdOf(accountId, personOf(person)));

function seeded(n: number) {
  const person = n % people;
  const inbound = Math.floor(n / people) % 2 === 0;
  const read = !(inbound && n % 8 === 0);
  const at = new Date(start + Math.floor(n / 7) * 1_000);
  return {
    _id: new Types.ObjectId(),
    platform_account_id: accountId,
    ig_id: ownId,
    user_id: tenant.userId,
    conversation_id: conversationIds[person] as string,
    sender_id: inbound ? personOf(person) : ownId,
    recipient_id: inbound ? ownId : personOf(person),
    message_id: `mid-${n}`,
    kind: 'message',
    text: `Message ${n}`,
    attachments: [],
    timestamp: at.getTime() - (n % 1_000 === 999 ? 3_600_000 : 0),
    is_echo: !inbound,
    direction: inbound ? 'inbound' : 'outbound',
    read,
    manual_dm: false,
    source: 'webhook',
    reactions: [],
    edits: [],
    is_deleted: n % 50 === 0,
    unsent: false,
    delivery_ids: [],
    created_at: at,
    updated_at: at,
  };
}

type Seeded = ReturnType<typeof seeded>;
const all: Seeded[] = Array.from({ length: people * perPerson }, (_, n) => seeded(n));
const listed = all.filter((dm) => !dm.is_deleted).reverse();
const byTimestamp = [...listed].sort((a, b) => b.timestamp - a.timestamp || (String(a._id) < String(b._id) ? 1 : -1));

beforeAll(async () => {
  app = await startTestApp({ services });
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  const db = client.db(services.databaseName);
  for (let from = 0; from < all.length; from += 10_000)
    await db.collection('instagram_dms').insertMany(all.slice(from, from + 10_000));
  const account = {
    _id: new Types.ObjectId(accountId),
    user_id: tenant.userId,
    channel: 'instagram',
    external_id: ownId,
    meta: {},
  };
  await db.collection<{ _id: Types.ObjectId }>('accounts').insertOne(account);
  await db
    .collection<{ _id: Types.ObjectId }>('inbox_conversations')
    .insertMany(conversationIds.map((id, person) => conversationOf(id, person)));
});

function conversationOf(id: string, person: number) {
  const counts: Record<string, number> = { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 0 };
  for (let n = person; n < all.length; n += people) {
    const dm = all[n] as Seeded;
    const bucket = `${dm.direction}_${dm.read ? 'read' : 'unread'}`;
    if (!dm.is_deleted) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return {
    _id: new Types.ObjectId(id),
    platform: 'instagram',
    platform_account_id: accountId,
    user_id: tenant.userId,
    participant_id: personOf(person),
    unread_count: counts['inbound_unread'],
    counts,
    archived: false,
    answer_epoch: 0,
    send_epoch: 0,
    send_seq: 0,
    created_at: new Date(start),
    updated_at: new Date(start),
  };
}

afterAll(async () => {
  await client?.close();
  await app?.stop();
});

const list = async (query: Record<string, unknown> = {}, as = tenant) =>
  (await app.call(as)).get('/instagram-dms/list').query(query);
const textsOf = (dms: { text?: string }[]) => dms.map(({ text }) => text);

describe('GET /instagram-dms/list', () => {
  it('shows the newest first, without the deleted ones, and how many there are', async () => {
    const { status, body } = await list();

    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, total: listed.length, limit: 50, skip: 0 });
    expect(body.data).toHaveLength(50);
    expect(textsOf(body.data)).toEqual(textsOf(listed.slice(0, 50)));
    expect(body.data[0]).not.toHaveProperty('raw');
  });

  it.each([
    ['direction', { direction: 'outbound' }, (dm: Seeded) => dm.direction === 'outbound'],
    ['read state', { read: false }, (dm: Seeded) => !dm.read],
    ['both', { direction: 'inbound', read: true }, (dm: Seeded) => dm.direction === 'inbound' && dm.read],
    ['sender', { sender_id: personOf(8) }, (dm: Seeded) => dm.sender_id === personOf(8)],
    ['recipient', { recipient_id: personOf(8) }, (dm: Seeded) => dm.recipient_id === personOf(8)],
    [
      'sender and read state',
      { sender_id: personOf(8), read: false },
      (dm: Seeded) => dm.sender_id === personOf(8) && !dm.read,
    ],
    ['own user id', { user_id: tenant.userId }, () => true],
  ])('filters by %s, with the right total', async (_what, query, wanted) => {
    const expected = listed.filter(wanted);
    const { body } = await list({ ...query, limit: 100 });

    expect(body.total).toBe(expected.length);
    expect(textsOf(body.data)).toEqual(textsOf(expected.slice(0, 100)));
  });

  it('knows nobody of that id', async () => {
    expect((await list({ sender_id: '999' })).body).toMatchObject({ total: 0, data: [], next_cursor: null });
  });

  it('passes over what skip says', async () => {
    const { body } = await list({ skip: 1_234, limit: 10 });

    expect(textsOf(body.data)).toEqual(textsOf(listed.slice(1_234, 1_244)));
  });

  it('reads on by cursor without losing or repeating a DM, also among those of one millisecond', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await list({ sender_id: personOf(8), limit: 7, ...(cursor ? { cursor } : {}) });
      seen.push(...textsOf(body.data).map(String));
      cursor = body.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(textsOf(listed.filter((dm) => dm.sender_id === personOf(8))));

    const first = await list({ limit: 10 });
    const second = await list({ limit: 10, cursor: first.body.next_cursor });
    expect([...textsOf(first.body.data), ...textsOf(second.body.data)]).toEqual(textsOf(listed.slice(0, 20)));
  });

  it.each([
    ['a tenant’s', {}, () => true],
    ['a tenant’s of another channel', { platform: 'whatsapp' }, () => false],
    ['a tenant’s inbound', { direction: 'inbound' }, (dm: Seeded) => dm.direction === 'inbound'],
    ['a tenant’s unread', { read: false }, (dm: Seeded) => !dm.read],
    ['a participant’s', { sender_id: personOf(499) }, (dm: Seeded) => dm.sender_id === personOf(499)],
  ])('sorts %s by Meta’s time, and reads on so', async (_what, query, wanted) => {
    const expected = byTimestamp.filter(wanted);
    const first = (await list({ ...query, sort: 'timestamp', limit: 60 })).body;
    const cursor = first.next_cursor ?? undefined;
    const second = cursor ? (await list({ ...query, sort: 'timestamp', limit: 60, cursor })).body.data : [];

    expect(textsOf([...first.data, ...second])).toEqual(textsOf(expected.slice(0, 120)));
    expect(first.total).toBe(expected.length);
  });

  it('asks an admin whose DMs are to be sorted by Meta’s time', async () => {
    const { status, body } = await list({ sort: 'timestamp' }, admin);

    expect(status).toBe(400);
    expect(body.details).toEqual([expect.objectContaining({ field: 'sort' })]);
    expect((await list({ sort: 'timestamp', user_id: tenant.userId }, admin)).status).toBe(200);
  });

  it.each([
    [{ sort: 'size' }],
    [{ limit: 0 }],
    [{ limit: 101 }],
    [{ limit: 'ten' }],
    [{ limit: ['1', '2'] }],
    [{ skip: -1 }],
    [{ direction: 'sideways' }],
    [{ read: 'maybe' }],
    [{ cursor: 'zzz' }],
    [{ cursor: '!' }],
    [{ 'sender_id[$ne]': '1' }],
    [{ sender_id: '$ne' }],
    [{ platform_account_id: 'x' }],
    [{ colour: 'red' }],
    [{ __proto__x: '1' }],
  ])('answers 400 to %j', async (query) => {
    const { status, body } = await list(query);

    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, code: 'invalid_request' });
  });

  it('shows another tenant nothing, and answers 404 to foreign ids', async () => {
    const stranger = { userId: 'somebody-else', role: 'user' } as const;

    expect((await list({}, stranger)).body).toMatchObject({ total: 0, data: [] });
    expect((await list({ sender_id: personOf(8) }, stranger)).body).toMatchObject({ total: 0, data: [] });
    expect((await list({ user_id: tenant.userId }, stranger)).status).toBe(404);
    expect((await list({ platform_account_id: accountId }, stranger)).status).toBe(404);
  });

  it('reads nothing of a tenant who has none of a channel', async () => {
    const filter = { within: { userId: tenant.userId }, channel: 'whatsapp' } as const;
    const plan = await app.get(DmListRepository).explain(systemScope, filter, { limit: 50, skip: 0 });
    const { totalDocsExamined } = (plan as { executionStats: { totalDocsExamined: number } }).executionStats;
    expect(totalDocsExamined).toBe(0);
  });

  it.each<[string, ListFilter]>([
    ['a tenant', { within: { userId: tenant.userId } }],
    ['a tenant’s unread', { within: { userId: tenant.userId }, read: false }],
    ['an account', { within: { accountId } }],
    ['an account’s inbound', { within: { accountId }, direction: 'inbound' }],
    ['an account’s unread inbound', { within: { accountId }, direction: 'inbound', read: false }],
    ['a participant', { within: { conversationIds: [conversationIdOf(accountId, personOf(8))] } }],
    [
      'a participant’s unread',
      { within: { conversationIds: [conversationIdOf(accountId, personOf(8))] }, direction: 'inbound', read: false },
    ],
    ['a tenant’s of one channel', { within: { userId: tenant.userId }, channel: 'instagram' }],
    ['everything', { within: { everything: true } }],
    ['everything of one channel', { within: { everything: true }, channel: 'instagram', read: false }],
    ['everything unread', { within: { everything: true }, read: false }],
    ['an account by Meta’s time', { within: { accountId }, sort: 'timestamp' }],
    [
      'a tenant by Meta’s time',
      { within: { userId: tenant.userId, accountIds: [accountId, 'c'.repeat(24)] }, sort: 'timestamp' },
    ],
    [
      'a conversation by Meta’s time',
      { within: { conversationIds: [conversationIdOf(accountId, personOf(8))] }, sort: 'timestamp' },
    ],
  ])('serves %s from an index, without sorting, examining at most twice what it returns', async (_what, filter) => {
    const plan = await app.get(DmListRepository).explain(systemScope, filter, { limit: 50, skip: 0 });
    const { executionStats, queryPlanner } = plan as {
      executionStats: { nReturned: number; totalDocsExamined: number; totalKeysExamined: number };
      queryPlanner: { winningPlan: unknown };
    };
    const stages = JSON.stringify(queryPlanner.winningPlan);

    expect(stages).not.toContain('"stage":"SORT"');
    expect(stages).not.toContain('COLLSCAN');
    expect(executionStats.nReturned).toBeGreaterThan(0);
    expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(2 * executionStats.nReturned);
    expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(2 * executionStats.nReturned + 10);
  });
});

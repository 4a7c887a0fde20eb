import mongoose, { Types } from 'mongoose';
import { tenantScope } from '../../src/auth/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { DmListRepository, type ListFilter } from '../../src/dms/api/dm-list.repository.js';
import { InboxConversationsRepository } from '../../src/inbox/conversations/inbox-conversations.repository.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

describe('what waits for a person', () => {
  const services = useServices();
  const stranger = { userId: 'tenant-2', role: 'user' } as const;
  const people = 400;
  const personOf = (n: number) => String(2_000_000_000_000_000 + n);
  const conversationOf = (n: number) => conversationIdOf(accountId, personOf(n));
  const now = Date.now();
  let app: TestApp;
  let client: mongoose.mongo.MongoClient;
  let accountId: string;

  /** Three sent messages to everybody; with the first five people something else happened. */
  const statuses = (n: number) => ['sent', 'sent', ['failed', 'unconfirmed', 'queued', 'failed'][n] ?? 'sent'];

  function dm(n: number, part: number) {
    const status = statuses(n)[part] as string;
    // What failed with the fourth is older than anybody would send it again.
    const at = new Date(now - (n === 3 ? 40 * 86_400_000 : 60_000) - part * 1_000 - n);
    return {
      ...{ _id: new Types.ObjectId(), platform_account_id: accountId, ig_id: '1', user_id: tenant.userId },
      ...{ conversation_id: conversationOf(n), sender_id: '1', recipient_id: personOf(n), kind: 'message' },
      ...{
        text: `${status} ${n}.${part}`,
        attachments: [],
        timestamp: at.getTime(),
        direction: 'outbound',
        read: true,
      },
      ...{ is_echo: false, manual_dm: true, source: 'api', reactions: [], edits: [], is_deleted: false, unsent: false },
      ...{ delivery_ids: [], status, attempts: 1, send_seq: part, created_at: at, updated_at: at },
      ...(status === 'queued' ? { held_reason: 'rate_limit' } : {}),
    };
  }

  function conversation(n: number) {
    const at = new Date(now - 60_000 - n);
    const pause = { agent_paused_until: new Date(now + 3_600_000), agent_paused_reason: 'customer_request' };
    const over = { agent_paused_until: new Date(now - 3_600_000), agent_paused_reason: 'human_reply' };
    return {
      ...{ _id: new Types.ObjectId(conversationOf(n)), platform: 'instagram', platform_account_id: accountId },
      ...{ user_id: tenant.userId, participant_id: personOf(n), last_message: 'x', last_message_at: at },
      ...{ unread: false, unread_count: 0, archived: false, search_terms: [], answer_epoch: 0, send_epoch: 0 },
      ...{ counts: { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 3 }, send_seq: 3 },
      ...{ created_at: at, updated_at: at },
      ...(n === 7 ? pause : n === 8 ? over : {}),
    };
  }

  const get = async (path: string, query: object, as: Parameters<TestApp['call']>[0] = tenant) =>
    (await app.call(as)).get(path).query(query);
  const dms = async (query: object, as?: Parameters<TestApp['call']>[0]) => {
    const { body } = await get('/instagram-dms/list', query, as);
    return [body.total, ...body.data.map(({ text }: { text: string }) => text)];
  };
  const conversations = async (query: object, as?: Parameters<TestApp['call']>[0]) => {
    const { body } = await get('/inbox/conversations', query, as);
    return [body.total, ...body.conversations.map(({ id }: { id: string }) => id)];
  };

  beforeAll(async () => {
    app = await startTestApp({ services, env: { ROLE: 'api' } });
    accountId = await app.connect(undefined, { enabled: false });
    client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    const db = client.db(services.databaseName);
    const everybody = Array.from({ length: people }, (_, n) => n);
    await db.collection('instagram_dms').insertMany(everybody.flatMap((n) => [0, 1, 2].map((part) => dm(n, part))));
    await db.collection('inbox_conversations').insertMany(everybody.map(conversation));
  });
  afterAll(async () => {
    await client.close();
    await app.stop();
  });

  it.each<[string, object, unknown[]]>([
    ['by status', { status: 'failed' }, [2, 'failed 0.2', 'failed 3.2']],
    ['of an account', { status: 'unconfirmed', platform_account_id: 'own' }, [1, 'unconfirmed 1.2']],
    ['by the reason it waits for', { held_reason: 'rate_limit' }, [1, 'queued 2.2']],
    ['by a reason nothing waits for', { held_reason: 'account' }, [0]],
    ['with a contradiction', { status: 'failed', direction: 'inbound' }, [0]],
    ['since a time', { status: 'failed', since: new Date(now - 86_400_000).toISOString() }, [1, 'failed 0.2']],
    ['before a time', { status: 'failed', until: new Date(now - 86_400_000).toISOString() }, [1, 'failed 3.2']],
    ['by kind', { kind: 'postback' }, [0]],
  ])('lists DMs %s', async (_what, query, expected) => {
    const of = 'platform_account_id' in query ? { ...query, platform_account_id: accountId } : query;

    expect(await dms(of)).toEqual(expected);
    expect(await dms({ ...query, platform_account_id: accountId }, admin)).toEqual(expected);
  });

  it('lists the DMs of one conversation, and reads on', async () => {
    const conversation_id = conversationOf(0);
    expect(await dms({ conversation_id })).toEqual([3, 'sent 0.0', 'sent 0.1', 'failed 0.2']);
    expect(await dms({ conversation_id, kind: 'message', status: 'sent' })).toEqual([2, 'sent 0.0', 'sent 0.1']);

    const first = await get('/instagram-dms/list', { kind: 'message', limit: 100 });
    const next = await get('/instagram-dms/list', { kind: 'message', limit: 100, cursor: first.body.next_cursor });
    expect([first.body.total, next.body.total, next.body.data.length]).toEqual([1_200, 1_200, 100]);
    expect(next.body.data[0]._id).not.toBe(first.body.data[99]._id);
  });

  it('lists conversations with sends that failed lately, and those in which the agent is silent', async () => {
    expect(await conversations({ has_failed_send: true })).toEqual([2, conversationOf(0), conversationOf(1)]);
    expect(await conversations({ agent_paused: true })).toEqual([1, conversationOf(7)]);
    expect(await conversations({ paused_reason: 'customer_request' })).toEqual([1, conversationOf(7)]);
    expect(await conversations({ paused_reason: 'human_reply' })).toEqual([0]);
    expect((await conversations({ agent_paused: false, platform_account_id: accountId }))[0]).toBe(people - 1);
    expect(await conversations({ agent_paused: true }, admin)).toEqual([1, conversationOf(7)]);
  });

  it('shows another tenant none of it', async () => {
    expect((await get('/instagram-dms/list', { conversation_id: conversationOf(0) }, stranger)).status).toBe(404);
    expect(await dms({ status: 'failed' }, stranger)).toEqual([0]);
    expect(await conversations({ has_failed_send: true }, stranger)).toEqual([0]);
    expect(await conversations({ agent_paused: true }, stranger)).toEqual([0]);
  });

  it.each([
    ['/instagram-dms/list', { status: 'lost' }],
    ['/instagram-dms/list', { held_reason: 'mood' }],
    ['/instagram-dms/list', { conversation_id: 'x' }],
    ['/instagram-dms/list', { kind: 'letter' }],
    ['/instagram-dms/list', { since: 'yesterday' }],
    ['/inbox/conversations', { paused_reason: 'mood' }],
    ['/inbox/conversations', { has_failed_send: false }],
  ])('answers 400 to %s with %j', async (path, query) => {
    expect((await get(path, query)).status).toBe(400);
  });

  interface Explained {
    queryPlanner: { winningPlan: unknown };
    executionStats: { nReturned: number; totalDocsExamined: number };
  }

  it.each<[string, ListFilter]>([
    ['a tenant’s', { within: { userId: tenant.userId }, direction: 'outbound', status: 'failed' }],
    ['an account’s', { within: { accountId: '' }, direction: 'outbound', status: 'failed' }],
  ])('%s sends of a rare state come out of their small index, sorted', async (_whose, filter) => {
    const of = 'accountId' in filter.within ? { ...filter, within: { accountId } } : filter;
    const page = { limit: 50, skip: 0 };
    const explained = (await app.get(DmListRepository).explain(tenantScope(tenant.userId), of, page)) as Explained;

    expect(JSON.stringify(explained.queryPlanner)).toContain('"indexName":"open_or_failed"');
    expect(JSON.stringify(explained.queryPlanner)).not.toContain('"stage":"SORT"');
    expect(explained.executionStats).toMatchObject({ nReturned: 2, totalDocsExamined: 2 });
  });

  it('conversations in which the agent is silent come out of their small index', async () => {
    const filter = { within: { user_id: tenant.userId }, archived: false, blocked: false, paused: { now: true } };
    const explained = (await app
      .get(InboxConversationsRepository)
      .explain(tenantScope(tenant.userId), filter, 50)) as Explained;

    expect(JSON.stringify(explained.queryPlanner)).toContain('"indexName":"agent_paused"');
    expect(explained.executionStats).toMatchObject({ nReturned: 1, totalDocsExamined: 1 });
  });
});

import mongoose, { Types } from 'mongoose';
import { systemScope, tenantScope, type TokenSubject } from '../../src/auth/index.js';
import { searchTermsOf } from '../../src/conversations/index.js';
import type { ConversationFilter } from '../../src/inbox/conversations/work-lists.js';
import { InboxConversationsRepository } from '../../src/inbox/conversations/inbox-conversations.repository.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

const services = useServices();
const total = 100_000;
const accountId = new Types.ObjectId().toHexString();
const anna = new Types.ObjectId().toHexString();
const start = Date.parse('2026-01-01T00:00:00Z');
let app: TestApp;

const scopeFor = ({ role, userId }: TokenSubject) => (role === 'admin' ? systemScope : tenantScope(userId));
let client: mongoose.mongo.MongoClient;

/** Half belong to the tenant; every tenth is unread, every hundredth archived; many share a millisecond. */
function seeded(n: number) {
  const at = new Date(start + Math.floor(n / 5) * 1_000);
  const mine = n % 2 === 0;
  const unread = n % 10 < 2;
  const name = [50, 51].includes(n % 1_000) ? `Rare Person ${n}` : `Customer ${n}`;
  return {
    _id: new Types.ObjectId(),
    platform: 'instagram',
    platform_account_id: mine ? accountId : 'b'.repeat(24),
    user_id: mine ? tenant.userId : 'tenant-2',
    participant_id: String(10_000_000 + n),
    last_inbound_at: at,
    // Every tenth waits, every twentieth is Anna's, every fiftieth is put off.
    ...(n % 20 < 2 ? { waiting_since: at } : {}),
    ...(n % 40 < 2 ? { assignee_id: anna } : {}),
    ...(n % 100 > 97 ? { snoozed_until: new Date(at.getTime() + 5 * 365 * 86_400_000) } : {}),
    participant_name: name,
    last_message: `Message ${n}`,
    last_message_at: at,
    unread_count: unread ? 1 : 0,
    unread,
    counts: { inbound_unread: unread ? 1 : 0, inbound_read: 1, outbound_unread: 0, outbound_read: 0 },
    archived: n % 100 < 2,
    search_terms: searchTermsOf(name, undefined, `Message ${n}`),
    answer_epoch: 0,
    send_epoch: 0,
    send_seq: 0,
    created_at: at,
    updated_at: at,
  };
}

interface Plan {
  stage: string;
  inputStage?: Plan;
  inputStages?: Plan[];
}
const stagesOf = (plan: Plan): string[] => [
  plan.stage,
  ...[plan.inputStage, ...(plan.inputStages ?? [])].flatMap((inner) => (inner ? stagesOf(inner) : [])),
];

beforeAll(async () => {
  app = await startTestApp({ services, env: { ROLE: 'api' } });
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  const conversations = client.db(services.databaseName).collection('inbox_conversations');
  for (let n = 0; n < total; n += 10_000)
    await conversations.insertMany(
      Array.from({ length: 10_000 }, (_, index) => seeded(n + index)),
      {
        ordered: false,
      },
    );
}, 120_000);
afterAll(async () => {
  await client.close();
  await app.stop();
});

const mine = { user_id: tenant.userId };
const listed = { archived: false, blocked: false };
const views = (['open', 'unread', 'waiting', 'snoozed', 'done', 'all'] as const).flatMap(
  (view): [string, typeof tenant, ConversationFilter][] => [
    [`a tenant’s ${view}`, tenant, { within: mine, view, ...listed }],
    [`an admin’s ${view}`, admin, { within: {}, view, ...listed }],
    [`a tenant’s oldest ${view}`, tenant, { within: mine, view, oldestFirst: view !== 'snoozed', ...listed }],
  ],
);
views.push(['a person’s', tenant, { within: mine, view: 'mine', assignee: anna, ...listed }]);
const cases: [string, typeof tenant, ConversationFilter][] = [
  ['a tenant’s', tenant, { within: mine, archived: false, blocked: false }],
  ['a tenant’s unread', tenant, { within: mine, archived: false, blocked: false, unread: true }],
  ['a tenant’s read', tenant, { within: mine, archived: false, blocked: false, unread: false }],
  ['a tenant’s archived', tenant, { within: mine, archived: true, blocked: false }],
  ['an account’s', tenant, { within: { platform_account_id: accountId }, archived: false, blocked: false }],
  ['an admin’s', admin, { within: {}, archived: false, blocked: false }],
  ['an admin’s unread', admin, { within: {}, archived: false, blocked: false, unread: true }],
  ...views,
];

it.each(cases)(
  '%s list comes out of an index, sorted, examining no more than twice what it returns',
  async (_, who, filter) => {
    const explained = (await app.get(InboxConversationsRepository).explain(scopeFor(who), filter, 50)) as {
      queryPlanner: { winningPlan: Plan };
      executionStats: { nReturned: number; totalKeysExamined: number; totalDocsExamined: number };
    };
    const { nReturned, totalKeysExamined, totalDocsExamined } = explained.executionStats;
    const stages = stagesOf(explained.queryPlanner.winningPlan);

    expect(nReturned).toBe(50);
    expect(stages).toContain('IXSCAN');
    expect(stages).not.toContain('SORT');
    expect(stages).not.toContain('COLLSCAN');
    expect(totalDocsExamined).toBeLessThanOrEqual(2 * nReturned);
    expect(totalKeysExamined).toBeLessThanOrEqual(2 * nReturned + 4);
  },
);

it.each([
  ['a tenant', tenant, mine],
  ['an admin', admin, {}],
])('a search by %s examines what it finds, not everything', async (_, who, within) => {
  const filter = { within, archived: false, blocked: false, terms: ['rare'] };
  const explained = (await app.get(InboxConversationsRepository).explain(scopeFor(who), filter, 50)) as {
    queryPlanner: { winningPlan: Plan };
    executionStats: { totalDocsExamined: number; nReturned: number };
  };
  const found = await app.get(InboxConversationsRepository).count(scopeFor(who), filter);

  expect(stagesOf(explained.queryPlanner.winningPlan)).toContain('IXSCAN');
  expect(explained.executionStats.nReturned).toBe(50);
  expect(found).toBeGreaterThanOrEqual(80);
  expect(explained.executionStats.totalDocsExamined).toBeLessThanOrEqual(Math.ceil(found * 1.3));
});

it('tells the total and pages deep without reading what lies between', async () => {
  const call = await app.call();
  const { body } = await call.get('/inbox/conversations').query({ limit: 100 }).expect(200);
  const deep = await app
    .get(InboxConversationsRepository)
    .page(
      tenantScope(tenant.userId),
      { within: mine, archived: false, blocked: false },
      { after: { at: new Date(start + 2_000_000), id: 'f'.repeat(24) }, limit: 50 },
    );

  expect(body.total).toBe(Array.from({ length: total }, (_, n) => n).filter((n) => n % 2 === 0 && n % 100 >= 2).length);
  expect(deep).toHaveLength(50);
  expect(deep[0]?.last_message_at?.getTime()).toBeLessThanOrEqual(start + 2_000_000);
  expect((await call.get('/inbox/conversations').query({ unread: true, limit: 1 })).body.total).toBe(
    Array.from({ length: total }, (_, n) => n).filter((n) => n % 2 === 0 && n % 100 >= 2 && n % 10 < 2).length,
  );
});

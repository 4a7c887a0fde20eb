import type { SandboxCustomer } from '#libs/sandbox';
import { AccountsRepository } from '../../src/accounts/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { DmsRepository } from '../../src/dms/index.js';
import { BackfillProcessor } from '../../src/dms/sync/backfill.processor.js';
import { JobQueueService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

const services = useServices();
let app: TestApp;
let accountId: string;
let old: SandboxCustomer[];

const backfill = async () => (await app.get(AccountsRepository).findById(accountId))?.backfill;
const messagesWith = async (customer: SandboxCustomer) =>
  (
    await app
      .get(DmsRepository)
      .history(conversationIdOf(accountId, customer.idFor(app.sandbox.account)), { limit: 100 })
  ).map(({ text, source, direction, read, agent_state }) => ({ text, source, direction, read, agent_state }));
beforeAll(async () => {
  app = await startTestApp({ services });
  app.sandbox.webhooks.configure({ url: `${app.url}/webhook/instagram` });
  old = ['one', 'two', 'three'].map((name) => app.sandbox.createCustomer({ username: `old.${name}` }));
  for (const [index, customer] of old.entries()) {
    customer.sendText(`a question of ${index}`, { webhook: false });
    const { mid } = app.sandbox.account.replyFromInstagramApp(customer, 'an old answer', { webhook: false });
    if (mid) customer.react(mid, { webhook: false });
    if (index === 0) customer.sendText('still waiting', { webhook: false });
  }
  accountId = await app.connect(undefined, { enabled: true, quiet_ms: 50 });
}, 60_000);
afterAll(() => app?.stop());

it('fetches the past conversations of a new account, marked, in order, without waking the agent', async () => {
  await eventually(async () => expect((await backfill())?.state).toBe('done'), 40_000);

  expect(await messagesWith(old[0] as SandboxCustomer)).toEqual([
    { text: 'still waiting', source: 'sync', direction: 'inbound', read: false, agent_state: undefined },
    { text: 'an old answer', source: 'sync', direction: 'outbound', read: true, agent_state: undefined },
    { text: 'a question of 0', source: 'sync', direction: 'inbound', read: true, agent_state: undefined },
  ]);
  const [, answer] = await app
    .get(DmsRepository)
    .history(conversationIdOf(accountId, (old[0] as SandboxCustomer).idFor(app.sandbox.account)), { limit: 2 });
  const by = (old[0] as SandboxCustomer).idFor(app.sandbox.account);
  expect(answer?.reactions).toEqual([expect.objectContaining({ sender_id: by, reaction: 'love' })]);
  expect(app.sandbox.sends).toEqual([]);
  const { body } = await (await app.call()).get('/inbox/conversations').query({ unread: true });
  expect(body.conversations).toMatchObject([{ last_message: 'still waiting', unread_count: 1, agent_paused: false }]);
});

it('shows its progress on the account', async () => {
  const { body } = await (await app.call()).get(`/accounts/${accountId}`).expect(200);

  expect(body.data.backfill).toMatchObject({
    state: 'done',
    conversations_done: expect.any(Number),
    messages_stored: expect.any(Number),
  });
  expect(body.data.backfill.messages_stored).toBeGreaterThanOrEqual(7);
  expect(body.data.backfill).not.toHaveProperty('cursor');
});

it('keeps to two calls a second', () => {
  const calls = app.sandbox.calls.filter(({ route }) => route === 'conversations' || route === 'messages');
  const times = calls.map(({ at }) => at);

  expect(times.length).toBeGreaterThan(3);
  for (let n = 2; n < times.length; n++) {
    expect((times[n] as number) - (times[n - 2] as number)).toBeGreaterThan(900);
  }
});

it('after downtime fetches what is missing and nothing twice', async () => {
  const [customer] = old as [SandboxCustomer];
  const before = (await backfill())?.started_at;
  customer.sendText('written while you were away', { webhook: false });
  await app.get(JobQueueService).add('backfill-account', { account_id: accountId });

  await eventually(async () => {
    expect(await backfill()).toMatchObject({ state: 'done', since: before });
  }, 40_000);
  expect((await backfill())?.messages_stored).toBe(1);
  const texts = (await messagesWith(customer)).map(({ text }) => text);
  expect(texts).toEqual(['written while you were away', 'still waiting', 'an old answer', 'a question of 0']);
});

it('goes on where a run was cut short, found by the sweep', async () => {
  const accounts = app.get(AccountsRepository);
  await accounts.saveBackfill(accountId, 'done', {
    state: 'running',
    conversations_done: 40,
    messages_stored: 12,
    started_at: new Date(Date.now() - 3_600_000),
    saved_at: new Date(Date.now() - 3_600_000),
  });
  const [, customer] = old as [SandboxCustomer, SandboxCustomer];
  customer.sendText('found by the sweep', { webhook: false });

  await app.get(BackfillProcessor).resume();

  await eventually(async () => expect((await backfill())?.state).toBe('done'), 40_000);
  expect((await backfill())?.conversations_done).toBeGreaterThan(40);
  expect((await messagesWith(customer)).map(({ text }) => text)).toContain('found by the sweep');
});

it('says why it ended when the account needs to be connected again', async () => {
  app.sandbox.account.revokeTokens();

  // The run before must have let go: a job that meets it leaves the work to it.
  await eventually(async () => {
    const { active, waiting } = await app.get(JobQueueService).queue('accounts').getJobCounts();
    expect({ active, waiting }).toEqual({ active: 0, waiting: 0 });
  }, 40_000);
  await app.get(JobQueueService).add('backfill-account', { account_id: accountId });
  await eventually(async () => {
    expect(await backfill()).toMatchObject({ state: 'failed', error: expect.any(String) });
  }, 40_000);
  const { body } = await (await app.call()).get(`/accounts/${accountId}`);
  expect(body.data.status).toBe('needs_reauth');
});

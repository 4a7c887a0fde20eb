import mongoose from 'mongoose';
import { GraphApiError } from '#libs/graph-api';
import type { SandboxCustomer } from '#libs/sandbox';
import { AccountsRepository, AlertsService } from '../../src/accounts/index.js';
import { AccountHealthRepository } from '../../src/accounts/account-health.repository.js';
import { SubscriptionService } from '../../src/accounts/subscription/subscription.service.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { DmsRepository } from '../../src/dms/index.js';
import { BackfillProcessor } from '../../src/dms/sync/backfill.processor.js';
import { BackfillService } from '../../src/dms/sync/backfill.service.js';
import { ConversationSyncService } from '../../src/dms/sync/conversation-sync.service.js';
import { JobQueueService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(90_000);

const services = useServices();
let app: TestApp;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;
let accountId: string;
let customer: SandboxCustomer;

const record = async () => app.get(AccountsRepository).findById(accountId);
const backfill = async () => (await record())?.backfill;
const isDone = () => eventually(async () => expect(await backfill()).toMatchObject({ state: 'done' }), 40_000);
const texts = async (): Promise<(string | undefined)[]> => {
  const conversationId = conversationIdOf(accountId, customer.idFor(app.sandbox.account));
  const history = await app.get(DmsRepository).history(conversationId, { limit: 100 });
  return history.map(({ text }) => text);
};
/** Said while nobody told us. */
const saysUnheard = (text: string) => void customer.sendText(text, { webhook: false });
/** Redis takes no job, as when it is away. */
const losesJobs = () => jest.spyOn(app.get(JobQueueService), 'add').mockResolvedValue(false);

/** The sweep, as if whoever saved last had been silent since yesterday. */
async function sweep(): Promise<void> {
  const yesterday = { 'backfill.saved_at': new Date(Date.now() - 86_400_000) };
  const accounts = client.db().collection('accounts');
  await accounts.updateOne({ _id: new mongoose.Types.ObjectId(accountId) }, { $set: yesterday });
  await app.get(BackfillProcessor).resume();
}

beforeAll(async () => {
  app = await startTestApp({ services });
  client = await mongoose.mongo.MongoClient.connect(services.mongoUrl);
  customer = app.sandbox.createCustomer({ username: 'quiet.one' });
  saysUnheard('before you came');
  accountId = await app.connect(undefined, { enabled: false });
  await isDone();
}, 90_000);
afterEach(() => {
  jest.restoreAllMocks();
  app.sandbox.faults.clear();
});
afterAll(async () => {
  await app?.stop();
  await client?.close();
});

it('fetches what was said without a subscription, though the job for it was lost', async () => {
  const before = (await backfill())?.started_at;
  app.sandbox.account.unsubscribe();
  saysUnheard('can you hear me?');
  const lost = losesJobs();
  await app.get(SubscriptionService).check(accountId);
  expect(await record()).toMatchObject({ subscription: { state: 'subscribed' }, backfill: { state: 'queued' } });

  lost.mockRestore();
  await sweep();
  await isDone();
  expect(await backfill()).toMatchObject({ since: before });
  expect(await texts()).toEqual(['can you hear me?', 'before you came']);
});

it('fetches what was said before the account was connected again, though the job for it was lost', async () => {
  saysUnheard('are you back?');
  const lost = losesJobs();
  await app.connect(undefined, { enabled: false });
  expect(await backfill()).toMatchObject({ state: 'queued' });

  lost.mockRestore();
  await sweep();
  await isDone();
  expect(await texts()).toContain('are you back?');
});

it('starts again when it is asked for at the very end of a run', async () => {
  const accounts = app.get(AccountsRepository);
  const save = accounts.saveBackfill.bind(accounts);
  const asked = jest.spyOn(accounts, 'saveBackfill').mockImplementation(async (id, seen, progress) => {
    if (progress.state !== 'done') return save(id, seen, progress);
    asked.mockRestore();
    saysUnheard('at the last moment');
    const { subscription } = (await accounts.findById(id)) ?? {};
    if (subscription) await app.get(AccountHealthRepository).saveSubscription(id, subscription, new Date());
    return save(id, seen, progress);
  });
  await app.get(BackfillService).run(accountId, new AbortController().signal);
  expect(await backfill()).toMatchObject({ state: 'done' });
  expect(await texts()).toContain('at the last moment');
});

it('comes again when Meta says so, however often Meta asks for patience', async () => {
  const error = { route: 'conversations', mode: 'error', error: 'rate_limit' } as const;
  app.sandbox.faults.add({ ...error, headers: { 'retry-after': '1200' } });
  const service = app.get(BackfillService);
  const { signal } = new AbortController();
  for (let n = 0; n < 12; n++) expect(await service.run(accountId, signal)).toBe(1_200_000);
  const resting = await backfill();
  expect(resting).toMatchObject({ state: 'running', error: expect.stringContaining('rate limit') });
  expect(resting?.saved_at?.getTime()).toBeGreaterThan(Date.now() + 1_100_000);

  app.sandbox.faults.clear();
  expect(await service.run(accountId, signal)).toBeUndefined();
  expect(await backfill()).toMatchObject({ state: 'done' });
});

describe('a conversation that Meta does not show', () => {
  const refusal = (code: number, httpStatus: number) =>
    new GraphApiError('refused', { host: 'instagram', route: 'messages', method: 'GET', httpStatus, code });
  /** Two more write; of the first of them Meta refuses to tell. */
  function refusing(error: GraphApiError): SandboxCustomer {
    const [bad, good] = ['bad', 'good'].map((name) =>
      app.sandbox.createCustomer({ username: `${name}.${error.code}.${Math.random().toString(36).slice(2)}` }),
    ) as [SandboxCustomer, SandboxCustomer];
    for (const one of [good, bad]) one.sendText('written to nobody', { webhook: false });
    const sync = app.get(ConversationSyncService);
    const syncThread = sync.syncThread.bind(sync);
    const badId = bad.idFor(app.sandbox.account);
    jest.spyOn(sync, 'syncThread').mockImplementation(async (account, access, thread, signal) => {
      if (thread.participantId === badId) throw error;
      return syncThread(account, access, thread, signal);
    });
    return good;
  }
  const heardOf = async (one: SandboxCustomer): Promise<number> => {
    const conversationId = conversationIdOf(accountId, one.idFor(app.sandbox.account));
    return (await app.get(DmsRepository).history(conversationId, { limit: 10 })).length;
  };

  it.each([
    ['at once when Meta refuses it for good', refusal(230, 400), [undefined]],
    ['after three tries when Meta fails at it', refusal(2, 500), [120_000, 240_000, undefined]],
  ])('is left out %s, and those behind it are fetched', async (_when, error, waits) => {
    await app.get(BackfillService).run(accountId, new AbortController().signal);
    const good = refusing(error);
    const got: (number | undefined)[] = [];
    do got.push(await app.get(BackfillService).run(accountId, new AbortController().signal));
    while (got.at(-1) !== undefined);

    expect(got).toEqual(waits);
    expect(await heardOf(good)).toBe(1);
    expect(await backfill()).toMatchObject({ state: 'done', conversations_skipped: 1, failures: 0 });
    expect((await app.get(AlertsService).standing(accountId)).map(({ kind }) => kind)).not.toContain('backfill_failed');
    const { body } = await (await app.call()).get(`/accounts/${accountId}`).expect(200);
    expect(body.data.backfill).toMatchObject({ conversations_skipped: 1 });
    expect(body.data.backfill).not.toHaveProperty('skipped');
  });

  it('ends the run with an alert when it is one after the other', async () => {
    const sync = app.get(ConversationSyncService);
    jest.spyOn(sync, 'syncThread').mockRejectedValue(refusal(2, 500));
    for (let n = 0; n < 4; n++)
      app.sandbox.createCustomer({ username: `any.${n}` }).sendText('hey', { webhook: false });
    let runs = 0;
    while ((await app.get(BackfillService).run(accountId, new AbortController().signal)) !== undefined) runs++;
    expect(runs).toBe(9);
    expect(await backfill()).toMatchObject({ state: 'failed' });
    expect((await app.get(AlertsService).standing(accountId)).map(({ kind }) => kind)).toContain('backfill_failed');
    jest.restoreAllMocks();
    await app.get(BackfillService).run(accountId, new AbortController().signal);
    await isDone();
  });
});

it('waits longer and longer while Meta fails, then ends and alerts, until it succeeds', async () => {
  app.sandbox.faults.add({ route: 'conversations', mode: 'error', error: 'transient' });
  const service = app.get(BackfillService);
  const { signal } = new AbortController();
  const waits: (number | undefined)[] = [];
  do waits.push(await service.run(accountId, signal));
  while (waits.at(-1) !== undefined);
  expect(waits.map((ms) => ms && ms / 60_000)).toEqual([2, 4, 8, 16, 30, 30, 30, 30, 30, undefined]);
  const alerts = async () => (await app.get(AlertsService).standing(accountId)).map(({ kind }) => kind);
  expect(await backfill()).toMatchObject({ state: 'failed' });
  expect(await alerts()).toEqual(['backfill_failed']);

  app.sandbox.faults.clear();
  await service.run(accountId, signal);
  expect(await alerts()).toEqual([]);
});

import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { rotateStoredTokens, TokenVaultService } from '../../src/accounts/index.js';
import { AccountsProcessor } from '../../src/accounts/accounts.processor.js';
import { MovableClock } from '#libs/clock';
import { JobQueueService, SchedulerService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const oldKey = randomBytes(32).toString('base64');
const newKey = randomBytes(32).toString('base64');

interface View {
  status: string;
  token_expires_at?: string;
  token: { refresh_due_at?: string; refresh_failures: number; refresh_error?: string };
  subscription: { state: string };
  alerts: { kind: string; text: string }[];
}

describe('The days of an account', () => {
  const services = useServices();
  const clock = new MovableClock(Date.parse('2026-01-01T08:00:00Z'));
  let app: TestApp;
  let mongo: mongoose.mongo.MongoClient;
  let id: string;

  beforeAll(async () => {
    mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    app = await startTestApp({ services, clock, env: { ENCRYPTION_KEY: oldKey }, sandboxOptions: { clock } });
  });
  afterAll(async () => {
    await app.stop();
    await app.sandbox.stop(); // it outlives the application that came with it
    await mongo.close();
  });

  const collection = (name: string) => mongo.db(services.databaseName).collection(name);
  const stored = () => collection('accounts').findOne({ _id: new mongoose.Types.ObjectId(id) });
  const view = async (): Promise<View> => {
    const { body } = await (await app.call()).get(`/accounts/${id}`).expect(200);
    return (body as { data: View }).data;
  };
  const refreshes = () => app.sandbox.calls.filter(({ path }) => path.includes('refresh_access_token')).length;
  const runDue = async () => {
    await app.get(SchedulerService).runDue();
  };
  /** Lives on for so many days, looking at what is due every so often. */
  const live = async (days: number, stepMs = dayMs) => {
    for (let lived = 0; lived < days * dayMs; lived += stepMs) {
      clock.advance(stepMs);
      // The accounts' own sweeps alone: the other rooms' would triple the time.
      await app.get(AccountsProcessor).refreshTokens();
      await app.get(AccountsProcessor).checkSubscriptions();
      await settled();
    }
  };
  /** No job of the accounts' queue is waiting or running. */
  const settled = async () => {
    const queue = app.get(JobQueueService).queue('accounts');
    await eventually(async () => {
      const { waiting, active } = await queue.getJobCounts();
      expect(waiting + active).toBe(0);
    });
  };
  const daysLeft = async () => (new Date((await view()).token_expires_at ?? 0).getTime() - clock.now()) / dayMs;

  it('day 0: is connected, tried once, and not refreshed before the token is a day old', async () => {
    // However Meta words it that a token is too young.
    app.sandbox.faults.add({ route: 'token', mode: 'error', error: 'bad_parameter' });
    id = await app.connect(tenant.userId, { enabled: false });
    await live(23 / 24, 11.5 * hourMs);
    expect(refreshes()).toBe(1);
    expect(await view()).toMatchObject({ token: { refresh_failures: 0 }, alerts: [] });
    app.sandbox.faults.clear();
    const due = new Date((await view()).token.refresh_due_at ?? 0).getTime();
    expect(due - clock.now()).toBeGreaterThanOrEqual(hourMs);
    expect(due - clock.now()).toBeLessThanOrEqual(6 * hourMs);
  });

  it('day 1 to 30: the token is refreshed once a day and never nears its end', async () => {
    await live(4, 4 * hourMs);
    expect([4, 5]).toContain(refreshes());
    await live(26);
    expect(await daysLeft()).toBeGreaterThan(57);
    expect(await view()).toMatchObject({ status: 'active', alerts: [], token: { refresh_failures: 0 } });
  });

  it('day 30 to 78: Meta’s refresh fails, is tried again and again, and is alerted before the token ends', async () => {
    app.sandbox.faults.add({ route: 'token', mode: 'error', error: 'transient' });
    await live(40);
    expect(await view()).toMatchObject({ status: 'active', alerts: [] });
    expect((await view()).token.refresh_failures).toBeGreaterThan(20);
    await live(8);
    expect(await view()).toMatchObject({ status: 'active', alerts: [{ kind: 'token_expiring' }] });
    expect(await collection('alerts').countDocuments({ kind: 'token_expiring' })).toBe(1);
  });

  it('day 78: the outage is over, the refresh catches up and the alert is cleared', async () => {
    app.sandbox.faults.clear();
    await live(1);
    expect(await daysLeft()).toBeGreaterThan(58);
    expect(await view()).toMatchObject({ status: 'active', alerts: [], token: { refresh_failures: 0 } });
  });

  it('day 79: Meta drops the subscription; silence gives it away and it is repaired', async () => {
    await collection('accounts').updateOne(
      { _id: new mongoose.Types.ObjectId(id) },
      { $set: { last_event_at: clock.date() } },
    );
    app.sandbox.account.unsubscribe();
    // The watch itself was never away: what is noticed is the silence.
    const beat = { at: new Date(clock.now() + 2 * hourMs) };
    await collection('heartbeats').updateOne({ _id: 'accounts' } as never, { $set: beat });
    clock.advance(2 * hourMs);
    await runDue();
    await settled();
    await eventually(async () => expect((await view()).subscription.state).toBe('subscribed'));
    expect(app.sandbox.account.account.subscriptions.instagram.has('messages')).toBe(true);
  });

  it('day 80: after a downtime every subscription is checked at once', async () => {
    app.sandbox.account.unsubscribe();
    await collection('heartbeats').updateOne({ _id: 'accounts' } as never, {
      $set: { at: new Date(clock.now() - hourMs) },
    });
    clock.advance(2 * 60_000);
    await runDue();
    await settled();
    await eventually(() => expect(app.sandbox.account.account.subscriptions.instagram.has('messages')).toBe(true));
  });

  it('day 81: the key is rotated live, and the old one is not needed any more', async () => {
    const old = (await stored())?.['access_token'] as string;
    const rotating = await startTestApp({
      services: { ...services, redisPrefix: `${services.redisPrefix}-rotating` },
      sandbox: app.sandbox,
      clock,
      env: { ROLE: 'api', ENCRYPTION_KEY: newKey, ENCRYPTION_KEYS_PREVIOUS: oldKey },
    });
    const place = { databaseUrl: services.databaseUrl, databaseName: services.databaseName, activeKey: newKey };
    const rotate = (previousKeys: string[]) => rotateStoredTokens({ ...place, previousKeys });
    expect(await rotate([oldKey])).toMatchObject({ seen: 2, rotated: 2, unreadable: [] });
    expect(await rotate([])).toMatchObject({ seen: 2, rotated: 0, current: 2 });
    expect((await stored())?.['access_token']).not.toBe(old);
    await app.app.close();
    await rotating.app.close();
    const { sandbox } = app;
    app = await startTestApp({ services, sandbox, clock, env: { ENCRYPTION_KEY: newKey } });
    await expect(app.get(TokenVaultService).accessFor(id)).resolves.toMatchObject({ login: 'instagram' });
    await live(3);
    expect(await daysLeft()).toBeGreaterThan(58);
  });

  it('day 84: the owner revokes the app; one alert, nothing more is asked of Meta', async () => {
    app.sandbox.account.revokeTokens();
    await live(2);
    expect(await view()).toMatchObject({ status: 'needs_reauth', alerts: [{ kind: 'needs_reauth' }] });
    const calls = app.sandbox.calls.length;
    await live(5);
    expect(app.sandbox.calls).toHaveLength(calls);
  });

  it('day 91: connecting again brings the same record back to life, and its token’s end is soon known', async () => {
    const made = app.sandbox.account.issueToken();
    clock.advance(2 * dayMs);
    const answer = await (await app.call()).post('/accounts').send({ access_token: made, login: 'instagram' });
    expect(answer.body).toMatchObject({ data: { _id: id, status: 'active' } });
    await live(1 / 24, hourMs);
    expect(await daysLeft()).toBeGreaterThan(59);
    await live(29);
    expect(await daysLeft()).toBeGreaterThan(57);
    expect(await view()).toMatchObject({ status: 'active', alerts: [] });
  });

  it('day 120: it is disconnected, and no token is left anywhere', async () => {
    await (await app.call()).delete(`/accounts/${id}`).expect(200);
    const dump = JSON.stringify(await collection('accounts').find().toArray());
    expect(dump).not.toMatch(/v1\.[0-9a-f]{8}\.|IGAA|EAA/);
    const calls = app.sandbox.calls.length;
    await live(2);
    expect(app.sandbox.calls).toHaveLength(calls);
  });

  describe('day 122: it is pasted anew, and refreshing its token fails from then on', () => {
    let otherId: string;

    beforeAll(async () => {
      const other = app.sandbox.createAccount({ username: 'goes.on' });
      app.sandbox.faults.add({ route: 'token', mode: 'error', error: 'transient', account: app.sandbox.account.igId });
      const tokens = [app.sandbox.account.issueToken(), other.issueToken()];
      const answers: { body: unknown }[] = [];
      for (const access_token of tokens) {
        answers.push(await (await app.call()).post('/accounts').send({ access_token, login: 'instagram' }));
      }
      otherId = (answers[1]?.body as { data: { _id: string } }).data._id;
    });

    it('alerts after a week although nobody knows when it ends, and says so', async () => {
      await live(6);
      expect(await view()).toMatchObject({ status: 'active', alerts: [] });
      expect(await view()).not.toHaveProperty('token_expires_at');
      await live(2);
      const text = expect.stringMatching(
        /may end any day, Meta has not told when: it has not been refreshed since 2026-.*Connect the account again/,
      ) as string;
      expect(await view()).toMatchObject({ status: 'active', alerts: [{ kind: 'token_expiring', text }] });
    });

    it('refreshes the next account’s meanwhile', async () => {
      const { body } = await (await app.call()).get(`/accounts/${otherId}`).expect(200);
      const { token, token_expires_at, alerts } = (body as { data: View }).data;
      expect(token.refresh_failures).toBe(0);
      expect((new Date(token_expires_at ?? 0).getTime() - clock.now()) / dayMs).toBeGreaterThan(58);
      expect(alerts).toEqual([]);
    });

    it('clears the alert with the first refresh that works', async () => {
      app.sandbox.faults.clear();
      await live(1);
      expect(await daysLeft()).toBeGreaterThan(58);
      expect(await view()).toMatchObject({ alerts: [], token: { refresh_failures: 0 } });
    });
  });
});

import mongoose from 'mongoose';
import { AccountDirectoryService, TokenVaultService } from '../../src/accounts/index.js';
import type { TokenSubject } from '../../src/auth/index.js';
import { eventually } from '../support/eventually.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

interface Connected {
  _id: string;
  status: string;
  login: string;
  user_id: string;
  connected: boolean;
  agent_enabled: boolean;
  instagram_data: { ig_id: string; id?: string; username: string };
  meta: { id: string };
  subscription: { state: string; fields: string[]; refused_fields: string[] };
  alerts?: { kind: string }[];
}
interface Answer {
  success: boolean;
  data: Connected;
  also_connected?: { _id: string; username: string }[];
  code?: string;
  error?: string;
  details?: Record<string, unknown>;
}

const other = { userId: 'tenant-2', role: 'user' } as const;

describe('accounts', () => {
  const services = useServices();
  let app: TestApp;
  let mongo: mongoose.mongo.MongoClient;
  const accounts = () => mongo.db(services.databaseName).collection('accounts');
  const post = async (body: object, as: TokenSubject | null = tenant) => {
    const answer = await (await app.call(as)).post('/accounts').send(body);
    return { status: answer.status, body: answer.body as Answer };
  };
  const connectFirst = (more: object = {}, as: typeof tenant | typeof other = tenant) =>
    post({ access_token: app.sandbox.account.accessToken, login: 'instagram', ...more }, as);

  beforeAll(async () => {
    mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    app = await startTestApp({ services, env: { ROLE: 'api' }, sandboxOptions: { subscribed: false } });
  });
  afterAll(async () => {
    await app.stop();
    await mongo.close();
  });
  beforeEach(async () => {
    await accounts().deleteMany({});
    await mongo.db(services.databaseName).collection('user_settings').deleteMany({});
    app.sandbox.faults.clear();
    for (const account of app.sandbox.accounts) account.unsubscribe();
  });

  it('stores the account under both its ids, subscribes it and answers without the token', async () => {
    const { sandbox } = app;
    const { status, body } = await connectFirst({ agent: { enabled: true, instructions: 'Be kind.' } });
    expect(status).toBe(201);
    expect(body.data).toMatchObject({
      status: 'active',
      login: 'instagram',
      user_id: tenant.userId,
      agent_enabled: true,
      instagram_data: {
        ig_id: sandbox.account.igId,
        id: sandbox.account.appScopedId,
        username: sandbox.account.username,
      },
      subscription: { state: 'subscribed', refused_fields: [] },
    });
    expect(JSON.stringify(body)).not.toContain(sandbox.account.accessToken);
    const stored = await accounts().findOne({ _id: new mongoose.Types.ObjectId(body.data._id) });
    expect(stored?.['access_token']).toMatch(/^v1\.[0-9a-f]{8}\./);
    expect(JSON.stringify(stored)).not.toContain(sandbox.account.accessToken);
    expect(app.logs.join('')).not.toContain(sandbox.account.accessToken);
  });

  it('keeps one record when the same account is connected again, by the other login too', async () => {
    const first = await connectFirst();
    const again = await connectFirst();
    const page = await post({ access_token: app.sandbox.account.tokens.page, login: 'facebook' });
    expect([again.status, page.status]).toEqual([201, 201]);
    expect([again.body.data._id, page.body.data._id]).toEqual([first.body.data._id, first.body.data._id]);
    expect(page.body.data).toMatchObject({
      login: 'facebook',
      meta: { id: app.sandbox.account.pageId },
      expires_in: expect.any(Number) as number,
      instagram_data: { ig_id: app.sandbox.account.igId, id: app.sandbox.account.appScopedId },
    });
    expect(await accounts().countDocuments()).toBe(1);
  });

  describe('by another login than before', () => {
    const subscriptions = () => {
      const { instagram, facebook } = app.sandbox.account.account.subscriptions;
      return { instagram: instagram.has('messages'), facebook: facebook.has('messages') };
    };
    const connectPage = () => post({ access_token: app.sandbox.account.tokens.page, login: 'facebook' });
    const alertsOf = async (id: string) => {
      const answer = await (await app.call()).get(`/accounts/${id}`).expect(200);
      return (answer.body as Answer).data.alerts?.map(({ kind }) => kind);
    };

    it('leaves one subscription, that of the login it has now', async () => {
      const { body } = await connectFirst();
      expect(subscriptions()).toEqual({ instagram: true, facebook: false });
      await connectPage();
      expect(subscriptions()).toEqual({ instagram: false, facebook: true });
      await connectFirst();
      expect(subscriptions()).toEqual({ instagram: true, facebook: false });
      await connectFirst();
      expect(subscriptions()).toEqual({ instagram: true, facebook: false });
      expect(await alertsOf(body.data._id)).toEqual([]);
    });

    it('connects, and alerts, when Meta does not take the subscription before back; connecting once more mends it', async () => {
      await connectFirst();
      app.sandbox.faults.add({ route: 'unsubscribe', mode: 'error', error: 'token_expired' });
      const { status, body } = await connectPage();
      expect([status, body.data.status, body.data.subscription.state]).toEqual([201, 'active', 'subscribed']);
      expect(await alertsOf(body.data._id)).toEqual(['subscribed_twice']);
      app.sandbox.faults.clear();
      await connectFirst();
      expect(await alertsOf(body.data._id)).toEqual([]);
      expect(subscriptions()).toEqual({ instagram: true, facebook: false });
    });

    it('connects when the token before does not open any more, and says nothing of that token', async () => {
      const { body } = await connectFirst();
      const _id = new mongoose.Types.ObjectId(body.data._id);
      await accounts().updateOne({ _id }, { $set: { access_token: 'v1.00000000.AAAA.AAAA.AAAA' } });
      expect(await connectPage()).toMatchObject({ status: 201, body: { data: { login: 'facebook' } } });
      expect(await alertsOf(body.data._id)).toEqual(['subscribed_twice']);
    });

    it('unsubscribes the Page before when the account moved to another', async () => {
      const { body } = await connectPage();
      await accounts().updateOne({ _id: new mongoose.Types.ObjectId(body.data._id) }, { $set: { 'meta.id': '1' } });
      const seen = app.sandbox.calls.length;
      await connectPage();
      expect(app.sandbox.calls.slice(seen).map(({ route }) => route)).toContain('unsubscribe');
      expect(subscriptions()).toEqual({ instagram: false, facebook: true });
    });
  });

  it('does not take the end of the token before for that of a new one, which Meta does not tell', async () => {
    const { body } = await connectFirst();
    const _id = new mongoose.Types.ObjectId(body.data._id);
    await accounts().updateOne({ _id }, { $set: { token_expires_at: new Date(0), expires_in: 1 } });
    await connectFirst();
    expect(await accounts().findOne({ _id, token_expires_at: { $exists: false } })).not.toHaveProperty('expires_in');
  });

  it('makes one record of many attempts at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => connectFirst()));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(new Set(answers.map(({ body }) => body.data._id)).size).toBe(1);
    expect(await accounts().countDocuments()).toBe(1);
  });

  it('connects every Page’s account that a person’s token brings', async () => {
    const { status, body } = await post({ access_token: app.sandbox.account.tokens.user, login: 'facebook' });
    expect(status).toBe(201);
    const usernames = [body.data.instagram_data.username, ...(body.also_connected ?? []).map((one) => one.username)];
    expect(usernames.sort()).toEqual(app.sandbox.accounts.map(({ username }) => username).sort());
    expect(await accounts().countDocuments({ app_user_id: { $type: 'string' } })).toBe(2);
  });

  it('connects what nobody else has of the accounts that a person’s token brings, and names the rest', async () => {
    const [first, second] = app.sandbox.accounts;
    const user = { access_token: app.sandbox.account.tokens.user, login: 'facebook' };
    const theirs = await post({ access_token: first?.accessToken, login: 'instagram' }, other);
    expect(theirs.status).toBe(201);

    const { status, body } = await post(user);

    expect([status, body.data.instagram_data.username]).toEqual([201, second?.username]);
    expect(body).toMatchObject({ not_connected: [{ username: first?.username, code: 'account_taken' }] });
    expect(body).not.toHaveProperty('also_connected');
    expect((await post(user, { userId: 'tenant-3', role: 'user' })).body).toMatchObject({ code: 'account_taken' });
    expect(await accounts().countDocuments()).toBe(2);
  });

  it('tells another tenant that the account is taken, until its owner disconnects it', async () => {
    const mine = await connectFirst();
    const refused = await connectFirst({}, other);
    expect([refused.status, refused.body.code]).toEqual([409, 'account_taken']);
    await (await app.call()).delete(`/accounts/${mine.body.data._id}`).expect(200);
    const taken = await connectFirst({}, other);
    expect(taken.status).toBe(201);
    expect(taken.body.data._id).not.toBe(mine.body.data._id);
    const back = await connectFirst();
    expect([back.status, back.body.code]).toEqual([409, 'account_taken']);
  });

  it('gives a tenant its old record back when it connects again after disconnecting', async () => {
    const first = await connectFirst();
    await (await app.call()).delete(`/accounts/${first.body.data._id}`).expect(200);
    const again = await connectFirst();
    expect(again.body.data).toMatchObject({ _id: first.body.data._id, status: 'active', connected: true });
  });

  it('wipes the token and unsubscribes on disconnecting, keeps the record, and does so even when Meta is away', async () => {
    const { body } = await connectFirst();
    app.sandbox.faults.add({ route: 'unsubscribe', mode: 'error', error: 'transient' });
    const answer = await (await app.call()).delete(`/accounts/${body.data._id}`).expect(200);
    expect(answer.body).toMatchObject({ success: true, data: { status: 'disabled', connected: false } });
    const stored = await accounts().findOne({ _id: new mongoose.Types.ObjectId(body.data._id) });
    expect(stored).not.toHaveProperty('access_token');
    await expect(app.get(TokenVaultService).accessFor(body.data._id)).rejects.toMatchObject({
      reason: 'account_disabled',
    });
    const list = await (await app.call()).get('/accounts').expect(200);
    expect(list.body).toMatchObject({ data: [], total: 0 });
    const withOld = await (await app.call()).get('/accounts?disconnected=true').expect(200);
    expect(withOld.body).toMatchObject({ total: 1 });
  });

  it('refuses a token that Meta refuses, with Meta’s code, and stores nothing', async () => {
    const { status, body } = await post({ access_token: `IGAA${'x'.repeat(60)}`, login: 'instagram' });
    expect([status, body.code]).toEqual([400, 'bad_token']);
    expect(body.details).toMatchObject({ code: 190 });
    expect(await accounts().countDocuments()).toBe(0);
  });

  it('answers 502 with Meta’s codes when Meta fails', async () => {
    app.sandbox.faults.add({ route: 'me', mode: 'error', error: 'transient' });
    const { status, body } = await connectFirst();
    expect([status, body.code]).toEqual([502, 'upstream_error']);
    expect(body.details).toMatchObject({ code: 2, subcode: 1545133, fbtrace_id: expect.any(String) as string });
  });

  it('connects without the fields that Meta refuses, and says which', async () => {
    app.sandbox.account.account.refusedFields.add('standby').add('comments');
    try {
      const { body } = await connectFirst();
      expect(body.data.subscription).toMatchObject({ state: 'partial' });
      expect(body.data.subscription.refused_fields.sort()).toEqual(['comments', 'standby']);
      expect(body.data.subscription.fields).toContain('messages');
    } finally {
      app.sandbox.account.account.refusedFields.clear();
    }
  });

  it('shows a subscription that could not be made on the account, with an alert', async () => {
    app.sandbox.faults.add({ route: 'subscribe', mode: 'error', error: 'transient' });
    const { status, body } = await connectFirst();
    expect([status, body.data.subscription.state]).toEqual([201, 'failed']);
    const one = await (await app.call()).get(`/accounts/${body.data._id}`).expect(200);
    expect((one.body as Answer).data.alerts).toMatchObject([{ kind: 'subscription_lost' }]);
  });

  it('lets only an admin connect for somebody else', async () => {
    expect(await connectFirst({ user_id: 'tenant-9' })).toMatchObject({ status: 403 });
    const { status, body } = await connectFirst({ user_id: 'tenant-9' }, admin);
    expect([status, body.data.user_id]).toEqual([201, 'tenant-9']);
  });

  it.each([
    ['no token', { login: 'instagram' }],
    ['an unknown login', { access_token: 'IGAA12345678', login: 'whatsapp' }],
    ['an unknown field', { access_token: 'IGAA12345678', login: 'instagram', role: 'admin' }],
    ['an operator for a token', { access_token: { $ne: '' }, login: 'instagram' }],
    ['an agent that is too hot', { access_token: 'IGAA12345678', login: 'instagram', agent: { temperature: 3 } }],
  ])('refuses %s with 400', async (_what, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { success: false, code: 'invalid_request' } });
  });

  it('shows another tenant nothing of an account', async () => {
    const { body } = await connectFirst();
    const stranger = await app.call(other);
    const path = `/accounts/${body.data._id}`;
    const answers = [
      await stranger.get(path),
      await stranger.patch(path).send({ label: 'mine' }),
      await stranger.delete(path),
      await stranger.get(`${path}/profiles/123`),
      await stranger.get(`${path}/conversations`),
      await stranger.put('/user-settings').send({ configs: [{ config_name: 'x', account_id: body.data._id }] }),
      await stranger.get(`/accounts/${app.sandbox.account.igId}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(404));
    expect((await stranger.get('/accounts')).body).toMatchObject({ data: [], total: 0 });
    await stranger.get(`/accounts?user_id=${tenant.userId}`).expect(404);
    expect((await stranger.get(`/accounts?user_id=${other.userId}`).expect(200)).body).toMatchObject({ total: 0 });
    const byAdmin = await (await app.call(admin)).get(`/accounts?user_id=${tenant.userId}`).expect(200);
    expect(byAdmin.body).toMatchObject({ total: 1 });
  });

  it('takes either of Instagram’s ids where it takes ours', async () => {
    const { body } = await connectFirst();
    for (const id of [app.sandbox.account.igId, app.sandbox.account.appScopedId]) {
      const answer = await (await app.call()).get(`/accounts/${id}`).expect(200);
      expect(answer.body).toMatchObject({ data: { _id: body.data._id } });
      await (await app.call(other)).get(`/accounts/${id}`).expect(404);
    }
  });

  it('says clearly that the key of a token is gone, and never passes the ciphertext on', async () => {
    const { body } = await connectFirst();
    const _id = new mongoose.Types.ObjectId(body.data._id);
    const stored = await accounts().findOne({ _id });
    const [v, , ...rest] = String(stored?.['access_token']).split('.');
    await accounts().updateOne({ _id }, { $set: { access_token: [v, '00000000', ...rest].join('.') } });
    const calls = app.sandbox.calls.length;
    const answer = await (await app.call()).patch(`/accounts/${body.data._id}`).send({ label: 'drops what is cached' });
    expect(answer.status).toBe(200);
    const profile = await (await app.call()).get(`/accounts/${body.data._id}/conversations`);
    expect([profile.status, (profile.body as Answer).code]).toEqual([409, 'token_unreadable']);
    expect(app.sandbox.calls).toHaveLength(calls);
  });

  it('does not open a token that was moved to another row', async () => {
    const [first] = app.sandbox.accounts;
    const one = await connectFirst();
    const second = app.sandbox.accounts[1];
    const two = await post({ access_token: second?.accessToken, login: 'instagram' });
    const from = await accounts().findOne({ _id: new mongoose.Types.ObjectId(one.body.data._id) });
    const to = { _id: new mongoose.Types.ObjectId(two.body.data._id) };
    await accounts().updateOne(to, { $set: { access_token: from?.['access_token'] as string } });
    await (await app.call()).patch(`/accounts/${two.body.data._id}`).send({ label: 'b' });
    expect(first).toBeDefined();
    await expect(app.get(TokenVaultService).accessFor(two.body.data._id)).rejects.toMatchObject({
      reason: 'token_unreadable',
    });
  });

  it('finds an account by either id from memory, and forgets it on every process when it changes', async () => {
    const { igId, appScopedId } = app.sandbox.account;
    const neighbour = await startTestApp({ services, sandbox: app.sandbox, env: { ROLE: 'api' } });
    try {
      const directory = neighbour.get(AccountDirectoryService);
      expect((await directory.findByChannelIds('instagram', [igId])).size).toBe(0);
      const { body } = await connectFirst();
      await eventually(async () => {
        const found = await directory.findByChannelIds('instagram', [igId, appScopedId]);
        expect([...found.keys()].sort()).toEqual([igId, appScopedId].sort());
      });
      await (await app.call()).delete(`/accounts/${body.data._id}`).expect(200);
      await eventually(async () => expect((await directory.findByChannelIds('instagram', [igId])).size).toBe(0));
      expect(await directory.get(body.data._id)).toMatchObject({ status: 'disabled' });
    } finally {
      await neighbour.app.close();
    }
  });

  it('looks a person and the conversations up at Meta, and remembers them', async () => {
    const { body } = await connectFirst();
    const { customer, account } = app.sandbox;
    customer.sendText('hello', { to: account, webhook: false });
    const igsid = customer.idFor(account);
    const path = `/accounts/${body.data._id}`;
    const caller = await app.call();
    const first = await caller.get(`${path}/profiles/${igsid}`).expect(200);
    expect(first.body).toMatchObject({ data: { igsid, username: customer.username, cached: false } });
    const second = await caller.get(`${path}/profiles/${igsid}`).expect(200);
    expect(second.body).toMatchObject({ data: { igsid, cached: true } });
    const list = await caller.get(`${path}/conversations?limit=5`).expect(200);
    expect(list.body).toMatchObject({ success: true, data: [{ participants: expect.any(Array) as unknown[] }] });
    const unknown = await caller.get(`${path}/profiles/999999999`);
    expect(unknown.status).toBe(404);
    expect(unknown.body).toMatchObject({
      code: 'not_found',
      details: { code: 100, subcode: 33, fbtrace_id: expect.any(String) as string },
    });
    app.sandbox.faults.add({ route: 'profile', mode: 'error', error: 'transient' });
    const failed = await caller.get(`${path}/profiles/999999999`);
    expect([failed.status, (failed.body as Answer).code]).toEqual([502, 'upstream_error']);
  });
});

import request from 'supertest';
import { GraphClient } from '#libs/graph-api';
import { SubscriptionService } from '../../src/accounts/subscription/subscription.service.js';
import { subscribedFields } from '../../src/channels/instagram/subscribed-fields.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

interface View {
  subscription: { state: string };
  scopes: string[];
  alerts: { kind: string }[];
}

const services = useServices();
const frontend = 'https://dashboard.test';
const theirs = { id: '111222333444555', subscribed_fields: [...subscribedFields] };
const wrongProof = {
  status: 400,
  code: 100,
  type: 'GraphMethodException',
  message: 'Invalid appsecret_proof provided in the API argument',
};
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({
    services,
    env: { ROLE: 'api', FRONTEND_URL: frontend, META_APP_SECRET: 'the-meta-apps-own-secret' },
    sandboxOptions: { subscribed: false },
  });
});
afterAll(() => app?.stop());
beforeEach(() => {
  app.sandbox.faults.clear();
  delete app.sandbox.context.shapes.permissions;
  delete app.sandbox.context.shapes.otherSubscribers;
  for (const account of app.sandbox.accounts) account.unsubscribe();
});

const viewOf = async (id: string): Promise<View> =>
  ((await (await app.call()).get(`/accounts/${id}`).expect(200)).body as { data: View }).data;
const subscribesMade = () => app.sandbox.account.account.subscriptions.instagram.size;

describe('the webhooks of an account that another app has, too', () => {
  it('are subscribed for this app when it is connected, whatever the other one gets', async () => {
    app.sandbox.context.shapes.otherSubscribers = [theirs];

    const id = await app.connect();

    expect(subscribesMade()).toBeGreaterThan(0);
    expect(await viewOf(id)).toMatchObject({ subscription: { state: 'subscribed' } });
  });

  it('are missing, and alerted, when Meta lists the other app alone after taking the subscription', async () => {
    const id = await app.connect();
    app.sandbox.context.shapes.otherSubscribers = [theirs];
    const taken = jest.spyOn(app.get(GraphClient), 'subscribe').mockResolvedValue({ accepted: [], refused: [] });
    app.sandbox.account.unsubscribe();

    await app.get(SubscriptionService).check(id);

    taken.mockRestore();
    const view = await viewOf(id);
    expect(view.subscription.state).toBe('missing');
    expect(view.alerts.map(({ kind }) => kind)).toContain('subscription_lost');
  });

  it('are repaired by the daily check when only the other app has them', async () => {
    const id = await app.connect();
    app.sandbox.account.unsubscribe();
    app.sandbox.context.shapes.otherSubscribers = [theirs];

    await app.get(SubscriptionService).check(id);

    expect(subscribesMade()).toBeGreaterThan(0);
    expect(await viewOf(id)).toMatchObject({ subscription: { state: 'subscribed' } });
  });

  it('count where Meta’s list names no apps', async () => {
    app.sandbox.context.shapes.otherSubscribers = [{ subscribed_fields: [...subscribedFields] }];
    const id = await app.connect();
    app.sandbox.account.unsubscribe();

    await app.get(SubscriptionService).check(id);

    expect(subscribesMade()).toBe(0);
    expect(await viewOf(id)).toMatchObject({ subscription: { state: 'subscribed' } });
  });

  it('are subscribed at connecting though the list looks whole', async () => {
    app.sandbox.context.shapes.otherSubscribers = [{ subscribed_fields: [...subscribedFields] }];

    await app.connect();

    expect(subscribesMade()).toBeGreaterThan(0);
  });
});

describe('a token', () => {
  const connectPage = async () =>
    (await app.call()).post('/accounts').send({ access_token: app.sandbox.account.tokens.page, login: 'facebook' });

  it('of another app is a bad one, in a sentence', async () => {
    app.sandbox.faults.add({ route: '*', mode: 'error', error: wrongProof });

    const { status, body } = await connectPage();

    expect([status, body]).toMatchObject([400, { code: 'bad_token', details: { code: 100 } }]);
    expect((body as { error: string }).error).toContain('another app');
  });

  it('that is proved by the other configured app’s secret is connected', async () => {
    app.sandbox.faults.add({ route: 'accounts', mode: 'error', error: wrongProof, count: 1 });

    expect((await connectPage()).status).toBe(201);
  });

  it('without the permissions is a bad one', async () => {
    const error = { status: 403, code: 200, type: 'OAuthException', message: '(#200) Requires a permission' };
    app.sandbox.faults.add({ route: '*', mode: 'error', error });

    expect((await connectPage()).body).toMatchObject({ code: 'bad_token', details: { code: 200 } });
  });
});

describe('a login whose permissions', () => {
  const click = async (scopes?: string[]) => {
    const started = await (await app.call()).get('/accounts/oauth/instagram/start').expect(200);
    const cookie = String(started.headers['set-cookie']).split(';')[0] ?? '';
    const back = new URL(app.sandbox.decide((started.body as { data: { url: string } }).data.url, { scopes }));
    const answer = await request(app.url).get(`${back.pathname}${back.search}`).redirects(0).set('cookie', cookie);
    return Object.fromEntries(new URL(String(answer.headers['location'])).searchParams);
  };

  it.each(['absent', 'objects', 'nested'] as const)('come %s is connected with them', async (form) => {
    app.sandbox.context.shapes.permissions = form;

    const outcome = await click();

    expect(outcome).toMatchObject({ instagram: 'connected' });
    expect(outcome['message']).not.toContain('did not say');
    expect((await viewOf(outcome['account_id'] ?? '')).scopes).toContain('instagram_business_manage_messages');
  });

  it('nobody tells is connected with a warning', async () => {
    app.sandbox.context.shapes.permissions = 'absent';
    app.sandbox.faults.add({ route: 'permissions', mode: 'error', error: wrongProof });

    const outcome = await click();

    expect(outcome).toMatchObject({ instagram: 'connected' });
    expect(outcome['message']).toContain('did not say which permissions');
  });

  it('are told to lack one when asked is refused', async () => {
    app.sandbox.context.shapes.permissions = 'absent';

    expect(await click(['instagram_business_basic'])).toMatchObject({ instagram: 'failed', code: 'scopes_missing' });
  });
});

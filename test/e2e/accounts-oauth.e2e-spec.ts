import mongoose from 'mongoose';
import request from 'supertest';
import { SandboxClock } from '#libs/sandbox';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

type Login = 'instagram' | 'facebook';
type Decision = Parameters<TestApp['sandbox']['decide']>[1];

const other = { userId: 'tenant-2', role: 'user' } as const;
const frontend = 'https://dashboard.test';
const oauthEnv = { META_APP_ID: '990602627938098', API_URL: 'https://dm.test' };

describe('connecting by clicking', () => {
  const services = useServices();
  const clock = new SandboxClock();
  let app: TestApp;
  let mongo: mongoose.mongo.MongoClient;

  beforeAll(async () => {
    mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    app = await startTestApp({
      services,
      clock,
      env: { ROLE: 'api', FRONTEND_URL: frontend, ...oauthEnv },
      sandboxOptions: { subscribed: false, clock },
    });
  });
  afterAll(async () => {
    await app.stop();
    await mongo.close();
  });
  beforeEach(async () => {
    await mongo.db(services.databaseName).collection('accounts').deleteMany({});
    app.sandbox.faults.clear();
  });

  const start = async (login: Login = 'instagram', as: typeof tenant | typeof other = tenant, at = app) => {
    const answer = await (await at.call(as)).get(`/accounts/oauth/${login}/start`).expect(200);
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
    return { url: (answer.body as { data: { url: string } }).data.url, cookie };
  };
  const comeBack = (redirect: string, cookie: string | null, at = app) => {
    const { pathname, search } = new URL(redirect);
    const call = request(at.url).get(`${pathname}${search}`).redirects(0);
    return cookie === null ? call : call.set('cookie', cookie);
  };
  const outcomeOf = (answer: { headers: Record<string, string> }) => {
    const url = new URL(answer.headers['location'] ?? '');
    expect(url.origin).toBe(frontend);
    return Object.fromEntries(url.searchParams);
  };
  const click = async (decision: Decision = {}, login: Login = 'instagram') => {
    const { url, cookie } = await start(login);
    return outcomeOf(await comeBack(app.sandbox.decide(url, decision), cookie).expect(302));
  };
  const accountsOf = async (as = tenant) =>
    (await (await app.call(as)).get('/accounts')).body as { data: Record<string, unknown>[]; total: number };

  it.each(['data', 'flat', 'numeric'] as const)(
    'connects when Meta answers with the %s form of its token',
    async (shape) => {
      app.sandbox.context.shapes.shortToken = shape;
      app.sandbox.context.shapes.expiresIn = shape === 'flat' ? 'string' : 'number';
      app.sandbox.context.shapes.me = shape === 'data' ? 'data' : 'flat';
      const outcome = await click();
      const { data } = await accountsOf();
      expect(outcome).toMatchObject({ instagram: 'connected', account_id: data[0]?.['_id'] });
      expect(JSON.stringify(outcome)).not.toMatch(/IGAA|EAA/);
      expect(data).toMatchObject([
        {
          user_id: tenant.userId,
          instagram_data: { ig_id: app.sandbox.account.igId, id: app.sandbox.account.appScopedId },
          subscription: { state: 'subscribed' },
          scopes: expect.arrayContaining(['instagram_business_manage_messages']) as string[],
        },
      ]);
      const expiresAt = new Date(String(data[0]?.['token_expires_at'])).getTime();
      expect(Math.abs(expiresAt - clock.now() - 60 * 86_400_000)).toBeLessThan(60_000);
    },
  );

  it('connects every account of the Pages that were ticked, in one go', async () => {
    const outcome = await click({}, 'facebook');
    const { data } = await accountsOf();
    expect(data).toHaveLength(2);
    expect(outcome['account_id']?.split(',').sort()).toEqual(data.map(({ _id }) => String(_id)).sort());
    expect(data).toMatchObject([{ login: 'facebook' }, { login: 'facebook' }]);
  });

  it('connects the accounts that are free beside one that somebody else holds, and says so', async () => {
    await (
      await app.call(other)
    )
      .post('/accounts')
      .send({ access_token: app.sandbox.account.accessToken, login: 'instagram' })
      .expect(201);
    const outcome = await click({}, 'facebook');
    expect(outcome['instagram']).toBe('connected');
    expect(outcome['message']).toContain('connected by somebody else');
    expect(await accountsOf()).toMatchObject({ total: 1 });
  });

  it.each([
    ['declined', { decline: true }],
    ['scopes_missing', { scopes: ['instagram_business_basic'] }],
  ])('tells in a sentence that it was %s', async (code, decision) => {
    const outcome = await click(decision);
    expect(outcome).toMatchObject({
      instagram: 'failed',
      code,
      message: expect.stringMatching(/^[A-Z].+\.$/) as string,
    });
    expect(await accountsOf()).toMatchObject({ total: 0 });
  });

  it('takes a state once', async () => {
    const { url, cookie } = await start();
    const redirect = app.sandbox.decide(url);
    const [one, two] = await Promise.all([comeBack(redirect, cookie), comeBack(redirect, cookie)]);
    const outcomes = [outcomeOf(one), outcomeOf(two)];
    expect(outcomes.map(({ instagram }) => instagram).sort()).toEqual(['connected', 'failed']);
    expect(outcomes.find(({ instagram }) => instagram === 'failed')).toMatchObject({ code: 'state_used' });
  });

  it('refuses a state after ten minutes', async () => {
    const { url, cookie } = await start();
    const redirect = app.sandbox.decide(url);
    clock.advance(10 * 60_000 + 1);
    expect(outcomeOf(await comeBack(redirect, cookie))).toMatchObject({ code: 'state_expired' });
  });

  it.each([
    ['without a cookie', null],
    ['with another browser’s cookie', 'dm_oauth=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ])('refuses a state that comes back %s, so that nobody’s account lands with a stranger', async (_how, cookie) => {
    const { url } = await start('instagram', other);
    const redirect = app.sandbox.decide(url);
    expect(outcomeOf(await comeBack(redirect, cookie))).toMatchObject({ code: 'state_of_another_browser' });
    expect(await accountsOf(other as never)).toMatchObject({ total: 0 });
  });

  it.each(['', 'x', 'a.b', `${'A'.repeat(32)}.${'B'.repeat(43)}`])('refuses the made-up state "%s"', async (state) => {
    const { cookie } = await start();
    const back = `https://dm.test/accounts/oauth/instagram/callback?code=abc&state=${state}`;
    expect(outcomeOf(await comeBack(back, cookie))).toMatchObject({ code: 'state_invalid' });
  });

  it('refuses a state of the other login, and a repeated parameter hides nothing', async () => {
    const { url, cookie } = await start('instagram');
    const redirect = app.sandbox.decide(url).replace('/instagram/', '/facebook/');
    expect(outcomeOf(await comeBack(redirect, cookie))).toMatchObject({ code: 'state_invalid' });
    const twice = `${app.sandbox.decide(url).replace(/#.*$/, '')}&state=x&code=y`;
    expect(outcomeOf(await comeBack(twice, cookie))).toMatchObject({ instagram: 'connected' });
  });

  it('says so when Meta does not take the code, and when Meta is away', async () => {
    const { url, cookie } = await start();
    const bad = new URL(app.sandbox.decide(url));
    bad.searchParams.set('code', 'made-up');
    expect(outcomeOf(await comeBack(bad.toString(), cookie))).toMatchObject({ code: 'login_failed' });
    app.sandbox.faults.add({ route: 'me', mode: 'refuse' });
    expect(await click()).toMatchObject({ code: 'login_failed' });
  });

  it('sends the browser straight to the dialog with redirect=true, and lets only an admin connect for another', async () => {
    const answer = await (await app.call()).get('/accounts/oauth/instagram/start?redirect=true').redirects(0);
    expect([answer.status, new URL(String(answer.headers['location'])).searchParams.get('redirect_uri')]).toEqual([
      302,
      'https://dm.test/accounts/oauth/instagram/callback',
    ]);
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax; Secure/);
    await (await app.call()).get('/accounts/oauth/instagram/start?user_id=someone').expect(403);
    await (await app.call(admin)).get('/accounts/oauth/instagram/start?user_id=someone').expect(200);
    await (await app.call()).get('/accounts/oauth/whatsapp/start').expect(400);
    await (await app.call(null)).get('/accounts/oauth/instagram/start').expect(401);
  });

  it('never logs a code or a state', async () => {
    const { url, cookie } = await start();
    const redirect = app.sandbox.decide(url);
    await comeBack(redirect, cookie);
    const { searchParams } = new URL(redirect);
    const logs = app.logs.join('');
    expect(logs).not.toContain(searchParams.get('code'));
    expect(logs).not.toContain(searchParams.get('state'));
  });

  it('ends on a page of its own when no dashboard is configured', async () => {
    const bare = await startTestApp({ services, clock, sandbox: app.sandbox, env: { ROLE: 'api', ...oauthEnv } });
    try {
      const { url, cookie } = await start('instagram', tenant, bare);
      const page = await comeBack(app.sandbox.decide(url), cookie, bare).expect(200);
      expect(page.headers['content-type']).toContain('text/html');
      expect(page.text).toContain(`@${app.sandbox.account.username} is connected.`);
      const refused = await comeBack('https://dm.test/accounts/oauth/instagram/callback?state=x', cookie, bare);
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining('Start connecting again') as string,
      ]);
    } finally {
      await bare.app.close();
    }
  });
});

import type { Response } from 'supertest';
import request from 'supertest';
import { MovableClock } from '#libs/clock';
import { StreamService } from '../../src/inbox/stream/stream.service.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

const services = useServices();
const clock = new MovableClock();
const password = 'correct horse battery';
const sameOrigin = { 'sec-fetch-site': 'same-origin' };
let test: TestApp;

beforeAll(async () => {
  test = await startTestApp({ services, clock, env: { TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => test?.stop());

/** From a network of its own, so that tries elsewhere are not counted. */
let networks = 0;
const elsewhere = () => ({ 'x-forwarded-for': `198.51.100.${++networks}` });
const post = (path: string, body?: object, headers: Record<string, string> = elsewhere()) =>
  request(test.url).post(path).set(headers).send(body);
const tokenOf = ({ url }: { url: string }): string => url.split('#')[1] ?? '';

/** The cookie alone, as a browser would send it back. */
function cookieOf(answer: Response): string {
  const [set = ''] = answer.headers['set-cookie'] as unknown as string[];
  return set.split(';')[0] ?? '';
}

/** A browser with a session, at one of our pages. */
const browser = (cookie: string) => request.agent(test.url).set('cookie', cookie).set(sameOrigin);

async function firstAdminLink(tenantId = 'shop'): Promise<Response> {
  const token = await test.token({ userId: 'root', tenant: tenantId, role: 'admin' });
  return request(test.url).post('/auth/first-admin/link').set('authorization', `Bearer ${token}`);
}

async function invited(by: string, email: string, role: string): Promise<string> {
  const { body } = await browser(by).post('/staff/invites').send({ email, role }).expect(201);
  const joining = { token: tokenOf((body as { data: { url: string } }).data), name: email, password };
  return cookieOf(await post('/auth/invites/accept', joining).expect(201));
}

let root: string;
let owner: string;

it('lets in the first administrator by the newest link, once, and makes no other while there is staff', async () => {
  const older = ((await firstAdminLink()).body as { data: { url: string } }).data;
  const newest = ((await firstAdminLink()).body as { data: { url: string } }).data;
  expect(newest.url).toMatch(/\/app\/welcome#[\w-]{32}$/);
  const joining = { email: ' Root@Shop.example ', name: 'Rut', password };

  const refused = await post('/auth/first-admin', { ...joining, email: 'a@b.example', token: tokenOf(older) });
  const both = await Promise.all(
    [1, 2].map((n) =>
      post('/auth/first-admin', { ...joining, email: `root${n}@shop.example`, token: tokenOf(newest) }),
    ),
  );
  const came = both.find(({ status }) => status === 201) as Response;

  expect([refused.status, refused.body.code]).toEqual([400, 'link_not_valid']);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 400]);
  expect((await firstAdminLink()).status).toBe(409);
  root = cookieOf(came);
  const { body } = await browser(root).get('/auth/me').expect(200);
  expect(body).toMatchObject({ tenant_id: 'shop', actor: { name: 'Rut', role: 'admin' }, via: 'session' });
  owner = await invited(root, 'Owner@Shop.example', 'owner');
});

it('keeps the cookie from scripts and other sites, and its token and the password from the store', async () => {
  const answer = await post('/auth/sign-in', { email: 'OWNER@shop.example', password }).expect(200);

  expect(answer.headers['set-cookie']?.[0]).toMatch(
    /^session=[\w-]{43}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Strict$/,
  );
  expect(test.logs.join('')).not.toContain(cookieOf(answer).split('=')[1]);
  expect(test.logs.join('')).not.toContain(password);
});

it('tells a wrong password, an unknown address and a person who was shut out in the same words', async () => {
  const email = 'leaver@shop.example';
  const leaver = await invited(owner, email, 'operator');
  const { body } = await browser(leaver).get('/auth/me');
  const change = await browser(owner)
    .patch(`/staff/${(body as { actor: { id: string } }).actor.id}`)
    .send({ disabled: true });
  expect(change.body).toMatchObject({ data: { disabled: true } });
  await browser(leaver).get('/auth/me').expect(401);

  const tries = [
    { email: 'owner@shop.example', password: 'not the password' },
    { email: 'nobody@shop.example', password },
    { email, password },
  ];
  const answers = await Promise.all(tries.map((body) => post('/auth/sign-in', body)));

  const words = answers.map((one) => [one.status, one.body.code, one.body.error]);
  expect(new Set(words.map(String)).size).toBe(1);
  expect(words[0]?.slice(0, 2)).toEqual([401, 'sign_in_refused']);
});

it.each([
  ['that somebody has', 'owner@shop.example'],
  ['that nobody has', 'never-there@shop.example'],
])('takes five tries at an address %s, also at once, and leaves other networks alone', async (_whose, email) => {
  const here = elsewhere();
  const wrong = { email, password: 'a guess of twelve' };

  const answers = await Promise.all(Array.from({ length: 8 }, () => post('/auth/sign-in', wrong, here)));

  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  const late = answers.find(({ status }) => status === 429);
  expect(Number(late?.headers['retry-after'])).toBeGreaterThan(600);
  if (email.startsWith('owner')) {
    await post('/auth/sign-in', { email, password }, here).expect(429);
    await post('/auth/sign-in', { email, password }).expect(200);
  }
});

describe('a request with the cookie of a session', () => {
  const asked = (method: 'get' | 'post' | 'delete', path: string, headers: Record<string, string>) =>
    request(test.url)[method](path).set('cookie', owner).set(headers);
  const evil = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };

  it.each([
    ['from another site', 'post', '/inbox/stream/ticket', evil],
    ['from a sibling domain', 'delete', '/auth/sessions', { 'sec-fetch-site': 'same-site' }],
    ['that says nothing of its origin', 'post', '/auth/sign-out', {}],
    ['that acts on GET', 'get', '/accounts/oauth/instagram/start', { 'sec-fetch-site': 'same-site' }],
  ] as const)('%s changes nothing', async (_what, method, path, headers) => {
    const answer = await asked(method, path, headers);

    expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request']);
    await browser(owner).get('/auth/me').expect(200);
  });

  it('may act from our own page or from the dashboard’s, and read from wherever the browser lets it', async () => {
    await asked('post', '/inbox/stream/ticket', sameOrigin).expect(200);
    await asked('post', '/inbox/stream/ticket', { origin: 'http://localhost:5173' }).expect(200);
    await asked('get', '/inbox/conversations', {}).expect(200);
  });

  it('is not looked at where there is a Bearer token', async () => {
    const token = await test.token(admin);
    const { body } = await asked('get', '/auth/me', { authorization: `Bearer ${token}` }).expect(200);
    expect(body).toMatchObject({ tenant_id: 'admin', actor: { id: 'admin', email: null }, via: 'token' });
  });
});

describe('a session', () => {
  const signIn = async () =>
    cookieOf(await post('/auth/sign-in', { email: 'owner@shop.example', password }).expect(200));

  it('is listed, and ends when it is signed out, here or from elsewhere', async () => {
    const [here, there] = [await signIn(), await signIn()];
    const { body } = await browser(here).get('/auth/sessions').expect(200);
    const { data } = body as { data: { id: string; current: boolean }[] };
    expect(data.filter(({ current }) => current)).toHaveLength(1);
    const other = (await browser(there).get('/auth/sessions')).body as { data: { id: string; current: boolean }[] };

    await browser(here)
      .delete(`/auth/sessions/${other.data.find(({ current }) => current)?.id}`)
      .expect(200);
    await browser(there).get('/auth/me').expect(401);
    const out = await browser(here).post('/auth/sign-out').expect(200);

    expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0');
    await browser(here).get('/auth/me').expect(401);
  });

  it('of somebody else can’t be ended', async () => {
    const { body } = await browser(root).get('/auth/sessions').expect(200);
    await browser(owner)
      .delete(`/auth/sessions/${(body as { data: { id: string }[] }).data[0]?.id}`)
      .expect(404);
    await browser(root).get('/auth/me').expect(200);
  });

  it('ends after twelve hours unused, and after fourteen days however much it is used', async () => {
    const [idle, busy] = [await signIn(), await signIn()];
    for (let hours = 0; hours < 14 * 24; hours += 11) {
      await browser(busy).get('/auth/me').expect(200);
      clock.advance(11 * 3_600_000);
    }
    await browser(idle).get('/auth/me').expect(401);
    await browser(busy).get('/auth/me').expect(401);
    [root, owner] = [
      cookieOf(await post('/auth/sign-in', { email: (await anAdmin()) ?? '', password }).expect(200)),
      await signIn(),
    ];
  });

  it('ends its streams when it is ended', async () => {
    const cookie = await signIn();
    const stopped = new AbortController();
    const stream = await fetch(`${test.url}/inbox/stream`, {
      headers: { cookie, ...sameOrigin },
      signal: stopped.signal,
    });
    expect(stream.status).toBe(200);
    await browser(cookie).post('/auth/sign-out').expect(200);

    await test.get(StreamService).endWithSessions();

    await expect(stream.text()).resolves.toContain('retry:');
    stopped.abort();
  });

  it('ends everywhere when the password changes, but for the browser where that was done', async () => {
    const [here, there] = [await signIn(), await signIn()];
    const wrong = { current_password: 'is not it at all', new_password: 'another password' };
    await browser(here).post('/auth/password').set(elsewhere()).send(wrong).expect(400);

    const changed = await browser(here)
      .post('/auth/password')
      .set(elsewhere())
      .send({ ...wrong, current_password: password })
      .expect(200);

    for (const cookie of [here, there, owner]) await browser(cookie).get('/auth/me').expect(401);
    owner = cookieOf(changed);
    await browser(owner).get('/auth/me').expect(200);
    await post('/auth/sign-in', { email: 'owner@shop.example', password }).expect(401);
  });
});

async function anAdmin(): Promise<string | undefined> {
  const caller = await test.call(admin);
  const { body } = await caller.get('/staff').expect(200);
  return (body as { data: { email: string; role: string }[] }).data.find(({ role }) => role === 'admin')?.email;
}

describe('staff', () => {
  it('of one tenant is nothing to another', async () => {
    const { body } = await browser(owner).get('/staff').expect(200);
    const [someone] = (body as { data: { id: string }[] }).data;
    const stranger = await test.call({ userId: 'tenant-2', role: 'user' });
    const { data } = (await browser(owner).post('/staff/invites').send({ email: 'x@shop.example', role: 'viewer' }))
      .body as {
      data: { id: string };
    };

    expect((await stranger.get('/staff').expect(200)).body).toMatchObject({ data: [], next_cursor: null });
    expect((await stranger.get('/staff/invites').expect(200)).body).toMatchObject({ data: [] });
    await stranger.get(`/staff/${someone?.id}`).expect(404);
    await stranger.patch(`/staff/${someone?.id}`).send({ name: 'mine' }).expect(404);
    await stranger.delete(`/staff/${someone?.id}`).expect(404);
    await stranger.delete(`/staff/invites/${data.id}`).expect(404);
    await browser(owner).delete(`/staff/invites/${data.id}`).expect(200);
  });

  it('is changed by nobody beneath, and by nobody for themselves', async () => {
    const people = ((await browser(root).get('/staff').expect(200)).body as { data: { id: string; role: string }[] })
      .data;
    const idOf = (role: string) => people.find((one) => one.role === role)?.id;

    await browser(owner)
      .patch(`/staff/${idOf('admin')}`)
      .send({ role: 'viewer' })
      .expect(403);
    await browser(owner).post('/staff/invites').send({ email: 'y@shop.example', role: 'admin' }).expect(403);
    await browser(owner)
      .patch(`/staff/${idOf('owner')}`)
      .send({ role: 'viewer' })
      .expect(409);
    await browser(owner)
      .delete(`/staff/${idOf('owner')}`)
      .expect(409);
    const operator = await invited(owner, 'op@shop.example', 'operator');
    await browser(operator).get('/staff').expect(200);
    await browser(operator).post('/staff/invites').send({ email: 'z@shop.example', role: 'viewer' }).expect(403);
    await browser(operator).get('/inbox/conversations').expect(200);
  });
});

it('writes down who came in, who failed to, and what was done to staff, for the tenant and nobody else', async () => {
  const from = elsewhere();
  await post('/auth/sign-in', { email: 'owner@shop.example', password: 'not this one' }, from).expect(401);
  const log = async (query: string) =>
    (await browser(owner).get(`/audit-log?${query}`).expect(200)).body.data as Record<string, unknown>[];

  expect((await log('action=session.opened&limit=1'))[0]).toMatchObject({
    ...{ tenant_id: 'shop', via: 'password', action: 'session.opened' },
    address: expect.stringMatching(/^198\.51\.100\./) as string,
    request_id: expect.any(String) as string,
  });
  await eventually(async () =>
    expect((await log('action=session.refused&limit=1'))[0]).toMatchObject({
      actor: 'unknown',
      address: from['x-forwarded-for'],
      target: { email: 'owner@shop.example', role: 'owner' },
    }),
  );
  expect((await log('action=staff.joined')).length).toBeGreaterThanOrEqual(4);
  expect(await log('action=staff.changed')).toMatchObject([
    { target: { email: 'leaver@shop.example' }, changed: ['disabled'], via: 'session', role: 'owner' },
  ]);
  expect(JSON.stringify(await log('limit=100'))).not.toContain(password);
  const stranger = await test.call({ userId: 'tenant-2', role: 'user' });
  expect((await stranger.get('/audit-log').expect(200)).body).toMatchObject({ data: [], next_cursor: null });
});

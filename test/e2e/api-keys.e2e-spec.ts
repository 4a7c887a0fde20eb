import request from 'supertest';
import { MovableClock } from '#libs/clock';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

const services = useServices();
const clock = new MovableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ services, clock, env: { ROLE: 'api' } });
});
afterAll(() => app?.stop());

interface Created {
  id: string;
  key: string;
}

const create = async (body: object, as = tenant): Promise<Created> =>
  (await (await app.call(as)).post('/api-keys').send(body).expect(201)).body.data;
const get = (key: string, path: string) => request(app.url).get(path).set('authorization', `Bearer ${key}`);
const post = (key: string, path: string) => request(app.url).post(path).set('authorization', `Bearer ${key}`);

it('is the Bearer token of a program, of one tenant and with one role', async () => {
  const { key } = await create({ name: 'order system', role: 'viewer' });

  const { body } = await get(key, '/auth/me').expect(200);

  expect(body).toMatchObject({ tenant_id: tenant.userId, via: 'api_key', actor: { role: 'viewer' } });
  await get(key, '/inbox/conversations').expect(200);
  await post(key, '/inbox/blocklist').send({ external_participant_id: '8880001112223334' }).expect(403);
  await get(key, '/admin/deliveries').expect(403);
});

it('is told once, and kept nowhere', async () => {
  const { id, key } = await create({ name: 'told once', role: 'operator' });

  const { body } = await (await app.call()).get('/api-keys').expect(200);

  expect(body.data[0]).toMatchObject({
    id,
    name: 'told once',
    role: 'operator',
    ends_with: key.slice(-4),
    used_at: null,
  });
  expect(JSON.stringify(body)).not.toContain(key);
  expect(app.logs.join('\n')).not.toContain(key);
});

it('shows when it was last used', async () => {
  const { id, key } = await create({ name: 'used', role: 'viewer' });
  await get(key, '/auth/me').expect(200);

  const { body } = await (await app.call()).get('/api-keys').expect(200);

  const used = body.data.find((one: { id: string }) => one.id === id);
  expect(Date.parse(used.used_at)).toBeGreaterThanOrEqual(Date.parse(used.created_at));
});

it('opens nothing once it is revoked', async () => {
  const { id, key } = await create({ name: 'leaves', role: 'owner' });
  await get(key, '/auth/me').expect(200);

  await (await app.call()).delete(`/api-keys/${id}`).expect(200);

  const { body } = await get(key, '/auth/me').expect(401);
  expect(body).toMatchObject({ success: false, code: 'unauthenticated' });
  await (await app.call()).delete(`/api-keys/${id}`).expect(404);
});

it('ends at the time it was given', async () => {
  const { key } = await create({ name: 'for a day', role: 'viewer', expires_at: new Date(clock.now() + 60_000) });
  await get(key, '/auth/me').expect(200);

  clock.advance(61_000);

  await get(key, '/auth/me').expect(401);
  clock.advance(-61_000);
});

it('makes no others, and nobody makes one that may do more than they', async () => {
  const { key } = await create({ name: 'the owner’s', role: 'owner' });

  await post(key, '/api-keys').send({ name: 'another', role: 'viewer' }).expect(403);
  await (await app.call()).post('/api-keys').send({ name: 'all', role: 'admin' }).expect(400);
  await (
    await app.call({ ...tenant, role: 'operator' })
  )
    .post('/api-keys')
    .send({ name: 'x', role: 'viewer' })
    .expect(403);
});

it.each([
  ['no name', { role: 'viewer' }, 'name'],
  ['an empty name', { name: ' ', role: 'viewer' }, 'name'],
  ['a role that is none', { name: 'x', role: 'boss' }, 'role'],
  ['an end in the past', { name: 'x', role: 'viewer', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['an end that is no time', { name: 'x', role: 'viewer', expires_at: 'soon' }, 'expires_at'],
])('says what is wrong with %s', async (_what, body, field) => {
  const answer = await (await app.call()).post('/api-keys').send(body).expect(400);

  expect(answer.body.details).toEqual([expect.objectContaining({ field })]);
});

it('stands in the audit log, made and revoked, and so does what it did', async () => {
  const { id, key } = await create({ name: 'watched', role: 'owner' });
  await post(key, '/inbox/labels').send({ name: 'made by a program', color: '#1f77b4' }).expect(201);
  await (await app.call()).delete(`/api-keys/${id}`).expect(200);

  const { body } = await (await app.call(admin)).get('/audit-log').expect(200);

  const events = body.data as { action: string; actor: string; target: { api_key_id?: string } }[];
  expect(events.filter(({ target }) => target.api_key_id === id).map(({ action }) => action)).toEqual([
    'api_key.revoked',
    'api_key.created',
  ]);
  expect(events.find(({ action }) => action === 'label.added')?.actor).toBe(`api-key:${id}`);
});

it.each([['dmk_'], [`dmk_${'x'.repeat(43)}`], [`dmk_${'x'.repeat(44)}`]])('refuses %s', async (guess) => {
  await get(guess, '/auth/me').expect(401);
});

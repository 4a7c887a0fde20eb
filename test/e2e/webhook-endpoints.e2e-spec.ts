import { randomBytes, randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { Clock } from '#libs/clock';
import { withMongo } from '../support/embedded-servers.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { isSignedWith, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

jest.setTimeout(90_000);

/** The machine's time, and as much more as a test has let pass. */
class PassingClock extends Clock {
  private passedMs = 0;

  now(): number {
    return Date.now() + this.passedMs;
  }

  pass(ms: number): void {
    this.passedMs += ms;
  }
}

const hour = 3_600_000;
const services = useServices();
const clock = new PassingClock();
const env = { ENCRYPTION_KEY: randomBytes(32).toString('base64') };
let app: TestApp;
let accountId: string;
let receiver: WebhookReceiver;

interface Endpoint {
  id: string;
  secret: string;
}
interface Logged {
  id: string;
  status: string;
  event_type: string;
  next_attempt_at: string | null;
  attempts: { status: number | null; reason: string | null }[];
}

beforeAll(async () => {
  app = await startTestApp({ services, clock, env });
  accountId = await app.connect(tenant.userId, { enabled: false });
});
afterAll(() => app?.stop());
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(async () => {
  const call = await app.call();
  const { body } = await call.get('/webhook-endpoints').expect(200);
  for (const { id } of (body as { data: Endpoint[] }).data) await call.delete(`/webhook-endpoints/${id}`).expect(200);
  await receiver.stop();
});

async function addEndpoint(fields: object = {}): Promise<Endpoint> {
  const body = { url: receiver.url, event_types: ['message'], ...fields };
  const answer = await (await app.call()).post('/webhook-endpoints').send(body);
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return (answer.body as { data: Endpoint }).data;
}

async function show(id: string): Promise<Record<string, unknown>> {
  const { body } = await (await app.call()).get(`/webhook-endpoints/${id}`).expect(200);
  return (body as { data: Record<string, unknown> }).data;
}

async function log(id: string): Promise<Logged[]> {
  const { body } = await (await app.call()).get(`/webhook-endpoints/${id}/messages`).expect(200);
  return (body as { data: Logged[] }).data;
}

const say = (words: string) => app.sandbox.customer.sendText(words).delivered;

const told = (words: string, count = 1) =>
  eventually(() => {
    const posts = receiver.of('message', words);
    expect(posts.length).toBeGreaterThanOrEqual(count);
    return posts;
  });

const inStore = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  withMongo(services.databaseUrl, (client) => work(client.db(services.databaseName)));

describe('an endpoint', () => {
  it('is told of a message as the inbox shows it, signed, and once', async () => {
    const words = `Hello ${randomUUID()}`;
    const { id, secret } = await addEndpoint();

    await say(words);
    const [post, ...more] = await told(words);
    await eventually(async () => expect((await log(id))[0]).toMatchObject({ status: 'delivered' }));

    expect(more).toEqual([]);
    expect(isSignedWith(secret, post as never)).toBe(true);
    expect(post?.body).toMatchObject({
      type: 'message',
      data: { change: 'new', platform_account_id: accountId, message: { direction: 'inbound', content: words } },
    });
    const [logged] = await log(id);
    expect(post?.headers['webhook-id']).toBe(logged?.id);
    expect(logged).toMatchObject({ event_type: 'message', next_attempt_at: null, attempts: [{ status: 204 }] });
  });

  it('is told of the types that it asks for alone, and of nothing from before it was there', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    await addEndpoint({ event_types: ['conversation'] });
    await say(before);
    await eventually(() => expect(receiver.of('conversation', before).length).toBeGreaterThan(0));
    const late = await addEndpoint({ event_types: ['message'] });

    await say(after);
    await told(after);

    expect(receiver.of('message', before)).toEqual([]);
    expect(receiver.posts.filter(({ body }) => !['conversation', 'message'].includes(body.type))).toEqual([]);
    expect(new Set((await log(late.id)).map(({ event_type }) => event_type))).toEqual(new Set(['message']));
  });

  it('shows its secret once, and keeps it sealed', async () => {
    const { id, secret } = await addEndpoint();

    const answers = [await show(id), (await (await app.call()).get('/webhook-endpoints')).body];
    const stored = await inStore((db) => db.collection('webhook_endpoints').find().toArray());

    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify([answers, stored, app.logs])).not.toContain(secret.slice(6));
  });

  it('is signed with both secrets for a day after one was replaced', async () => {
    const { id, secret } = await addEndpoint();
    const call = await app.call();
    const rotated = await call.post(`/webhook-endpoints/${id}/rotate-secret`).expect(200);
    const { secret: next } = (rotated.body as { data: Endpoint }).data;

    await call.post(`/webhook-endpoints/${id}/test`).expect(200);
    const both = receiver.posts.at(-1);
    expect([secret, next].map((one) => isSignedWith(one, both as never))).toEqual([true, true]);
    expect(await show(id)).toMatchObject({ previous_secret_until: expect.any(String) });

    clock.pass(25 * hour);
    await (await app.call()).post(`/webhook-endpoints/${id}/test`).expect(200);
    expect(receiver.posts.at(-1)?.headers['webhook-signature']).toMatch(/^v1,\S+$/);
  });

  it('is tried with an event of its own, whose outcome the answer tells', async () => {
    const { id } = await addEndpoint({ enabled: false });
    const test = async () =>
      (await (await app.call()).post(`/webhook-endpoints/${id}/test`).expect(200)).body as object;

    expect(await test()).toMatchObject({
      data: { event_type: 'test', status: 'delivered', attempts: [{ status: 204 }] },
    });
    receiver.answer = (response) => void response.writeHead(302, { location: `${receiver.url}/elsewhere` }).end();
    expect(await test()).toMatchObject({
      data: { status: 'failed', next_attempt_at: null, attempts: [{ status: 302 }] },
    });
    receiver.answer = (response) => void response.destroy();
    expect(await test()).toMatchObject({ data: { status: 'failed', attempts: [{ status: null, reason: 'cut_off' }] } });
    expect(receiver.of('test')).toHaveLength(3);
  });

  it.each([
    [{ url: 'ftp://example.com/' }, 'url'],
    [{ url: 'https://user:password@example.com/' }, 'url'],
    [{ url: 'not an address' }, 'url'],
    [{ event_types: [] }, 'event_types'],
    [{ event_types: ['message', 'message'] }, 'event_types'],
    [{ event_types: ['presence'] }, 'event_types'],
    [{ description: 'two\nlines' }, 'description'],
  ])('is refused %j', async (change, field) => {
    const body = { url: receiver.url, event_types: ['message'], ...change };
    const answer = await (await app.call()).post('/webhook-endpoints').send(body);
    expect([answer.status, answer.body]).toEqual([
      400,
      expect.objectContaining({ details: [expect.objectContaining({ field })] }),
    ]);
  });

  it('is one of ten at most', async () => {
    for (let count = 0; count < 10; count++) await addEndpoint({ enabled: false });
    const body = { url: receiver.url, event_types: ['message'] };
    const answer = await (await app.call()).post('/webhook-endpoints').send(body).expect(409);
    expect(answer.body).toMatchObject({ code: 'webhook_endpoints_full' });
  });
});

describe('a receiver that takes nothing', () => {
  it('is tried again until it does, under the same id', async () => {
    const words = randomUUID();
    const { id } = await addEndpoint();
    receiver.answer = (response) => void response.writeHead(503).end();
    await say(words);
    await told(words);
    await eventually(async () =>
      expect((await log(id))[0]).toMatchObject({ status: 'queued', attempts: [{ status: 503 }] }),
    );
    expect(await show(id)).toMatchObject({ enabled: true, failing_since: expect.any(String) });

    receiver.answer = (response) => void response.writeHead(200).end();
    clock.pass(10_000);
    const posts = await told(words, 2);
    await eventually(async () =>
      expect((await log(id))[0]).toMatchObject({ status: 'delivered', attempts: [{ status: 503 }, { status: 200 }] }),
    );
    expect(new Set(posts.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await eventually(async () => expect(await show(id)).toMatchObject({ failing_since: null }));
  });

  it('is disabled after three days with an alert, and gets what it missed once it is enabled and asks', async () => {
    const words = randomUUID();
    const { id } = await addEndpoint();
    const since = clock.date().toISOString();
    receiver.answer = (response) => void response.writeHead(500).end();
    await say(words);
    await eventually(async () => expect(await show(id)).toMatchObject({ failing_since: expect.any(String) }));

    clock.pass(73 * hour);
    await eventually(async () => expect(await show(id)).toMatchObject({ enabled: false, disabled_reason: 'failing' }));
    await eventually(async () => expect(await log(id)).toMatchObject([{ status: 'failed', next_attempt_at: null }]));
    const standing = () => inStore((db) => db.collection('alerts').countDocuments({ about: id, cleared_at: null }));
    await eventually(async () => expect(await standing()).toBe(1));
    const call = await app.call();
    const refused = await call.post(`/webhook-endpoints/${id}/replay?since=${since}`).expect(409);
    expect(refused.body).toMatchObject({ code: 'webhook_endpoint_disabled' });

    receiver.answer = (response) => void response.writeHead(200).end();
    const seen = receiver.posts.length;
    await call.patch(`/webhook-endpoints/${id}`).send({ enabled: true }).expect(200);
    const replayed = await call.post(`/webhook-endpoints/${id}/replay?since=${since}`).expect(200);

    expect(replayed.body).toMatchObject({ data: { replayed: 1, more: false } });
    await told(words, seen + 1);
    expect(await standing()).toBe(0);
    expect(await show(id)).toMatchObject({ enabled: true, disabled_reason: null, failing_since: null });
  });

  it('is disabled at once when it answers 410', async () => {
    const words = randomUUID();
    const { id } = await addEndpoint();
    receiver.answer = (response) => void response.writeHead(410).end();
    await say(words);

    await eventually(async () => expect(await show(id)).toMatchObject({ enabled: false, disabled_reason: 'gone' }));
    await eventually(async () =>
      expect(await log(id)).toMatchObject([{ status: 'failed', attempts: [{ status: 410 }] }]),
    );
  });

  it('holds up nobody else', async () => {
    const words = randomUUID();
    const other = await startWebhookReceiver();
    await addEndpoint();
    await addEndpoint({ url: other.url });
    receiver.answer = () => undefined;
    await say(words);
    await eventually(() => expect(other.of('message', words)).toHaveLength(1));
    await other.stop();
  });
});

describe('a message of the log', () => {
  it('is posted again when asked, as what it tells of is then', async () => {
    const words = randomUUID();
    const { id } = await addEndpoint();
    await say(words);
    await told(words);
    const [logged] = await eventually(async () => {
      const found = await log(id);
      expect(found).toMatchObject([{ status: 'delivered' }]);
      return found;
    });

    const call = await app.call();
    await call.post(`/webhook-endpoints/${id}/messages/${logged?.id}/replay`).expect(200);
    const posts = await told(words, 2);

    expect(new Set(posts.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([logged?.id]));
  });

  it('holds nothing of what people wrote, and tells nothing of who was erased', async () => {
    const words = randomUUID();
    const customer = app.sandbox.customers[1] as (typeof app.sandbox)['customer'];
    const { id } = await addEndpoint();
    await customer.sendText(words).delivered;
    await told(words);
    const [logged] = await eventually(async () => {
      const found = await log(id);
      expect(found).toMatchObject([{ status: 'delivered' }]);
      return found;
    });
    const rows = await inStore((db) => db.collection('endpoint_messages').find().toArray());
    expect(JSON.stringify(rows)).not.toContain(words);
    expect(JSON.stringify(rows)).not.toContain(customer.id);

    const call = await app.call();
    const asked = await call
      .post('/privacy/erasures')
      .send({ account_id: accountId, participant_id: customer.id })
      .expect(202);
    const { id: erasureId } = (asked.body as { data: { id: string } }).data;
    await eventually(async () => {
      const { body } = await call.get(`/privacy/erasures/${erasureId}`).expect(200);
      expect(body).toMatchObject({ data: { state: 'done' } });
    });
    const seen = receiver.posts.length;
    await call.post(`/webhook-endpoints/${id}/messages/${logged?.id}/replay`).expect(200);
    await eventually(async () => expect((await log(id)).at(-1)).toMatchObject({ status: 'withdrawn' }));
    expect(receiver.posts.slice(seen)).toEqual([]);
  });
});

it('is for owners, of their own tenant', async () => {
  const { id } = await addEndpoint();
  for (const role of ['viewer', 'operator'] as const) {
    const call = await app.call({ userId: 'anna', tenant: tenant.userId, role });
    await call.get('/webhook-endpoints').expect(403);
    await call.post(`/webhook-endpoints/${id}/test`).expect(403);
  }
  const stranger = await app.call({ userId: 'tenant-2', role: 'owner' });
  await stranger.get(`/webhook-endpoints/${id}`).expect(404);
  await stranger.delete(`/webhook-endpoints/${id}`).expect(404);
  expect((await stranger.get('/webhook-endpoints').expect(200)).body).toMatchObject({ data: [] });
});

it('is told of what happened while no worker ran', async () => {
  const words = randomUUID();
  await addEndpoint({ event_types: ['conversation'] });
  await say(words);
  await eventually(() => expect(receiver.of('conversation', words).length).toBeGreaterThan(0));
  const { id } = receiver.of('conversation', words)[0]?.body.data['conversation'] as { id: string };
  await app.stop();

  const alone = await startTestApp({ services, clock, env: { ...env, ROLE: 'api' } });
  await (await alone.call()).patch(`/inbox/conversations/${id}`).send({ archived: true }).expect(200);
  await alone.stop();
  const seen = receiver.posts.length;
  app = await startTestApp({ services, clock, env });

  await eventually(() =>
    expect(receiver.posts.slice(seen).map((post) => post.body.data['conversation'])).toContainEqual(
      expect.objectContaining({ id, archived: true }),
    ),
  );
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import { MovableClock } from '#libs/clock';
import type { SandboxCustomer } from '#libs/sandbox';
import type { TokenSubject } from '../../src/auth/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(40_000);
const services = useServices();
const clock = new MovableClock();
const hourMs = 3_600_000;
let app: TestApp;
let accountId: string;
let anna: TokenSubject;
let ben: TokenSubject;
let people = 0;

type Call = Awaited<ReturnType<TestApp['call']>>;
const as = (who: TokenSubject = anna): Promise<Call> => app.call(who);

/** Somebody who was invited and came. */
async function newColleague(name: string): Promise<TokenSubject> {
  const email = `${name.toLowerCase()}@shop.example`;
  const { body } = await (await as(tenant)).post('/staff/invites').send({ email, role: 'operator' }).expect(201);
  const token = String(body.data.url).split('#')[1];
  const joining = { token, name, password: 'correct horse battery' };
  await (await app.call(null)).post('/auth/invites/accept').set('origin', app.url).send(joining).expect(201);
  const { body: staff } = await (await as(tenant)).get('/staff').expect(200);
  const { id } = staff.data.find((one: { name: string }) => one.name === name);
  return { userId: id, tenant: tenant.userId, role: 'operator' };
}

const newCustomer = (): SandboxCustomer =>
  app.sandbox.createCustomer({ username: `guest.${++people}`, name: `Guest ${people}` });
const idOf = (customer: SandboxCustomer): string => conversationIdOf(accountId, customer.idFor(app.sandbox.account));
const pathOf = (customer: SandboxCustomer): string => `/inbox/conversations/${idOf(customer)}`;
const shown = async (customer: SandboxCustomer) => (await (await as()).get(pathOf(customer)).expect(200)).body.data;
const change = async (customer: SandboxCustomer, body: object, who = anna, status = 200) =>
  (await (await as(who)).patch(pathOf(customer)).send(body).expect(status)).body;

async function wrote(customer: SandboxCustomer, text: string): Promise<void> {
  customer.sendText(text);
  await eventually(async () => expect(await shown(customer)).toMatchObject({ last_message: text }));
}
async function answer(customer: SandboxCustomer, message: string): Promise<void> {
  // Customers write by the machine’s clock.
  clock.set(Date.now());
  const call = await as();
  await call
    .post(`${pathOf(customer)}/messages`)
    .send({ message })
    .expect(200);
}

const listed = async (view: string, who = anna): Promise<string[]> => {
  const { body } = await (await as(who)).get('/inbox/conversations').query({ view }).expect(200);
  return body.conversations.map(({ id }: { id: string }) => id);
};
const viewsOf = async (customer: SandboxCustomer, who = anna): Promise<string[]> => {
  const views = ['open', 'unread', 'waiting', 'mine', 'closing', 'snoozed', 'done', 'all'];
  const found = await Promise.all(views.map((view) => listed(view, who)));
  return views.filter((_view, index) => found[index]?.includes(idOf(customer)));
};

beforeAll(async () => {
  app = await startTestApp({ services, clock, env: { MEDIA_EXTRA_HOSTS: '127.0.0.1' } });
  accountId = await app.connect(undefined, { enabled: false, pause_after_human_minutes: 30 });
  [anna, ben] = [await newColleague('Anna'), await newColleague('Ben')];
}, 60_000);
afterAll(() => app?.stop());

describe('the work lists', () => {
  it('follow a conversation from the first message to done and back', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Are you open?');
    expect(await viewsOf(customer)).toEqual(['open', 'unread', 'waiting', 'all']);
    const { waiting_since, last_message_at } = await shown(customer);
    expect(waiting_since).toBe(last_message_at);

    await change(customer, { assignee: 'me', read: true });
    expect(await viewsOf(customer)).toEqual(['open', 'waiting', 'mine', 'all']);
    expect(await viewsOf(customer, ben)).toEqual(['open', 'waiting', 'all']);

    await answer(customer, 'We are.');
    expect(await viewsOf(customer)).toEqual(['open', 'mine', 'all']);
    expect(await shown(customer)).toMatchObject({ last_message_source: 'person', waiting_since: null });

    await change(customer, { done: true });
    expect(await viewsOf(customer)).toEqual(['done', 'all']);
    expect(await shown(customer)).toMatchObject({ archived: true, done_at: expect.any(String) });

    await wrote(customer, 'Thanks!');
    expect(await viewsOf(customer)).toEqual(['open', 'unread', 'waiting', 'mine', 'all']);
    expect(await shown(customer)).toMatchObject({ archived: false, done_at: null, assignee: anna.userId });
  });

  it('leave out what is put off until its time has come, or the customer writes', async () => {
    const [one, other] = [newCustomer(), newCustomer()];
    await wrote(one, 'Call me tomorrow');
    await wrote(other, 'Next week is fine');
    const until = new Date(clock.now() + 2 * hourMs).toISOString();
    await change(one, { done: true });
    expect((await change(one, { snoozed_until: until })).data).toMatchObject({ snoozed_until: until, done_at: null });
    await change(other, { snoozed_until: new Date(clock.now() + 3 * hourMs).toISOString() });

    expect(await viewsOf(one)).toEqual(['snoozed', 'all']);
    expect((await listed('snoozed')).slice(0, 2)).toEqual([idOf(one), idOf(other)]);

    await wrote(other, 'No, today please');
    expect(await shown(other)).toMatchObject({ snoozed_until: null });
    clock.advance(2 * hourMs + 1);
    expect(await viewsOf(one)).toEqual(['open', 'unread', 'waiting', 'all']);
    for (const bad of ['yesterday', '2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z'])
      await change(one, { snoozed_until: bad }, anna, 400);
  });

  it('name what closes soon, the soonest first', async () => {
    const [first, second] = [newCustomer(), newCustomer()];
    await wrote(first, 'first');
    clock.advance(hourMs);
    await wrote(second, 'second');
    expect(await listed('closing')).toEqual([]);
    clock.advance(19 * hourMs);

    const closing = await listed('closing');
    expect(closing.slice(-2)).toEqual([idOf(first), idOf(second)]);
    expect(await listed('waiting').then(([newest]) => newest)).toBe(idOf(second));
    const { body } = await (
      await as()
    )
      .get('/inbox/conversations')
      .query({ view: 'waiting', sort: 'oldest', limit: 1 });
    const next = await (
      await as()
    )
      .get('/inbox/conversations')
      .query({ view: 'waiting', sort: 'oldest', limit: 1, cursor: body.next_cursor });
    const waiting = (await listed('waiting')).reverse();
    expect([body.conversations[0].id, next.body.conversations[0].id]).toEqual(waiting.slice(0, 2));
  });

  it('are counted, for an account and for all, and nothing of another tenant’s', async () => {
    const { body } = await (await as()).get('/inbox/counts').expect(200);
    const counted = Object.entries(body.data.views as Record<string, { count: number }>);
    for (const [view, { count }] of counted) expect([view, count]).toEqual([view, (await listed(view)).length]);
    const of = await (await as()).get('/inbox/counts').query({ platform_account_id: accountId }).expect(200);
    expect(of.body.data.views).toEqual(body.data.views);
    expect(body.data.accounts).toEqual([
      { platform_account_id: accountId, unread: body.data.views.unread, waiting: body.data.views.waiting },
    ]);

    const stranger = await app.call({ userId: 'tenant-2', role: 'user' });
    const theirs = await stranger.get('/inbox/counts').expect(200);
    expect(new Set(Object.values(theirs.body.data.views).map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"count":0,"more":false}']),
    );
    await stranger.get('/inbox/counts').query({ platform_account_id: accountId }).expect(404);
  });
});

describe('the messages of a conversation', () => {
  const texts = (messages: { content: string }[]): string[] => messages.map(({ content }) => content);

  it('are read around, before and after one of them, which a search finds', async () => {
    const customer = newCustomer();
    for (let n = 1; n <= 5; n++) await wrote(customer, `Table ${n} (of 5)`);
    const call = await as();
    const path = `${pathOf(customer)}/messages`;
    const page = async (query: object) => (await call.get(path).query(query).expect(200)).body;

    const { body: found } = await call.get(`${path}/search`).query({ q: 'TABLE 3 (' }).expect(200);
    expect(texts(found.messages)).toEqual(['Table 3 (of 5)']);
    const [{ id: third }] = found.messages;
    const around = await page({ around: third, limit: 3 });
    expect(texts(around.messages)).toEqual(['Table 2 (of 5)', 'Table 3 (of 5)', 'Table 4 (of 5)']);
    expect(around.has_newer).toBe(true);
    const newer = await page({ after: around.messages[2].id });
    expect([texts(newer.messages), newer.has_newer]).toEqual([['Table 5 (of 5)'], false]);
    const older = await page({ cursor: around.next_cursor });
    expect(texts(older.messages)).toEqual(['Table 1 (of 5)']);
    expect(texts((await page({ before: third, limit: 1 })).messages)).toEqual(['Table 2 (of 5)']);

    const { body: more } = await call.get(`${path}/search`).query({ q: 'of 5', limit: 4 }).expect(200);
    const rest = await call.get(`${path}/search`).query({ q: 'of 5', limit: 4, cursor: more.next_cursor }).expect(200);
    expect(texts(rest.body.messages)).toEqual(['Table 1 (of 5)']);
    await call
      .get(`${pathOf(customer)}/messages`)
      .query({ around: 'f'.repeat(24) })
      .expect(404);
    await call.get(path).query({ around: third, after: third }).expect(400);
    const other = newCustomer();
    await wrote(other, 'Hello');
    await call
      .get(`${pathOf(other)}/messages`)
      .query({ around: third })
      .expect(404);
  });

  it('carry the name their client gave them, and go out once under it', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Are you open?');
    const stream = await EventStream.open(`${app.url}/inbox/stream`, {
      authorization: `Bearer ${await app.token(anna)}`,
    });
    await eventually(() => expect(stream.named('ready')).toHaveLength(1));
    const call = await as();
    const send = { message: 'We are.', client_key: 'key-of-the-client' };

    const both = await Promise.all([1, 2].map(() => call.post(`${pathOf(customer)}/messages`).send(send)));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both[0]?.body.id).toBe(both[1]?.body.id);
    const { body } = await call.get(`${pathOf(customer)}/messages`).expect(200);
    const ours = { content: 'We are.', client_key: send.client_key, sent_by: anna.userId };
    expect(body.messages.slice(1)).toEqual([expect.objectContaining(ours)]);
    await eventually(() =>
      expect(stream.named('message').map(({ data }) => data['message'])).toContainEqual(expect.objectContaining(ours)),
    );
    stream.close();
    await call
      .post(`${pathOf(customer)}/messages`)
      .set('idempotency-key', 'another')
      .send(send)
      .expect(400);
  });
});

describe('who sees to a conversation', () => {
  it('is told to everybody, is not taken by two at once, and is nobody once they have left', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Who is there?');
    const stream = await EventStream.open(`${app.url}/inbox/stream`, {
      authorization: `Bearer ${await app.token(ben)}`,
    });
    await eventually(() => expect(stream.named('ready')).toHaveLength(1));

    const both = await Promise.all(
      [anna, ben].map(async (who) =>
        (await as(who)).patch(pathOf(customer)).send({ assignee: 'me', expected_assignee: null }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { assignee } = await shown(customer);
    await eventually(() =>
      expect(stream.named('conversation').map(({ data }) => data['conversation'])).toContainEqual(
        expect.objectContaining({ id: idOf(customer), assignee }),
      ),
    );
    stream.close();

    const clara = await newColleague('Clara');
    await change(customer, { assignee: clara.userId });
    expect(await listed('mine', clara)).toEqual([idOf(customer)]);
    await (await as(tenant)).delete(`/staff/${clara.userId}`).expect(200);
    expect(await shown(customer)).toMatchObject({ assignee: null });
    await change(customer, { assignee: clara.userId }, anna, 400);
    await change(customer, { assignee: 'me' }, tenant, 400);
    await change(customer, { assignee: 'me' }, { userId: 'tenant-2', role: 'user' }, 404);
    const { body } = await (await as()).get('/inbox/conversations').query({ assignee: 'none' }).expect(200);
    expect(body.conversations.map(({ id }: { id: string }) => id)).toContain(idOf(customer));
  });

  it.each([
    ['view=mine&archived=true', 'archived'],
    ['view=unread&unread=false', 'unread'],
    ['view=nothing', 'view'],
    ['assignee=anna', 'assignee'],
  ])('is asked for in one way at a time: not %s', async (query, field) => {
    const { body } = await (await as()).get(`/inbox/conversations?${query}`).expect(400);
    expect(body.details[0].field).toBe(field);
  });
});

describe('what the staff keep beside a conversation', () => {
  const stranger: TokenSubject = { userId: 'tenant-2', role: 'user' };

  it('labels are an owner’s, once a name, found by, and gone from conversations with their removal', async () => {
    const customer = newCustomer();
    await wrote(customer, 'We are getting married');
    const owner = await as(tenant);
    const add = async (name: string) => owner.post('/inbox/labels').send({ name, color: '#1f77b4' });
    const wedding = (await add('Wedding')).body.data;
    expect((await add('WEDDING')).status).toBe(409);
    const vip = (await add('Stammgäste')).body.data;
    expect((await (await as()).get('/inbox/labels').expect(200)).body.data).toEqual([vip, wedding]);
    expect((await app.call(stranger).then((call) => call.get('/inbox/labels'))).body.data).toEqual([]);

    const labels = [wedding.id, vip.id].sort();
    expect((await change(customer, { labels })).data.labels).toEqual(labels);
    await change(customer, { labels: ['f'.repeat(24)] }, anna, 400);
    const withLabel = async (query: object) =>
      (
        await (
          await as()
        )
          .get('/inbox/conversations')
          .query({ label: wedding.id, ...query })
          .expect(200)
      ).body.total;
    expect([await withLabel({}), await withLabel({ view: 'waiting' }), await withLabel({ view: 'done' })]).toEqual([
      1, 1, 0,
    ]);

    await owner.delete(`/inbox/labels/${wedding.id}`).expect(200);
    expect((await shown(customer)).labels).toEqual([vip.id]);
    await (await app.call(stranger)).delete(`/inbox/labels/${vip.id}`).expect(404);
  });

  it('canned replies are filled in for the customer, and say what is not known', async () => {
    const customer = app.sandbox.createCustomer({ username: 'mara.l', name: 'Mara Lindqvist' });
    await wrote(customer, 'When do you open?');
    await eventually(async () => expect(await shown(customer)).toMatchObject({ participant_name: 'Mara Lindqvist' }));
    const owner = await as(tenant);
    const text = 'Hi {{customer.first_name}}, at nine. {{me.name}}';
    const { body } = await owner.post('/inbox/canned-replies').send({ shortcut: 'hours', text }).expect(201);
    const ofAccount = { shortcut: 'hours', text: 'At ten here.', platform_account_id: accountId };
    await owner.post('/inbox/canned-replies').send(ofAccount).expect(201);
    await owner.post('/inbox/canned-replies').send(ofAccount).expect(409);
    await owner.post('/inbox/canned-replies').send({ shortcut: 'x', text: 'Hi {{name}}' }).expect(400);

    const filled = async (who: TokenSubject) =>
      (
        await (
          await as(who)
        )
          .get('/inbox/canned-replies')
          .query({ conversation_id: idOf(customer) })
          .expect(200)
      ).body.data;
    expect(await filled(anna)).toMatchObject([
      { text: 'At ten here.', platform_account_id: accountId },
      { text, filled: { text: 'Hi Mara, at nine. Anna', missing: [] } },
    ]);
    expect((await filled(tenant))[1].filled).toEqual({ text: 'Hi Mara, at nine. {{me.name}}', missing: ['me.name'] });

    const other = await app.call(stranger);
    await other
      .get('/inbox/canned-replies')
      .query({ conversation_id: idOf(customer) })
      .expect(404);
    await other.patch(`/inbox/canned-replies/${body.data.id}`).send({ text: 'Mine' }).expect(404);
    expect((await other.get('/inbox/canned-replies').expect(200)).body.data).toEqual([]);
  });

  it('notes are told at once, changed by their author or an owner, and never sent', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Hello');
    const path = `${pathOf(customer)}/notes`;
    const stream = await EventStream.open(`${app.url}/inbox/stream`, {
      authorization: `Bearer ${await app.token(ben)}`,
    });
    await eventually(() => expect(stream.named('ready')).toHaveLength(1));
    const call = await as();
    const { body } = await call.post(path).send({ text: 'She is a regular.' }).expect(201);
    const note = body.data;
    expect(note).toMatchObject({ author: anna.userId, text: 'She is a regular.' });

    await (await as(ben)).patch(`${path}/${note.id}`).send({ text: 'No' }).expect(403);
    await (await as(tenant)).patch(`${path}/${note.id}`).send({ text: 'A regular since May.' }).expect(200);
    expect((await call.get(path).expect(200)).body.data).toMatchObject([{ id: note.id, text: 'A regular since May.' }]);
    await (await app.call(stranger)).get(path).expect(404);
    await (await app.call(stranger)).delete(`${path}/${note.id}`).expect(404);
    await call.delete(`${path}/${note.id}`).expect(200);
    await call.delete(`${path}/${note.id}`).expect(404);

    await eventually(() =>
      expect(stream.named('note').map(({ data }) => data)).toMatchObject([
        { change: 'new' },
        { change: 'changed', note: { text: 'A regular since May.' } },
        { change: 'deleted', note: { id: note.id, text: '' } },
      ]),
    );
    stream.close();
    const { body: thread } = await call.get(`${pathOf(customer)}/messages`).expect(200);
    expect(thread.messages.map(({ content }: { content: string }) => content)).toEqual(['Hello']);
  });

  it('drafts are their writer’s alone; an erasure of the customer takes them and the notes', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Forget me');
    const path = `${pathOf(customer)}/draft`;
    const call = await as();
    await call.put(path).send({ text: 'Dear' }).expect(200);
    await call.put(path).send({ text: 'Dear guest' }).expect(200);
    await call
      .post(`${pathOf(customer)}/notes`)
      .send({ text: 'A note' })
      .expect(201);
    expect((await call.get(path).expect(200)).body.data).toMatchObject({ text: 'Dear guest' });
    expect((await (await as(ben)).get(path).expect(200)).body.data).toBeNull();
    expect((await call.get('/inbox/drafts').expect(200)).body.data).toMatchObject([
      { conversation_id: idOf(customer) },
    ]);
    await (await app.call(stranger)).put(path).send({ text: 'Mine' }).expect(404);

    const person = customer.idFor(app.sandbox.account);
    const asked = { account_id: accountId, participant_id: person };
    await (await as(tenant)).post('/privacy/erasures').send(asked).expect(202);
    const client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    const left = async (name: string) =>
      client
        .db(services.databaseName)
        .collection(name)
        .countDocuments({ conversation_id: idOf(customer) });
    await eventually(async () =>
      expect(await Promise.all(['instagram_dms', 'inbox_notes', 'inbox_drafts'].map(left))).toEqual([0, 0, 0]),
    );
    await client.close();
  });
});

it('tells who is there and writes, until they have gone, to the tenant’s people alone', async () => {
  const customer = newCustomer();
  await wrote(customer, 'Anybody here?');
  const path = `${pathOf(customer)}/presence`;
  const streams = await Promise.all(
    [ben, { userId: 'tenant-2', role: 'user' } as const].map(async (who) =>
      EventStream.open(`${app.url}/inbox/stream`, { authorization: `Bearer ${await app.token(who)}` }),
    ),
  );
  await eventually(() => expect(streams.flatMap((stream) => stream.named('ready'))).toHaveLength(2));

  const [bens, annas] = [await as(ben), await as()];
  expect((await bens.put(path).send({ state: 'looking' }).expect(200)).body.data).toEqual([]);
  const typing = { person: anna.userId, name: 'Anna', state: 'typing', conversation_id: idOf(customer) };
  expect((await annas.put(path).send({ state: 'typing' }).expect(200)).body.data).toMatchObject([{ name: 'Ben' }]);
  expect((await bens.get(path).expect(200)).body.data).toMatchObject([typing]);
  await annas.put(path).send({ state: 'gone' }).expect(200);
  expect((await bens.get(path).expect(200)).body.data).toEqual([]);
  clock.advance(16_000);
  expect((await annas.get(path).expect(200)).body.data).toEqual([]);

  const [told, strangers] = streams.map((stream) => stream.named('presence').map(({ data }) => data));
  expect(told).toMatchObject([{ name: 'Ben', state: 'looking' }, typing, { name: 'Anna', state: 'gone' }]);
  expect(strangers).toEqual([]);
  await (await app.call({ userId: 'tenant-2', role: 'user' })).put(path).send({ state: 'typing' }).expect(404);
  for (const stream of streams) stream.close();
});

describe('media of messages through our own origin', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const files: Record<string, Buffer> = {
    '/picture': png,
    '/drawing.png': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    '/page.jpg': Buffer.from('<!doctype html><script>alert(1)</script>'),
  };
  let cdn: Server;

  beforeAll(async () => {
    cdn = createServer(({ url = '', headers }, response) => {
      const file = files[url];
      if (!file) return void response.writeHead(403).end();
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
      if (from === undefined) return void response.writeHead(200, { 'content-type': 'text/html' }).end(file);
      const part = file.subarray(Number(from), to ? Number(to) + 1 : undefined);
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`;
      response.writeHead(206, { 'content-type': 'text/html', 'content-range': range }).end(part);
    });
    await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => cdn.close());

  async function sent(path: string): Promise<string> {
    const customer = newCustomer();
    customer.sendPicture(`http://127.0.0.1:${(cdn.address() as AddressInfo).port}${path}`);
    return eventually(async () => {
      const { body } = await (await as()).get(`${pathOf(customer)}/messages`).expect(200);
      return body.messages[0].attachments[0].href as string;
    });
  }

  it('is what its bytes are, part by part, and never a page', async () => {
    const call = await as();
    const picture = await sent('/picture');
    const part = await call.get(picture).set('range', 'bytes=10-19').expect(206);
    expect(part.headers).toMatchObject({ 'content-type': 'image/png', 'content-range': `bytes 10-19/${png.length}` });
    expect(Buffer.compare(part.body, png.subarray(10, 20))).toBe(0);
    const whole = await call.get(picture).expect(200);
    expect(Buffer.compare(whole.body, png)).toBe(0);
    expect(whole.headers).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'private, max-age=3600',
    });

    for (const path of ['/drawing.png', '/page.jpg']) {
      const { headers } = await call.get(await sent(path)).expect(200);
      expect([path, headers['content-disposition'], headers['content-type']]).toEqual([
        path,
        'attachment',
        expect.not.stringMatching(/svg|html|xml/),
      ]);
    }
    await call.get(await sent('/gone')).expect(404);
    await call.get(picture.replace(/0$/, '7')).expect(404);
    const stranger = await app.call({ userId: 'tenant-2', role: 'user' });
    await stranger.get(picture).expect(404);
  });
});

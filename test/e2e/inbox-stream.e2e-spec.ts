import type { SandboxCustomer } from '#libs/sandbox';
import { createApp } from '../../src/app.factory.js';
import { TokenService } from '../../src/auth/index.js';
import { readSettings } from '../../src/config/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import type { OpenApiDocument } from '../support/openapi.js';
import { EventStream } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, testSettings, type TestApp } from '../support/test-app.js';

const services = useServices();
const stranger = { userId: 'tenant-2', role: 'user' } as const;
let app: TestApp;
let accountId: string;
let people = 0;
const streams: EventStream[] = [];

interface Opening {
  as?: typeof tenant | typeof stranger;
  query?: string;
  lastId?: string;
  url?: string;
}

const openStream = async ({ as = tenant, query = '', lastId, url = app.url }: Opening = {}): Promise<EventStream> => {
  const stream = await EventStream.open(`${url}/inbox/stream${query}`, {
    ...(query.includes('ticket=') ? {} : { authorization: `Bearer ${await app.token(as)}` }),
    ...(lastId ? { 'last-event-id': lastId } : {}),
  });
  streams.push(stream);
  return stream;
};
const ready = async (stream: EventStream): Promise<EventStream> => {
  await eventually(() => expect(stream.named('ready')).toHaveLength(1));
  return stream;
};
const newCustomer = (): SandboxCustomer => app.sandbox.createCustomer({ username: `streamer.${++people}` });
const textsIn = (stream: EventStream): string[] =>
  stream.named('message').map(({ data }) => (data as { message: { content: string } }).message.content);
/** Everybody who wrote in a case before has been looked up: nothing of theirs is news any more. */
const lookedUp = (): Promise<void> =>
  eventually(async () => {
    const { body } = await (await app.call()).get('/inbox/conversations').query({ limit: 100 }).expect(200);
    const names = body.conversations.map((one: { participant_username: string | null }) => one.participant_username);
    expect(names).not.toContain(null);
  });

beforeAll(async () => {
  app = await startTestApp({ services, env: { SWAGGER_ENABLED: 'true' } });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterEach(() => streams.splice(0).forEach((stream) => stream.close()));
afterAll(() => app?.stop());

describe('GET /inbox/stream', () => {
  it('tells of a new message and its conversation', async () => {
    const stream = await ready(await openStream());
    const customer = newCustomer();
    customer.sendText('live!');

    await eventually(() => expect(textsIn(stream)).toContain('live!'));
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': expect.stringContaining('no-store'),
      'x-content-type-options': 'nosniff',
    });
    const conversation = conversationIdOf(accountId, customer.idFor(app.sandbox.account));
    expect(stream.named('message').at(-1)?.data).toMatchObject({
      change: 'new',
      platform_account_id: accountId,
      message: { conversation_id: conversation, direction: 'inbound', content: 'live!', status: 'received' },
    });
    await eventually(() =>
      expect(stream.named('conversation').map(({ data }) => data)).toContainEqual(
        expect.objectContaining({
          conversation: expect.objectContaining({ id: conversation, unread_count: 1, can_reply: true }),
        }),
      ),
    );
  });

  it('tells of changes: an edit, an unsend, reading, deletion', async () => {
    const stream = await ready(await openStream());
    const customer = newCustomer();
    const { mid } = customer.sendText('first words') as { mid: string };
    await eventually(() => expect(textsIn(stream)).toContain('first words'));
    customer.unsend(mid);

    await eventually(() =>
      expect(stream.named('message').at(-1)?.data).toMatchObject({
        change: 'changed',
        message: { content: null, unsent: true },
      }),
    );
    const { id, conversation_id } = stream.named('message').at(-1)?.data.message as Record<string, string>;
    await (await app.call()).patch(`/inbox/conversations/${conversation_id}`).send({ read: true }).expect(200);
    await eventually(() =>
      expect(stream.named('conversation').at(-1)?.data).toMatchObject({ conversation: { unread_count: 0 } }),
    );
    await (await app.call()).delete(`/instagram-dms/${id}`).expect(200);
    await eventually(() =>
      expect(stream.named('message_deleted').at(-1)?.data).toMatchObject({ id, external_id: mid }),
    );
  });

  it("shows nobody another tenant's events, and an admin all", async () => {
    const [foreign, all] = [
      await ready(await openStream({ as: stranger })),
      await ready(await openStream({ as: admin as never })),
    ];
    newCustomer().sendText('not for strangers');

    await eventually(() => expect(textsIn(all)).toContain('not for strangers'));
    expect(foreign.events.map(({ event }) => event)).toEqual(['ready']);
  });

  it('leaves blocked people out', async () => {
    const stream = await ready(await openStream());
    const [blocked, welcome] = [newCustomer(), newCustomer()];
    const person = blocked.idFor(app.sandbox.account);
    await (await app.call()).post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);
    blocked.sendText('spam');
    await eventually(async () => {
      const { body } = await (await app.call()).get('/inbox/conversations').query({ blocklisted: true });
      expect(body.conversations.map((one: { last_message: string }) => one.last_message)).toContain('spam');
    });
    welcome.sendText('a question');

    await eventually(() => expect(textsIn(stream)).toEqual(['a question']));
  });

  it('tells a client that comes back what it missed, once, from memory', async () => {
    const first = await ready(await openStream());
    const customer = newCustomer();
    customer.sendText('before');
    await eventually(() => expect(textsIn(first)).toContain('before'));
    const lastId = first.named('message').at(-1)?.id;
    first.close();
    customer.sendText('meanwhile');
    const watcher = await ready(await openStream());
    await eventually(async () => {
      const { body } = await (await app.call()).get('/inbox/conversations').query({ q: 'meanwhile' });
      expect(body.total).toBe(1);
    });
    const second = await ready(await openStream({ lastId }));
    customer.sendText('after');

    await eventually(() => expect(textsIn(second)).toEqual(['meanwhile', 'after']));
    await eventually(() => expect(textsIn(watcher)).toContain('after'));
  });

  it('tells it on another process, out of the store, what this one never read', async () => {
    const first = await ready(await openStream());
    const customer = newCustomer();
    customer.sendText('on the first process');
    await eventually(() => expect(textsIn(first)).toContain('on the first process'));
    const lastId = first.named('message').at(-1)?.id;
    first.close();
    customer.sendText('between the two');
    await eventually(async () => {
      const { body } = await (await app.call()).get('/inbox/conversations').query({ q: 'between' });
      expect(body.total).toBe(1);
    });
    const settings = testSettings(services, { ...app.sandbox.env, ROLE: 'api', LOG_LEVEL: 'silent' });
    const other = await createApp(readSettings(settings));
    await other.listen(0, '127.0.0.1');
    try {
      const second = await ready(await openStream({ lastId, url: await other.getUrl() }));
      customer.sendText('on the second process');

      await eventually(() => expect(textsIn(second)).toEqual(['between the two', 'on the second process']));
    } finally {
      await other.close();
    }
  });

  it('tells a client that comes back too late to load its lists again', async () => {
    await lookedUp();
    const stream = await ready(await openStream({ lastId: '8200000000000000012B022C0100296E04' }));

    expect(stream.events.map(({ event }) => event)).toEqual(['reset', 'ready']);
    expect(stream.events[0]?.data).toEqual({ reason: 'too_old' });
    const customer = newCustomer();
    customer.sendText('live again');
    await eventually(() => expect(textsIn(stream)).toContain('live again'));
  });

  it.each(['garbage', 'zz', '1', 'FFFFFFFFFFFFFFFFFFFF', '82FFFFFFFF000000012B022C0100296E04', 'ABCDEF0123456789ABCD'])(
    'tells a client with a Last-Event-ID that is none of ours, %s, to load its lists again',
    async (lastId) => {
      await lookedUp();
      await ready(await openStream());
      const stream = await ready(await openStream({ lastId }));

      expect(stream.events.map(({ event }) => event)).toEqual(['reset', 'ready']);
      expect(stream.events[0]?.data).toEqual({ reason: 'too_old' });
    },
  );

  it('ends when the token that opened it does, by way of a ticket too', async () => {
    const headers = { authorization: `Bearer ${await app.get(TokenService).sign(tenant, 2)}` };
    const call = (await app.call(null)).set(headers);
    const { body } = await call.post('/inbox/stream/ticket').expect(200);
    const own = await EventStream.open(`${app.url}/inbox/stream`, headers);
    const byTicket = await openStream({ query: `?ticket=${body.ticket}` });
    const lasting = await ready(await openStream());
    streams.push(own);
    expect([own.response.statusCode, byTicket.response.statusCode]).toEqual([200, 200]);

    await eventually(() => expect([own.ended, byTicket.ended]).toEqual([true, true]));

    expect(lasting.ended).toBe(false);
    await call.get('/inbox/stream').expect(401);
  });

  it('opens with a ticket once, within a minute, as the one who asked for it', async () => {
    const { body } = await (await app.call()).post('/inbox/stream/ticket').expect(200);
    expect(body).toEqual({ success: true, ticket: expect.stringMatching(/^[\w-]{32}$/), expires_in: 60 });

    const stream = await ready(await openStream({ query: `?ticket=${body.ticket}` }));
    newCustomer().sendText('for the ticket');
    await eventually(() => expect(textsIn(stream)).toContain('for the ticket'));
    const again = await openStream({ query: `?ticket=${body.ticket}` });

    expect(again.response.statusCode).toBe(401);
    expect(app.logs.join('')).not.toContain(body.ticket);
  });

  it.each([
    ['', 401],
    ['?ticket=nonsense', 401],
  ])('refuses a stream%s without a token: %i', async (query, status) => {
    await (await app.call(null)).get(`/inbox/stream${query}`).expect(status);
    await (await app.call(null)).post('/inbox/stream/ticket').expect(401);
  });

  it("refuses another tenant's account with 404 and a bad position with 400", async () => {
    const call = await app.call(stranger);
    await call.get('/inbox/stream').query({ platform_account_id: accountId }).expect(404);
    await call.get('/inbox/stream').query({ last_event_id: 'zz' }).expect(400);
  });

  it('is documented with one header, which may be left out', async () => {
    const document = (await (await app.call()).get('/docs-json').expect(200)).body as OpenApiDocument;
    const headers = document.paths['/inbox/stream']?.['get']?.parameters?.filter((one) => one.in === 'header');

    expect(headers).toMatchObject([{ name: 'Last-Event-ID', required: false }]);
  });

  it('lets a principal open twenty streams and no more', async () => {
    const open = await Promise.all(Array.from({ length: 20 }, () => openStream({ as: stranger })));
    await Promise.all(open.map(ready));

    const refused = await openStream({ as: stranger });
    expect(refused.response.statusCode).toBe(429);
    open[0]?.close();
    await eventually(async () => expect((await openStream({ as: stranger })).response.statusCode).toBe(200));
  });

  it('ends streams when the process shuts down', async () => {
    const settings = testSettings(services, { ...app.sandbox.env, ROLE: 'api', LOG_LEVEL: 'silent' });
    const other = await createApp(readSettings(settings));
    await other.listen(0, '127.0.0.1');
    const stream = await ready(await openStream({ url: await other.getUrl() }));

    await other.close();

    await eventually(() => expect(stream.ended).toBe(true));
  });
});

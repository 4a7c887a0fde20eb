import type { SandboxCustomer } from '#libs/sandbox';
import { ConversationsRepository, conversationIdOf } from '../../src/conversations/index.js';
import { TransactionsService } from '../../src/database/index.js';
import { DmsRepository } from '../../src/dms/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

const services = useServices();
const stranger = { userId: 'tenant-2', role: 'user' } as const;
let app: TestApp;
let accountId: string;
let people = 0;

const list = async (query: Record<string, unknown> = {}, as: Parameters<TestApp['call']>[0] = tenant) =>
  (await (await app.call(as)).get('/inbox/conversations').query(query).expect(200)).body;
const newCustomer = (name = `Guest ${++people}`): SandboxCustomer =>
  app.sandbox.createCustomer({ username: `${name.toLowerCase().replace(/\W/g, '.')}.${++people}`, name });
const idOf = (customer: SandboxCustomer): string => conversationIdOf(accountId, customer.idFor(app.sandbox.account));
const view = async (customer: SandboxCustomer) =>
  (await (await app.call()).get(`/inbox/conversations/${idOf(customer)}`).expect(200)).body.data;
const wrote = async (customer: SandboxCustomer, text: string): Promise<void> => {
  customer.sendText(text);
  await eventually(async () => expect(await view(customer)).toMatchObject({ last_message: text }));
};

const heardLast = (id: string, at: Date): Promise<void> =>
  app.get(TransactionsService).run(async (session) => {
    const conversation = await app.get(ConversationsRepository).getById(id, session);
    if (conversation) conversation.last_inbound_at = at;
    await app.get(ConversationsRepository).saveAll(session, conversation ? [conversation] : []);
  });

beforeAll(async () => {
  app = await startTestApp({ services });
  accountId = await app.connect(undefined, { enabled: false, pause_after_human_minutes: 30 });
  await eventually(async () => {
    const { body } = await (await app.call()).get(`/accounts/${accountId}`);
    expect(body.data.backfill?.state).toBe('done');
  });
}, 60_000);
afterAll(() => app?.stop());

describe('GET /inbox/conversations', () => {
  it('shows a conversation with its last message, unread count and window', async () => {
    const customer = newCustomer('Mara Lindqvist');
    await wrote(customer, 'Are you open on Sunday?');

    const { conversations } = await list();
    const shown = conversations.find(({ id }: { id: string }) => id === idOf(customer));
    const sentAt = Date.parse(shown.last_message_at);

    expect(shown).toMatchObject({
      platform: 'instagram',
      external_id: customer.idFor(app.sandbox.account),
      platform_account_id: accountId,
      last_message: 'Are you open on Sunday?',
      last_message_direction: 'inbound',
      unread_count: 1,
      can_reply: true,
      window_closes_at: new Date(sentAt + 24 * 3_600_000).toISOString(),
      archived: false,
      agent_paused: false,
    });
    await eventually(async () => expect((await view(customer)).participant_name).toBe('Mara Lindqvist'));
  });

  it('reads on by cursor, each conversation once, the latest first', async () => {
    for (let n = 0; n < 3; n++) await wrote(newCustomer(), `page ${n}`);
    const all = await list({ limit: 100 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.total).toBe(all.total);
      seen.push(...page.conversations.map(({ id }: { id: string }) => id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);

    expect(seen).toEqual(all.conversations.map(({ id }: { id: string }) => id));
    expect(seen.length).toBe(all.total);
    const times = all.conversations.map((one: { last_message_at: string }) => one.last_message_at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('finds by the beginning of a name, a username or a word of the last message', async () => {
    const customer = newCustomer('Zoë Brandão');
    await wrote(customer, 'Do you ship to Reykjavík?');
    await eventually(async () => expect((await view(customer)).participant_name).toBe('Zoë Brandão'));
    const found = async (q: string) => (await list({ q })).conversations.map(({ id }: { id: string }) => id);

    for (const q of ['zoe', 'BRAND', 'zoë bran', customer.username, 'reykjavik', 'zoe ship']) {
      expect([q, await found(q)]).toEqual([q, [idOf(customer)]]);
    }
    expect(await found('zoe nowhere')).toEqual([]);
    expect(await found('(ab+)+$')).not.toContain(idOf(customer));
    expect(await found('.*')).toEqual([]);
    expect((await list({ q: 'zoe' }, admin)).total).toBe(1);
    expect((await list({ q: 'zoe' }, stranger)).total).toBe(0);
  });

  it('tells unread from read, and archived from the rest', async () => {
    const customer = newCustomer();
    await wrote(customer, 'unread one');
    const call = await app.call();
    const ids = async (query: object) =>
      (await list({ ...query, limit: 100 })).conversations.map(({ id }: { id: string }) => id);

    expect(await ids({ unread: true })).toContain(idOf(customer));
    expect(await ids({ unread: false })).not.toContain(idOf(customer));
    const before = await list();
    await call
      .patch(`/inbox/conversations/${idOf(customer)}`)
      .send({ read: true, archived: true })
      .expect(200);

    expect((await list()).total).toBe(before.total - 1);
    expect(await ids({})).not.toContain(idOf(customer));
    expect(await ids({ archived: true, unread: false })).toEqual([idOf(customer)]);
    await wrote(customer, 'I have another question');
    expect(await view(customer)).toMatchObject({ archived: false, unread_count: 1 });
  });

  it('leaves blocked people out at once, unless they are asked for', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Buy followers!');
    const call = await app.call();
    const before = await list();
    const person = customer.idFor(app.sandbox.account);
    const blocked = await call
      .post('/inbox/blocklist')
      .send({ external_participant_id: person, reason: 'spam' })
      .expect(200);
    const again = await call.post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);

    expect(again.body.data).toEqual(blocked.body.data);
    const after = await list();
    expect(after.total).toBe(before.total - 1);
    expect(after.conversations.map(({ id }: { id: string }) => id)).not.toContain(idOf(customer));
    const asked = await list({ blocklisted: true });
    expect(asked).toMatchObject({ total: 1, conversations: [{ id: idOf(customer) }] });

    await (await app.call(stranger)).delete(`/inbox/blocklist/${blocked.body.data.id}`).expect(404);
    await call.delete(`/inbox/blocklist/${person}`).expect(200);
    await call.delete(`/inbox/blocklist/${person}`).expect(404);
    expect((await list()).total).toBe(before.total);
  });

  it("holds tenants apart: a stranger's list is empty and their requests answer 404", async () => {
    const customer = newCustomer();
    await wrote(customer, 'secret');
    const call = await app.call(stranger);

    expect(await list({}, stranger)).toEqual({ conversations: [], total: 0, next_cursor: null });
    await call.get('/inbox/conversations').query({ platform_account_id: accountId }).expect(404);
    for (const path of ['', '/messages']) await call.get(`/inbox/conversations/${idOf(customer)}${path}`).expect(404);
    await call
      .patch(`/inbox/conversations/${idOf(customer)}`)
      .send({ archived: true })
      .expect(404);
    await call
      .post(`/inbox/conversations/${idOf(customer)}/messages`)
      .send({ message: 'hi' })
      .expect(404);
    expect((await list({ platform_account_id: accountId }, admin)).total).toBe((await list()).total);
  });

  it.each([
    ['limit', '101'],
    ['archived', 'perhaps'],
    ['cursor', 'nonsense'],
    ['q', 'x'.repeat(101)],
    ['q[$ne]', 'x'],
    ['unknown', 'x'],
  ])('refuses %s=%s with 400', async (name, value) => {
    const answer = await (await app.call()).get(`/inbox/conversations?${name}=${value}`).expect(400);

    expect(answer.body).toMatchObject({ success: false, code: 'invalid_request' });
  });
});

describe('GET /inbox/conversations/{id}/messages', () => {
  it('lists messages in order, older ones by cursor', async () => {
    const customer = newCustomer();
    for (const text of ['one', 'two', 'three']) await wrote(customer, text);
    const call = await app.call();
    const path = `/inbox/conversations/${idOf(customer)}/messages`;

    const latest = (await call.get(path).query({ limit: 2 }).expect(200)).body;
    const older = (await call.get(path).query({ limit: 2, cursor: latest.next_cursor }).expect(200)).body;

    expect(latest.conversation.id).toBe(idOf(customer));
    expect(latest.messages.map(({ content }: { content: string }) => content)).toEqual(['two', 'three']);
    expect(older.messages.map(({ content }: { content: string }) => content)).toEqual(['one']);
    expect(older.next_cursor).toBeNull();
    expect(latest.messages[1]).toMatchObject({
      external_id: customer.messages().at(-1)?.mids.instagram,
      direction: 'inbound',
      status: 'received',
      attachments: [],
      read_at: null,
    });
  });

  it('fills gaps from the Graph API with sync=true: once, marked, without waking the agent, counts right', async () => {
    const customer = newCustomer();
    await wrote(customer, 'known');
    customer.sendText('lost on the way', { webhook: false });
    app.sandbox.account.replyFromInstagramApp(customer, 'answered in the app', { webhook: false });
    customer.sendText('lost too', { webhook: false });
    const path = `/inbox/conversations/${idOf(customer)}/messages`;

    const synced = (await (await app.call()).get(path).query({ sync: true }).expect(200)).body;
    const again = (await (await app.call()).get(path).query({ sync: true }).expect(200)).body;

    expect(synced.sync).toEqual({ ok: true, stored: 3 });
    expect(again.sync).toEqual({ ok: true, stored: 0 });
    const shown = again.messages.map((one: { content: string; source: string; read: boolean }) => [
      one.content,
      one.source,
      one.read,
    ]);
    expect(shown).toEqual([
      ['known', 'webhook', false],
      ['lost on the way', 'sync', true],
      ['answered in the app', 'sync', true],
      ['lost too', 'sync', false],
    ]);
    expect(again.conversation).toMatchObject({ unread_count: 2, agent_paused: false, last_message: 'lost too' });
    expect(again.conversation.external_id).toBe(customer.idFor(app.sandbox.account));
    expect(again.conversation.thread_id).toMatch(/\S/);
    const dms = app.get(DmsRepository);
    expect(await dms.pending(idOf(customer))).not.toContainEqual(expect.objectContaining({ source: 'sync' }));
  });

  it('neither brings back what was deleted for good nor takes a message of the same second out of order', async () => {
    const customer = newCustomer();
    await wrote(customer, 'first');
    const path = `/inbox/conversations/${idOf(customer)}/messages`;
    const call = await app.call();
    const [first] = (await call.get(path).expect(200)).body.messages;
    await call.delete(`/instagram-dms/${first.id}`).query({ hard: true }).expect(200);
    for (const text of ['a', 'b', 'c', 'd']) customer.sendText(text, { webhook: false });
    const { body } = await call.get(path).query({ sync: true }).expect(200);

    expect(body.sync).toEqual({ ok: true, stored: 4 });
    expect(body.messages.map(({ content }: { content: string }) => content)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('shows what is stored and says so when Meta does not answer', async () => {
    const customer = newCustomer();
    await wrote(customer, 'still here');
    app.sandbox.faults.add({ route: 'conversations', mode: 'error', error: 'transient' });
    const path = `/inbox/conversations/${idOf(customer)}/messages`;

    const { body } = await (await app.call()).get(path).query({ sync: true });
    app.sandbox.faults.clear();

    expect(body.messages).toHaveLength(1);
    expect(body.sync).toMatchObject({ ok: false, stored: 0 });
  });
});

describe('POST /inbox/conversations/{id}/messages', () => {
  it('sends, steps in for the agent and marks the conversation read', async () => {
    const customer = newCustomer();
    await wrote(customer, 'Anybody there?');
    const path = `/inbox/conversations/${idOf(customer)}/messages`;

    const { body } = await (await app.call()).post(path).send({ message: 'Yes, how can I help?' }).expect(200);

    const sent = app.sandbox.sends.filter(({ recipientId }) => recipientId === customer.idFor(app.sandbox.account));
    expect(sent.map(({ text }) => text)).toEqual(['Yes, how can I help?']);
    expect(body).toMatchObject({ success: true, message_id: sent[0]?.mid, sent_at: expect.any(String) });
    expect(await view(customer)).toMatchObject({
      unread_count: 0,
      agent_paused: true,
      agent_paused_reason: 'human_reply',
      last_message: 'Yes, how can I help?',
    });
  });

  it('answers 403 with the window sentence after 24 hours, and the agent is not paused', async () => {
    const customer = newCustomer();
    await wrote(customer, 'long ago');
    await heardLast(idOf(customer), new Date(Date.now() - 25 * 3_600_000));
    const path = `/inbox/conversations/${idOf(customer)}/messages`;

    const { body } = await (await app.call()).post(path).send({ message: 'Sorry, we slept' }).expect(403);

    expect(body.error).toBe('24-hour messaging window expired. Wait for user to message first.');
    expect(await view(customer)).toMatchObject({ can_reply: false, agent_paused: false });
  });
});

describe('PATCH /inbox/conversations/{id}', () => {
  it('takes over from the agent until it is handed back', async () => {
    const customer = newCustomer();
    await wrote(customer, 'hello');
    const call = await app.call();
    const path = `/inbox/conversations/${idOf(customer)}`;

    const paused = (await call.patch(path).send({ agent_paused: true }).expect(200)).body.data;
    expect(paused).toMatchObject({ agent_paused: true, agent_paused_until: null, agent_paused_reason: 'operator' });
    const back = (await call.patch(path).send({ agent_paused: false }).expect(200)).body.data;
    expect(back).toMatchObject({ agent_paused: false, agent_paused_reason: null });
  });

  it('marks read and shows the customer that it was seen', async () => {
    const customer = newCustomer();
    await wrote(customer, 'seen?');

    const { body } = await (await app.call()).patch(`/inbox/conversations/${idOf(customer)}`).send({ read: true });

    expect(body).toMatchObject({ success: true, data: { unread_count: 0 } });
    await eventually(() =>
      expect(app.sandbox.calls).toContainEqual(
        expect.objectContaining({ body: expect.objectContaining({ sender_action: 'mark_seen' }) }),
      ),
    );
  });

  it.each([[{}], [{ read: false }], [{ archived: 'yes' }], [{ unread_count: 0 }], [{ archived: null }]])(
    'refuses %j with 400',
    async (body) => {
      const customer = newCustomer();
      await wrote(customer, 'x');
      await (
        await app.call()
      )
        .patch(`/inbox/conversations/${idOf(customer)}`)
        .send(body)
        .expect(400);
    },
  );
});

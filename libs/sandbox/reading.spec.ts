import { startSandbox } from './index.js';
import type { Sandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';

interface Listed {
  data: Record<string, unknown>[];
  paging?: { next?: string; cursors: { after: string } };
}

describe('reading through the Graph stand-in', () => {
  let sandbox: Sandbox;
  let graph: GraphCaller;
  const list = async (path: string, query?: Record<string, string>) =>
    (await graph.get(path, query)).body as unknown as Listed;

  beforeEach(async () => {
    sandbox = await startSandbox({ appSecret: 'app-secret' });
    graph = new GraphCaller(sandbox);
  });

  afterEach(() => sandbox.stop());

  it('tells an account by two ids, which are not the same', async () => {
    const { body } = await graph.get('/v24.0/me', { fields: 'id,user_id,username,account_type' });

    expect(body).toEqual({
      id: sandbox.account.appScopedId,
      user_id: sandbox.account.igId,
      username: 'juniperandpine',
      account_type: 'BUSINESS',
    });
    expect(body.id).not.toBe(body.user_id);
  });

  it('pages through conversations by next, which the last page has not, though it has a cursor', async () => {
    for (const customer of sandbox.customers) customer.sendText(`I am ${customer.username}`);

    const seen: unknown[] = [];
    let page = await list(`/${sandbox.account.igId}/conversations`, { platform: 'instagram', limit: '2' });
    for (;;) {
      seen.push(...page.data.map(({ id }) => id));
      if (!page.paging?.next) break;
      const headers = { authorization: `Bearer ${sandbox.account.accessToken}` };
      page = (await (await fetch(page.paging.next, { headers })).json()) as Listed;
    }

    expect(new Set(seen).size).toBe(sandbox.customers.length);
    expect(seen).toHaveLength(sandbox.customers.length);
    expect(page.paging?.cursors.after).toBeDefined();
  });

  it('finds the conversation of one person', async () => {
    for (const customer of sandbox.customers) customer.sendText('hello');
    const wanted = sandbox.getCustomer('theo_bakes');

    const { data } = await list('/me/conversations', {
      platform: 'instagram',
      user_id: wanted.id,
      fields: 'id,participants,messages.limit(1){id,message,from}',
    });

    expect(data).toHaveLength(1);
    expect(data[0]?.participants).toMatchObject({ data: [{ id: sandbox.account.igId }, { id: wanted.id }] });
    expect(data[0]?.messages).toMatchObject({ data: [{ message: 'hello', from: { username: 'theo_bakes' } }] });
  });

  it('tells details of the 20 newest messages alone, newest first', async () => {
    for (let turn = 1; turn <= 25; turn++) sandbox.customer.sendText(`message ${turn}`);
    const [conversation] = (await list('/me/conversations', { platform: 'instagram' })).data;

    const { data } = await list(`/${String(conversation?.id)}/messages`, {
      fields: 'id,created_time,message,from',
      limit: '100',
    });

    expect(data).toHaveLength(25);
    expect(data[0]).toMatchObject({ message: 'message 25', from: { id: sandbox.customer.id } });
    expect(data[19]).toHaveProperty('message');
    expect(Object.keys(data[20] ?? {}).sort()).toEqual(['created_time', 'id']);

    const old = await graph.get(`/${String(data[24]?.id)}`, { fields: 'message' });
    expect(old.body.error).toMatchObject({ code: 100, message: expect.stringContaining('20 most recent') });
    expect((await graph.get(`/${String(data[0]?.id)}`, { fields: 'message' })).body.message).toBe('message 25');
  });

  it('has an unsent message no more', async () => {
    const { mid } = sandbox.customer.sendText('forget this');
    sandbox.customer.unsend(mid as string);

    expect((await graph.get(`/${mid}`)).body.error).toMatchObject({ code: 100 });
  });

  it('shows a profile only of who has written, and says 230 before, with HTTP 500', async () => {
    const query = { fields: 'name,username,profile_pic' };
    const before = await graph.get(`/${sandbox.customer.id}`, query);
    expect([before.status, before.body.error?.code]).toEqual([500, 230]);

    sandbox.customer.sendText('Hello');

    const { body } = await graph.get(`/${sandbox.customer.id}`, query);
    expect(body).toMatchObject({ name: 'Mara Lindqvist', username: 'mara.lindqvist', id: sandbox.customer.id });
    const picture = await fetch(body.profile_pic as string);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  });

  it('fails the whole subscription for one field it refuses', async () => {
    const account = sandbox.createAccount(
      { username: 'second.hand', refusedFields: ['message_edit'] },
      { subscribed: false },
    );
    const own = new GraphCaller(sandbox, account);
    const subscribe = (fields: string) => own.post(`/me/subscribed_apps?subscribed_fields=${fields}`, {});

    expect((await subscribe('messages,message_edit')).body.error?.message).toContain('subscribed_fields[1]');
    expect((await own.get('/me/subscribed_apps')).body).toEqual({ data: [] });
    expect((await subscribe('messages,messaging_postbacks')).body).toEqual({ success: true });
    expect((await own.get('/me/subscribed_apps')).body).toMatchObject({
      data: [{ subscribed_fields: ['messages', 'messaging_postbacks'] }],
    });
  });

  it('lists what really was called, without tokens', async () => {
    await graph.get('/v24.0/me', { fields: 'id', access_token: 'planted' });

    expect(sandbox.calls).toMatchObject([{ route: 'me', version: 'v24.0', path: '/me', status: 200 }]);
    expect(JSON.stringify(sandbox.calls)).not.toContain('planted');
  });
});

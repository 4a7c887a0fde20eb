import type { Response } from 'supertest';
import { operationsOf, type OpenApiDocument, type Operation } from '../support/openapi.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

const stranger = { userId: 'tenant-2', role: 'user' } as const;

/** What belongs to the first tenant, by what a route calls it. */
interface Owned {
  apiKey: string;
  account: string;
  dm: string;
  conversation: string;
  participant: string;
  blocked: string;
  erasure: string;
  export: string;
  label: string;
  cannedReply: string;
  note: string;
  document: string;
  endpoint: string;
}

/**
 * Made from the OpenAPI document, so that a route can't be forgotten: one that this spec does not know how to address
 * fails it.
 */
/** Lists of one account, which the query has to name. */
const namesAccount = new Set(['/messages/templates', '/messages/costs']);

describe('two tenants', () => {
  const services = useServices();
  let test: TestApp;
  let owned: Owned;
  let operations: Operation[];

  beforeAll(async () => {
    test = await startTestApp({ services, env: { SWAGGER_ENABLED: 'true' } });
    const account = await test.connect(tenant.userId, { enabled: false });
    const { customer } = test.sandbox;
    await customer.sendText('a message of the first tenant').delivered;
    await customer.comment('a comment for the first tenant').delivered;
    const caller = await test.call(tenant);
    const dm = await eventually(async () => {
      const listed = (await caller.get('/instagram-dms/list').expect(200)).body as {
        data: { _id: string; conversation_id: string }[];
      };
      expect(listed.data).toHaveLength(1);
      return listed.data[0] as { _id: string; conversation_id: string };
    });
    const blocked = (
      await caller
        .post('/inbox/blocklist')
        .send({
          platform: 'instagram',
          external_participant_id: '9990001112223334',
          participant_name: 'First tenant’s foe',
        })
        .expect((answer: Response) => expect(answer.status).toBeLessThan(300))
    ).body as { data: { id?: string; _id?: string } };
    // Of somebody who never wrote: everything else stays.
    const erasure = await caller
      .post('/privacy/erasures')
      .send({ account_id: account, participant_id: '8880001112223334' })
      .expect(202);
    const exported = await caller.post('/privacy/exports').send({}).expect(202);
    const label = await caller
      .post('/inbox/labels')
      .send({ name: 'First tenant’s label', color: '#1f77b4' })
      .expect(201);
    const cannedReply = await caller
      .post('/inbox/canned-replies')
      .send({ shortcut: 'hello', text: 'Hello from the first tenant' })
      .expect(201);
    const note = await caller
      .post(`/inbox/conversations/${dm.conversation_id}/notes`)
      .send({ text: 'A note of the first tenant' })
      .expect(201);
    const document = await caller
      .post(`/agent/knowledge/${account}`)
      .send({ kind: 'text', title: 'Of the first tenant', text: 'What the first tenant’s agent knows.' })
      .expect(201);
    const apiKey = await caller.post('/api-keys').send({ name: 'of the first tenant', role: 'viewer' }).expect(201);
    const endpoint = await caller
      .post('/webhook-endpoints')
      .send({ url: 'http://127.0.0.1:9/', event_types: ['message'], description: 'Of the first tenant' })
      .expect(201);
    owned = {
      apiKey: apiKey.body.data.id as string,
      endpoint: endpoint.body.data.id as string,
      document: document.body.data.id as string,
      account,
      dm: dm._id,
      conversation: dm.conversation_id,
      participant: customer.id,
      blocked: blocked.data.id ?? blocked.data._id ?? '',
      erasure: erasure.body.data.id as string,
      export: exported.body.data.id as string,
      label: label.body.data.id as string,
      cannedReply: cannedReply.body.data.id as string,
      note: note.body.data.id as string,
    };
    operations = operationsOf((await caller.get('/docs-json').expect(200)).body as OpenApiDocument);
  });

  afterAll(() => test?.stop());

  /** Outside production `/metrics` is open; what guards it there is shown in its own spec. */
  const secured = (): Operation[] => operations.filter(({ secured: asks, path }) => asks && path !== '/metrics');

  /** The first tenant's id for a path's parameter. */
  function idFor(path: string, name: string): string {
    if (name === 'account_id' || (name === 'id' && path.startsWith('/accounts'))) return owned.account;
    if (name === 'id' && /^\/(instagram-dms|messages|inbox\/messages)\//.test(path)) return owned.dm;
    if (name === 'id' && path.startsWith('/inbox/conversations')) return owned.conversation;
    if (name === 'id' && path.startsWith('/inbox/blocklist')) return owned.blocked;
    if (name === 'id' && path.startsWith('/privacy/erasures')) return owned.erasure;
    if (name === 'id' && path.startsWith('/privacy/exports')) return owned.export;
    if (name === 'id' && path.startsWith('/inbox/labels')) return owned.label;
    if (name === 'id' && path.startsWith('/inbox/canned-replies')) return owned.cannedReply;
    if (name === 'id' && path.startsWith('/api-keys')) return owned.apiKey;
    if (name === 'id' && path.startsWith('/webhook-endpoints')) return owned.endpoint;
    if (name === 'note_id') return owned.note;
    if (name === 'message_id') return owned.dm;
    if (name === 'dm_id' || path.startsWith('/agent/actions')) return owned.dm;
    if (name === 'name' && path.startsWith('/agent/tools')) return 'order_lookup';
    if (name === 'id' && /^\/(staff|auth\/sessions)\//.test(path)) return owned.dm;
    if (name === 'id' && path.startsWith('/admin')) return owned.dm;
    if (name === 'igsid') return owned.participant;
    if (name === 'login') return 'instagram';
    if (name === 'index') return '0';
    if (name === 'document_id') return owned.document;
    throw new Error(`tell this spec which of the first tenant’s ids ${name} of ${path} is`);
  }

  const addressed = (path: string): string =>
    path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(idFor(path, name)));

  function bodyFor({ path, exampleBody }: Operation): Record<string, unknown> | undefined {
    if (!exampleBody) return undefined;
    // Words or a file.
    if (path === '/inbox/conversations/{id}/messages') return { message: 'Hello' };
    const ids = { platform_account_id: owned.account, account_id: owned.account, recipient_id: owned.participant };
    return {
      ...exampleBody,
      // Text or attachment: the document can ask for neither alone.
      ...(/^\/(instagram-dms|messages)\/send$/.test(path) ? { message_text: 'Hello' } : {}),
      ...(path === '/agent/preview' ? { message: 'Hello' } : {}),
      // A tenant as a whole is for admins to name.
      ...(/^\/privacy\/(erasures|exports)$/.test(path) ? { tenant: undefined } : {}),
      ...Object.fromEntries(Object.entries(ids).filter(([name]) => name in exampleBody)),
    };
  }

  function queryFor({ path }: Operation): string {
    if (namesAccount.has(path)) return `?account_id=${owned.account}`;
    if (path === '/webhook-endpoints/{id}/replay') return '?since=2026-11-30T08:00:00Z';
    return path.endsWith('/search') ? '?q=Hello' : '';
  }

  async function ask(
    operation: Operation,
    as: Parameters<TestApp['call']>[0],
    query = queryFor(operation),
  ): Promise<Response> {
    const caller = await test.call(as);
    const method = operation.method as 'get' | 'post' | 'put' | 'patch' | 'delete';
    const request = caller[method](`${addressed(operation.path)}${query}`).timeout(5_000);
    const body = bodyFor(operation);
    return body ? request.send(body) : request;
  }

  it('let nobody in without a token, on any route that asks for one', async () => {
    expect(secured().length).toBeGreaterThan(30);
    for (const operation of secured()) {
      const answer = await ask(operation, null);
      expect([`${operation.method} ${operation.path}`, answer.status]).toEqual([
        `${operation.method} ${operation.path}`,
        401,
      ]);
      expect(answer.body).toMatchObject({ success: false, code: 'unauthenticated' });
    }
  });

  it('leave what is for admins to admins', async () => {
    for (const operation of secured().filter(({ path }) => path.startsWith('/admin'))) {
      const answer = await ask(operation, stranger);
      expect([operation.path, answer.status]).toEqual([operation.path, 403]);
    }
  });

  it('can’t reach each other’s things by id: they look as if they did not exist', async () => {
    const naming = secured().filter((operation) => !operation.path.startsWith('/admin') && namesOwned(operation));
    expect(naming.length).toBeGreaterThan(12);
    for (const operation of naming) {
      const answer = await ask(operation, stranger);
      expect([`${operation.method} ${operation.path}`, answer.status]).toEqual([
        `${operation.method} ${operation.path}`,
        404,
      ]);
    }
    // None of it changed anything for their owner.
    const mine = await test.call(tenant);
    expect((await mine.get('/instagram-dms/list').expect(200)).body).toMatchObject({ total: 1 });
    await mine.get(`/accounts/${owned.account}`).expect(200);
  });

  it('see nothing of each other in any list, whatever they filter by', async () => {
    // Of one account, which the query has to name: another tenant's is none.
    const ofOneAccount = secured().filter(({ path, method }) => namesAccount.has(path) && method === 'get');
    for (const operation of ofOneAccount) expect((await ask(operation, stranger)).status).toBe(404);
    const lists = secured().filter(
      (operation) =>
        operation.method === 'get' &&
        !operation.path.includes('{') &&
        !operation.path.startsWith('/admin') &&
        operation.path !== '/inbox/stream' &&
        !ofOneAccount.includes(operation),
    );
    expect(lists.length).toBeGreaterThan(5);
    for (const operation of lists) {
      const known = (filter: string): boolean => operation.parameters.some(({ name }) => name === filter);
      const own = await ask(operation, stranger);
      expect([operation.path, own.status]).toEqual([operation.path, 200]);
      const seen = JSON.stringify(own.body);
      for (const id of [owned.account, owned.dm, owned.conversation, owned.participant, owned.blocked])
        expect([operation.path, seen.includes(id)]).toEqual([operation.path, false]);
      expect(seen).not.toContain('first tenant');
      for (const [filter, id] of Object.entries({ user_id: tenant.userId, platform_account_id: owned.account })) {
        const { status, text } = await ask(operation, stranger, `?${filter}=${id}`);
        // A filter that the route does not have is refused, or, where it takes no query at all, changes nothing.
        const expected = known(filter) ? [404] : [400, 200];
        expect([operation.path, filter, status]).toEqual([operation.path, filter, expected.includes(status) && status]);
        if (status === 200) expect(text).toBe(own.text);
        expect(text).not.toContain('first tenant');
      }
    }
  });

  it('never give a token away, not even to an admin', async () => {
    for (const operation of secured().filter(({ method, path }) => method === 'get' && path !== '/inbox/stream')) {
      const answer = await ask(operation, admin);
      expect([operation.path, answer.status < 500]).toEqual([operation.path, true]);
      expect(answer.text ?? '').not.toContain(test.sandbox.account.accessToken);
      expect(answer.text ?? '').not.toMatch(/"(access|refresh)_token"|v1\.[0-9a-f]{8}\./);
    }
    expect(test.logs.join('')).not.toContain(test.sandbox.account.accessToken);
    expect(test.logs.join('')).not.toContain('a message of the first tenant');
  });

  function namesOwned({ path, exampleBody }: Operation): boolean {
    return (
      /\{(id|account_id)\}/.test(path) ||
      (exampleBody !== undefined && ('platform_account_id' in exampleBody || 'account_id' in exampleBody))
    );
  }
});

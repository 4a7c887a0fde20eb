import mongoose from 'mongoose';
import type { SandboxCustomer } from '#libs/sandbox';
import type { TokenSubject } from '../../src/auth/index.js';
import { DeadLettersRepository } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

interface Erasure {
  id: string;
  kind: string;
  state: string;
  removed: Record<string, number>;
}

const services = useServices();
const other: TokenSubject = { userId: 'tenant-2', role: 'user' };
let app: TestApp;
let mongo: mongoose.mongo.MongoClient;
let accountId: string;

beforeAll(async () => {
  mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  app = await startTestApp({ services });
});
beforeEach(async () => {
  accountId = await app.connect(undefined, { enabled: false });
});
afterAll(async () => {
  await app?.stop();
  await mongo.close();
});

const db = () => mongo.db(services.databaseName);
const idOf = (customer: SandboxCustomer) => customer.idFor(app.sandbox.account);

/** Every document in which a text stands, whatever the collection. */
async function documentsWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await db().listCollections().toArray()) {
    for await (const document of db().collection(name).find())
      if (JSON.stringify(document).includes(text)) found.push(`${name}/${String(document._id)}`);
  }
  return found;
}

async function wrote(customer: SandboxCustomer, text: string): Promise<void> {
  customer.sendText(text);
  await eventually(async () =>
    expect(await db().collection('instagram_dms').findOne({ text })).toMatchObject({ direction: 'inbound' }),
  );
}

async function ask(body: object, as: TokenSubject = tenant) {
  const answer = await (await app.call(as)).post('/privacy/erasures').send(body);
  return { status: answer.status, body: answer.body as { data: Erasure; code?: string } };
}

async function done(id: string, as: TokenSubject = tenant): Promise<Erasure> {
  return eventually(async () => {
    const { data } = (await (await app.call(as)).get(`/privacy/erasures/${id}`).expect(200)).body as { data: Erasure };
    expect(data.state).toBe('done');
    return data;
  }, 30_000);
}

describe('a customer who asks the shop to be erased', () => {
  it('is nowhere any more, in no collection, and the others stay', async () => {
    const [leaving, staying] = ['leaving', 'staying'].map((username) =>
      app.sandbox.createCustomer({ username, name: `${username} person` }),
    ) as [SandboxCustomer, SandboxCustomer];
    const person = idOf(leaving);
    await wrote(leaving, 'my address is 12 Elm Street');
    await wrote(staying, 'I stay where I am');
    await leaving.comment('a lovely shop').delivered;
    const caller = await app.call();
    await caller.post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);
    const dm = await db().collection('instagram_dms').findOne({ sender_id: person });
    const letter = { kind: 'send' as const, subject: 'x', reason: 'x', payload: { dm_id: String(dm?._id) } };
    await app.get(DeadLettersRepository).record(letter);
    await eventually(async () => expect((await caller.get('/inbox/comments')).body.data).toHaveLength(1));

    const { status, body } = await ask({ account_id: accountId, participant_id: person });

    expect([status, body.data.kind]).toEqual([202, 'person']);
    expect((await done(body.data.id)).removed).toMatchObject({ dms: 1, conversations: 1 });
    for (const text of [person, 'Elm Street', 'leaving person', 'a lovely shop', String(dm?._id)])
      expect([text, (await documentsWith(text)).filter((place) => !place.startsWith('dm_tombstones/'))]).toEqual([
        text,
        [],
      ]);
    expect((await documentsWith('I stay where I am')).length).toBeGreaterThan(0);
  });

  it('is one erasure however often it is asked, and a new one when they have written again', async () => {
    const customer = app.sandbox.createCustomer({ username: 'comes.back' });
    const request = { account_id: app.sandbox.account.igId, participant_id: idOf(customer) };
    await wrote(customer, 'forget this');
    const answers = await Promise.all([ask(request), ask(request), ask(request)]);
    const [id = ''] = answers.map(({ body }) => body.data.id);
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
    await done(id);
    expect((await ask(request)).body.data).toMatchObject({ id, state: 'done' });

    await wrote(customer, 'hello, once more');
    const again = (await ask(request)).body.data;

    expect(again.id).not.toBe(id);
    await done(again.id);
    expect(await documentsWith('hello, once more')).toEqual([]);
  });

  it('is not erased at an account of somebody else, nor told about to them', async () => {
    const customer = app.sandbox.createCustomer({ username: 'of.the.first' });
    await wrote(customer, 'not yours to erase');
    const request = { account_id: accountId, participant_id: idOf(customer) };

    expect(await ask(request, other)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const mine = (await ask({ ...request, participant_id: '7770001112223334' })).body.data;
    await (await app.call(other)).get(`/privacy/erasures/${mine.id}`).expect(404);
    await (await app.call(admin)).get(`/privacy/erasures/${mine.id}`).expect(200);
    expect((await documentsWith('not yours to erase')).length).toBeGreaterThan(0);
  });

  it.each([
    [{}],
    [{ account_id: '17841400008460056' }],
    [{ participant_id: '1254477777772222' }],
    [{ account_id: '17841400008460056', participant_id: 'everybody' }],
    [{ account_id: '17841400008460056', participant_id: { $ne: '' } }],
  ])('must be named with the account: %j', async (body) => {
    expect(await ask(body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('is not the account itself', async () => {
    const { igId } = app.sandbox.account;
    expect((await ask({ account_id: accountId, participant_id: igId })).status).toBe(400);
  });
});

describe('an export', () => {
  interface Line {
    type: string;
    data: Record<string, unknown>;
  }
  const asked = async (body: object, as: TokenSubject = tenant) =>
    (await app.call(as)).post('/privacy/exports').send(body);
  const exportOf = async (body: object, as: TokenSubject = tenant): Promise<{ id: string; lines: Line[] }> => {
    const { id } = (await asked(body, as).then(({ body: answer }) => answer as { data: { id: string } })).data;
    const caller = await app.call(as);
    const download = await eventually(async () => {
      const { data } = (await caller.get(`/privacy/exports/${id}`).expect(200)).body as { data: { download?: string } };
      expect(data.download).toBeDefined();
      return String(data.download);
    }, 30_000);
    const { text, headers } = await caller.get(download).buffer(true).expect(200);
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = text.trimEnd().split('\n');
    return { id, lines: lines.map((line) => JSON.parse(line) as Line) };
  };
  const typesOf = (lines: Line[]) => [...new Set(lines.map(({ type }) => type))].sort();

  it('of a customer holds all of theirs and nobody else’s, and goes when they are erased', async () => {
    const [asking, stranger] = ['asking', 'stranger'].map((username) =>
      app.sandbox.createCustomer({ username, name: `${username} person` }),
    ) as [SandboxCustomer, SandboxCustomer];
    await wrote(asking, 'what do you know of me?');
    await wrote(stranger, 'that is mine');
    await asking.comment('nice').delivered;
    const person = { account_id: accountId, participant_id: idOf(asking) };
    await eventually(async () => expect((await documentsWith('"nice"')).length).toBe(1));
    // As many as several pages hold, many of the same millisecond; one of them deleted softly.
    const { _id: _like, ...dm } =
      (await db().collection('instagram_dms').findOne({ text: 'what do you know of me?' })) ?? {};
    const more = Array.from({ length: 450 }, (_, n) => ({
      ...{
        ...dm,
        message_id: `m_export_${n}`,
        text: `export ${n}`,
        timestamp: 1_700_000_000_000 + Math.floor(n / 100),
      },
      is_deleted: n === 7,
    }));
    await db().collection('instagram_dms').insertMany(more);

    const { id, lines } = await exportOf(person);

    expect(lines[0]).toMatchObject({ type: 'export', data: { kind: 'person', ...{ participant_id: idOf(asking) } } });
    expect(typesOf(lines)).toEqual(['comment', 'conversation', 'export', 'message']);
    const messages = lines.filter(({ type }) => type === 'message').map(({ data }) => data['text']);
    expect(messages).toHaveLength(451);
    expect(new Set(messages).size).toBe(451);
    expect(messages[0]).toBe('what do you know of me?');
    expect(JSON.stringify(lines)).not.toMatch(/that is mine|stranger person/);
    await (await app.call(other)).get(`/privacy/exports/${id}`).expect(404);
    await (await app.call(other)).get(`/privacy/exports/${id}/download`).expect(404);

    await done((await ask(person)).body.data.id);
    await (await app.call()).get(`/privacy/exports/${id}`).expect(404);
    expect(await db().collection('data_export_chunks').countDocuments()).toBe(0);
  });

  it('of a tenant holds its settings, staff, accounts and what was said, and no token', async () => {
    const caller = await app.call();
    await caller.put(`/agent/settings/${accountId}`).send({ instructions: 'Say what we sell.' }).expect(200);
    await caller.post('/inbox/blocklist').send({ external_participant_id: '6660001112223330' }).expect(200);
    const document = { kind: 'text', title: 'Hours', text: 'We open at nine.' };
    await caller.post(`/agent/knowledge/${accountId}`).send(document).expect(201);
    await wrote(app.sandbox.createCustomer({ username: 'said.it' }), 'said to the tenant');

    const { lines } = await exportOf({});

    const whole = JSON.stringify(lines);
    for (const text of ['Say what we sell.', 'We open at nine.', '6660001112223330', 'said to the tenant'])
      expect(whole).toContain(text);
    expect(typesOf(lines)).toEqual(
      expect.arrayContaining(['account', 'agent_settings', 'audit_entry', 'user_settings']),
    );
    expect(whole).not.toContain(app.sandbox.account.accessToken);
    expect(whole).not.toMatch(/access_token|send_key|delivery_ids/);
    const { data } = (await caller.get('/audit-log?action=export').expect(200)).body as { data: { action: string }[] };
    expect(new Set(data.map(({ action }) => action))).toEqual(
      new Set(['export.asked', 'export.done', 'export.downloaded']),
    );
  });

  it('is for owners, of what is theirs', async () => {
    expect(
      (await asked({ account_id: accountId }, { ...tenant, userId: 'ben', tenant: tenant.userId, role: 'operator' }))
        .status,
    ).toBe(403);
    expect((await asked({ account_id: accountId }, other)).status).toBe(404);
    expect((await asked({ tenant: tenant.userId })).status).toBe(403);
    expect((await asked({ participant_id: '1254477777772222' })).status).toBe(400);
    expect((await asked({ tenant: 'nobody' }, admin)).status).toBe(404);
  });
});

describe('an account that is disconnected with history=erase', () => {
  it('leaves nothing, and can be connected anew', async () => {
    await wrote(app.sandbox.createCustomer({ username: 'of.the.account' }), 'words of this account');
    const caller = await app.call();

    const answer = await caller.delete(`/accounts/${accountId}?history=erase`).expect(200);

    expect(answer.body).toMatchObject({ data: { connected: false }, erasure: { kind: 'account' } });
    expect((await done((answer.body as { erasure: Erasure }).erasure.id)).removed).toMatchObject({ accounts: 1 });
    expect(await documentsWith('words of this account')).toEqual([]);
    await caller.get(`/accounts/${accountId}`).expect(404);
    await app.connect(undefined, { enabled: false });
  });

  it('is erased, too, when it was disconnected long before', async () => {
    await wrote(app.sandbox.createCustomer({ username: 'of.long.ago' }), 'words of long ago');
    const caller = await app.call();
    await caller.delete(`/accounts/${accountId}`).expect(200);
    expect((await documentsWith('words of long ago')).length).toBeGreaterThan(0);

    const { erasure } = (await caller.delete(`/accounts/${accountId}?history=erase`).expect(200)).body as {
      erasure: Erasure;
    };

    await done(erasure.id);
    expect(await documentsWith('words of long ago')).toEqual([]);
  });
});

describe('a tenant that leaves', () => {
  it('is erased as a whole by an admin, and by nobody else', async () => {
    await wrote(app.sandbox.createCustomer({ username: 'of.the.tenant' }), 'words of the tenant');
    const caller = await app.call();
    await caller.put(`/agent/settings/${accountId}`).send({ instructions: 'Say what we sell.' }).expect(200);
    await caller.post('/inbox/blocklist').send({ external_participant_id: '6660001112223334' }).expect(200);
    await caller.post('/staff/invites').send({ email: 'leaving@shop.example', role: 'operator' }).expect(201);

    expect((await ask({ tenant: tenant.userId })).status).toBe(403);
    expect((await ask({ tenant: 'nobody' }, admin)).status).toBe(404);
    const { body } = await ask({ tenant: tenant.userId }, admin);

    await done(body.data.id, admin);
    for (const text of [
      'words of the tenant',
      'Say what we sell',
      '6660001112223334',
      'leaving@shop.example',
      app.sandbox.account.username,
    ])
      expect([text, await documentsWith(text)]).toEqual([text, []]);
    expect((await ask({ tenant: tenant.userId }, admin)).body.data.id).toBe(body.data.id);
  });
});

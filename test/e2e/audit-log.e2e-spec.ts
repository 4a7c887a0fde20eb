import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

const services = useServices();
let test: TestApp;
let accountId: string;

type Entry = Record<string, unknown> & { target: Record<string, string> };

beforeAll(async () => {
  test = await startTestApp({ services });
  accountId = await test.connect();
});
afterAll(() => test?.stop());

async function entries(query = '', as = tenant): Promise<Entry[]> {
  const caller = await test.call(as);
  return (await caller.get(`/audit-log${query}`).expect(200)).body.data as Entry[];
}

it('says who did what to an account, in whose name, from where, and which fields', async () => {
  const anna = await test.call({ userId: 'anna', tenant: tenant.userId, role: 'owner' });
  await anna.patch(`/accounts/${accountId}`).set('user-agent', 'a browser').send({ label: 'Shop' }).expect(200);
  await anna.put(`/agent/settings/${accountId}`).send({ instructions: 'Be kind.', history: 7 }).expect(200);
  await (await test.call(admin)).patch(`/accounts/${accountId}`).send({ agent_enabled: false }).expect(200);

  const [byAdmin, settings, label, connected] = await entries(`?account_id=${accountId}`);

  expect(connected).toMatchObject({ action: 'account.connected', actor: tenant.userId, role: 'owner', via: 'token' });
  expect(label).toMatchObject({
    ...{ action: 'account.changed', actor: 'anna', tenant_id: tenant.userId, changed: ['label'] },
    ...{ target: { account_id: accountId }, address: '127.0.0.1', user_agent: 'a browser' },
    request_id: expect.any(String) as string,
  });
  expect(settings).toMatchObject({ action: 'agent.changed', changed: ['instructions', 'history'] });
  expect(byAdmin).toMatchObject({
    actor: 'admin',
    role: 'admin',
    tenant_id: tenant.userId,
    changed: ['agent_enabled'],
  });
  expect(JSON.stringify(await entries())).not.toContain('Be kind.');
  expect(await entries('', { userId: 'tenant-2', role: 'user' })).toEqual([]);
  expect(await entries('?user_id=tenant-1&action=agent', admin)).toMatchObject([{ action: 'agent.changed' }]);
});

it('names a customer by a keyed hash, by which what was done about them is found', async () => {
  const caller = await test.call();
  await caller.post('/inbox/blocklist').send({ external_participant_id: '71000000000000001' }).expect(200);

  const found = await entries('?participant_id=71000000000000001');

  expect(found).toMatchObject([{ action: 'person.blocked', target: { person: expect.stringMatching(/^hmac:/) } }]);
  expect(JSON.stringify(found)).not.toContain('71000000000000001');
  expect(await entries('?participant_id=71000000000000002')).toEqual([]);
});

it('has takeovers and messages that people sent, and admins who read what was delivered', async () => {
  const customer = test.sandbox.createCustomer({ username: 'mia', name: 'Mia' });
  const participant = customer.idFor(test.sandbox.account);
  customer.sendText('Hello?');
  const ben = await test.call({ userId: 'ben', tenant: tenant.userId, role: 'operator' });
  let id = '';
  await eventually(async () => {
    const { conversations } = (await ben.get('/inbox/conversations').expect(200)).body as {
      conversations: { id: string; external_id: string }[];
    };
    id = conversations.find(({ external_id }) => external_id === participant)?.id ?? '';
    expect(id).not.toBe('');
  });
  await ben.patch(`/inbox/conversations/${id}`).send({ agent_paused: true }).expect(200);
  const reply = (await ben.post(`/inbox/conversations/${id}/messages`).send({ message: 'I am here.' })).body as Entry;
  await ben.patch(`/inbox/conversations/${id}`).send({ agent_paused: false }).expect(200);
  const root = await test.call(admin);
  const { data: deliveries } = (await root.get(`/admin/deliveries?account_id=${accountId}`)).body as { data: Entry[] };
  const deliveryId = String(deliveries[0]?.['_id']);
  await root.get(`/admin/deliveries/${deliveryId}`).expect(200);

  const about = await entries(`?participant_id=${participant}`);
  expect(about.map(({ action, actor }) => [action, actor]).sort()).toEqual([
    ['conversation.handed_back', 'ben'],
    ['conversation.taken_over', 'ben'],
    ['message.sent', 'ben'],
  ]);
  expect(about.find(({ action }) => action === 'message.sent')?.target).toMatchObject({
    ...{ account_id: accountId, conversation_id: id, dm_id: reply['id'] },
  });
  expect(await entries('?action=delivery.read')).toMatchObject([
    { actor: 'admin', target: { delivery_id: deliveryId } },
  ]);
  expect(JSON.stringify(await entries())).not.toContain(participant);
  expect(JSON.stringify(await entries())).not.toContain('I am here.');
});

it('writes down admins who read what Meta delivered, in the log of whose it was, and each request of theirs', async () => {
  const root = await test.call(admin);
  await root.post('/admin/deliveries/665f1c2e9b1e8a0012345678/replay').expect(404);

  const { data } = (await root.get('/admin/audit-log').expect(200)).body as { data: Entry[] };

  expect(data[0]).toMatchObject({
    ...{ action: 'POST /admin/deliveries/:id/replay', status: 404, actor: 'admin' },
    target: { id: '665f1c2e9b1e8a0012345678' },
  });
});

it('is for owners', async () => {
  for (const role of ['viewer', 'operator'] as const)
    await (await test.call({ userId: 'ben', tenant: tenant.userId, role })).get('/audit-log').expect(403);
  await (await test.call()).get('/audit-log?action=everything').expect(400);
});

import { SHOP_KEY, startShopServer, type ShopServer } from '#libs/sandbox';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { useServices } from '../support/services.js';
import { tenant } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
let scene: AgentScene;
let shop: ShopServer;

const path = (rest = '') => `/agent/tools/${scene.accountId}${rest}`;
const put = async (name: string, tool: object) => (await scene.app.call()).put(path(`/${name}`)).send(tool);

beforeAll(async () => {
  shop = await startShopServer();
  scene = await startAgentScene({ services });
  for (const [name, tool] of Object.entries(shop.tools)) expect((await put(name, tool)).status).toBe(200);
});
afterAll(async () => {
  await scene?.stop();
  await shop?.stop();
});

describe('an owner', () => {
  it('declares tools whose secrets never come back, and others see none of their headers', async () => {
    const { body } = await (await scene.app.call()).get(path('/order_lookup')).expect(200);
    expect(body).toMatchObject({ data: { hosts: ['127.0.0.1'], headers: [{ name: 'Authorization', secret: true }] } });
    const stored = await scene.db.collection('agent_tools').findOne({ name: 'order_lookup' });
    expect(JSON.stringify([body, stored, scene.app.logs])).not.toContain(SHOP_KEY);

    const viewer = await scene.app.call({ userId: 'anna', tenant: tenant.userId, role: 'viewer' });
    const seen = await viewer.get(path()).expect(200);
    expect((seen.body as { data: object[] }).data.map((tool) => Object.keys(tool))).toEqual([
      expect.not.arrayContaining(['headers']),
      expect.not.arrayContaining(['headers']),
    ]);
    await (await scene.app.call({ userId: 'somebody-else', role: 'user' })).get(path('/order_lookup')).expect(404);
  });

  it('keeps a secret while the address stays, and gives it anew for another', async () => {
    const lookup = { ...shop.tools['order_lookup'], headers: [{ name: 'Authorization', secret: true }] };
    expect((await put('order_lookup', lookup)).body).toMatchObject({ data: { revision: 2 } });
    const elsewhere = await put('order_lookup', { ...lookup, url: 'https://evil.example/{order_number}' });
    expect(elsewhere.body).toMatchObject({ code: 'invalid_request', details: [{ field: 'headers.0.value' }] });
  });

  it('tries a tool: the status, the time and what the agent would be shown; a write only in earnest', async () => {
    const call = await scene.app.call();
    const order = { arguments: { order_number: 'JP-1042' } };
    const tried = await call.post(path('/order_lookup/test')).send(order).expect(200);
    expect(tried.body).toMatchObject({
      data: { ok: true, status: 200, answer: { '/state': 'on its way', '/arrives': '2026-12-03' } },
    });
    const unsure = await call.post(path('/cancel_order/test')).send(order).expect(400);
    expect(unsure.body).toMatchObject({ details: [{ field: 'really' }] });
    expect(shop.cancelled).toEqual([]);
    shop.fail({ mode: 'status', status: 503 });
    const failed = await call.post(path('/order_lookup/test')).send(order).expect(200);
    expect(failed.body).toMatchObject({ data: { ok: false, status: 503 } });
  });

  it.each([
    [{ url: 'http://shop.example/{order_number}' }, 'url'],
    [{ url: 'https://{order_number}.example/' }, 'url'],
    [{ url: 'http://localhost:3000/accounts' }, 'url'],
    [{ hosts: ['other.example'] }, 'hosts'],
    [{ method: 'DELETE' }, 'method'],
    [{ approval: 'automatic' }, 'approval'],
    [{ parameters: { properties: { order_number: { type: 'string', pattern: '(a+)+' } } } }, 'parameters'],
    [{ headers: [{ name: 'Host', value: 'evil.example' }] }, 'headers.0.name'],
    [{ headers: [{ name: 'X', value: 'a\r\nb' }] }, 'headers.0.value'],
    [{ pick: ['state'] }, 'pick.0'],
  ])('is refused %j', async (change, field) => {
    const { status, body } = await put('odd', { ...shop.tools['order_lookup'], ...change });
    expect(status).toBe(400);
    expect(JSON.stringify((body as { details: unknown }).details)).toContain(field);
  });

  it('reaches no private address, whatever it is called', async () => {
    const odd = { ...shop.tools['order_lookup'], url: 'https://localhost:9/{order_number}' };
    expect((await put('inside', odd)).status).toBe(200);
    const order = { arguments: { order_number: 'JP-1042' } };
    const { body } = await (await scene.app.call()).post(path('/inside/test')).send(order).expect(200);
    expect(body).toMatchObject({ data: { ok: false, reason: 'private_address' } });
    await (await scene.app.call()).delete(path('/inside')).expect(200);
    await (await scene.app.call()).get(path('/inside')).expect(404);
  });
});

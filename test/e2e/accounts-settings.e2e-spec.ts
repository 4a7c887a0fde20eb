import { TokenVaultService } from '../../src/accounts/index.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

describe('user settings', () => {
  const services = useServices();
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ services, env: { ROLE: 'api' } });
  });
  afterAll(() => app.stop());

  it('are empty at first, take configs of own accounts, and keep an agent’s settings that a request leaves out', async () => {
    const caller = await app.call();
    expect((await caller.get('/user-settings').expect(200)).body).toMatchObject({
      data: { configs: [], is_active: true },
    });
    const accountId = await app.connect(tenant.userId, { enabled: true, instructions: 'Be brief.' });
    const config = { config_name: 'Shop', account_id: accountId };
    const put = await caller
      .put('/user-settings')
      .send({ configs: [config] })
      .expect(200);
    expect(put.body).toMatchObject({
      success: true,
      data: { user_id: tenant.userId, configs: [{ ...config, is_active: true, agent: { instructions: 'Be brief.' } }] },
    });
    expect((await caller.get(`/accounts/${accountId}`)).body).toMatchObject({ data: { agent_enabled: true } });
    await caller.put('/user-settings').send({ is_active: false }).expect(200);
    expect((await caller.get(`/accounts/${accountId}`)).body).toMatchObject({ data: { agent_enabled: false } });
    const twice = await caller.put('/user-settings').send({ configs: [config, config] });
    expect(twice.body).toMatchObject({ code: 'invalid_request' });
    const wrong = await caller.put('/user-settings').send({ configs: [{ ...config, agent: { colour: 'red' } }] });
    expect(wrong.body).toMatchObject({
      details: [{ field: 'configs.0.agent.colour', expected: 'is not a known field' }],
    });
  });
});

describe('user settings that come back as they were answered', () => {
  const services = useServices();
  let app: TestApp;
  let accountId: string;

  beforeAll(async () => {
    app = await startTestApp({ services, env: { ROLE: 'api' } });
    accountId = await app.connect(tenant.userId, { enabled: true, instructions: 'Be brief.' });
  });
  afterAll(() => app.stop());

  it('are taken, and stay what they were', async () => {
    const caller = await app.call();
    const { data } = (await caller.get('/user-settings').expect(200)).body;

    const put = await caller.put('/user-settings').send(data).expect(200);

    expect(put.body.data).toEqual({ ...data, updated_at: expect.any(String) });
    expect(put.body.data.configs).toMatchObject([{ account_id: accountId, agent: { instructions: 'Be brief.' } }]);
  });

  it('are a tenant’s own: another’s are for admins', async () => {
    const { data } = (await (await app.call()).get('/user-settings').expect(200)).body;

    const other = await app.call({ userId: 'somebody-else', role: 'user' });
    expect((await other.put('/user-settings').send(data)).status).toBe(403);
    const put = await (await app.call(admin)).put('/user-settings').send(data).expect(200);
    expect(put.body.data).toMatchObject({ user_id: tenant.userId, configs: [{ account_id: accountId }] });
  });

  it('name an account by its Instagram id, too', async () => {
    const config = { config_name: 'Shop', account_id: app.sandbox.account.igId };
    const caller = await app.call();

    const put = await caller
      .put('/user-settings')
      .send({ configs: [config] })
      .expect(200);
    expect(put.body.data.configs).toMatchObject([{ config_name: 'Shop', account_id: accountId }]);
    const twice = { configs: [config, { ...config, account_id: accountId }] };
    expect((await caller.put('/user-settings').send(twice)).status).toBe(400);
  });

  it('that are deleted answer nobody, until they are put again', async () => {
    const caller = await app.call();
    const isOn = async () =>
      (await caller.get(`/accounts/${accountId}`).expect(200)).body.data.agent_enabled as boolean;

    await caller.put('/user-settings').send({ is_deleted: true }).expect(200);
    expect(await isOn()).toBe(false);
    await caller.put('/user-settings').send({}).expect(200);
    expect(await isOn()).toBe(true);
  });
});

describe('an account’s switches', () => {
  const services = useServices();
  let app: TestApp;
  let id: string;
  const patch = async (body: object) => (await app.call()).patch(`/accounts/${id}`).send(body);

  beforeAll(async () => {
    app = await startTestApp({ services, env: { ROLE: 'api' } });
    id = await app.connect(tenant.userId, { enabled: true });
  });
  afterAll(() => app.stop());

  it('turn it and its agent off and on', async () => {
    const off = await patch({ status: 'disabled', agent_enabled: false, label: 'Shop' });
    expect(off.body).toMatchObject({ data: { status: 'disabled', agent_enabled: false, label: 'Shop' } });
    await expect(app.get(TokenVaultService).accessFor(id)).rejects.toMatchObject({ code: 'account_disabled' });

    const on = await patch({ status: 'active', keep_media: true });
    expect(on.body).toMatchObject({ data: { status: 'active', keep_media: true, agent_enabled: false } });
    const { accessToken } = app.sandbox.account;
    await expect(app.get(TokenVaultService).accessFor(id)).resolves.toMatchObject({ accessToken });
  });

  it('refuse a change of nothing and a null where a value belongs', async () => {
    const bodies = [{}, { status: null }, { label: null }, { keep_media: null }, { status: 'needs_reauth' }];
    for (const body of [...bodies, { sends_paused: true }]) {
      const answer = await patch(body);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    }
    const settings = await (await app.call()).put('/user-settings').send({ is_active: null });
    expect(settings.status).toBe(400);
  });
});

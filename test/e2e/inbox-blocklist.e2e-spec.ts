import { insertAccount } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

describe('an admin’s blocklist requests', () => {
  const services = useServices();
  let app: TestApp;
  let person: string;

  const listed = async (as = tenant) => (await (await app.call(as)).get('/inbox/conversations').expect(200)).body.total;

  beforeAll(async () => {
    app = await startTestApp({ services });
    await app.connect(tenant.userId, { enabled: false });
    app.sandbox.customer.sendText('Buy followers!');
    person = app.sandbox.customer.id;
    await eventually(async () => expect(await listed()).toBe(1));
  });
  afterAll(() => app?.stop());

  it('must name the tenant: the list of an admin without accounts would have no effect', async () => {
    const call = await app.call(admin);
    const blocking = await call.post('/inbox/blocklist').send({ external_participant_id: person }).expect(400);
    const unblocking = await call.delete(`/inbox/blocklist/${person}`).expect(400);

    for (const { body } of [blocking, unblocking])
      expect(body).toMatchObject({
        code: 'invalid_request',
        details: [{ field: 'user_id', expected: expect.stringContaining('tenant') }],
      });
    expect((await call.get('/inbox/blocklist').expect(200)).body.total).toBe(0);
  });

  it('hold for the tenant they name; an entry’s own id needs no name', async () => {
    const call = await app.call(admin);
    const entry = { external_participant_id: person, user_id: tenant.userId };

    await call.post('/inbox/blocklist').send(entry).expect(200);
    expect([await listed(), await listed(admin)]).toEqual([0, 0]);
    await call.delete(`/inbox/blocklist/${person}`).query({ user_id: tenant.userId }).expect(200);
    expect(await listed()).toBe(1);

    const { body } = await call.post('/inbox/blocklist').send(entry).expect(200);
    await call.delete(`/inbox/blocklist/${body.data.id}`).expect(200);
    expect(await listed()).toBe(1);
  });

  it('mean the admin’s own list once the admin has an account', async () => {
    await insertAccount(services.databaseUrl, services.databaseName, '17841400000000077', admin.userId);
    const call = await app.call(admin);

    const { body } = await call.post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);

    expect(body.data.user_id).toBe(admin.userId);
    expect(await listed()).toBe(1);
    await call.delete(`/inbox/blocklist/${person}`).expect(200);
  });
});

describe('unblocking a person as they were blocked', () => {
  const services = useServices();
  const entry = { external_participant_id: '1254477777772222' };
  let app: TestApp;

  const total = async () => (await (await app.call()).get('/inbox/blocklist').expect(200)).body.total;

  beforeAll(async () => {
    app = await startTestApp({ services });
  });
  afterAll(() => app?.stop());

  beforeEach(async () => {
    await (await app.call()).post('/inbox/blocklist').send(entry).expect(200);
  });

  it('takes the fields in the query or in a body', async () => {
    const call = await app.call();
    const { body } = await call.delete('/inbox/blocklist').query(entry).expect(200);
    expect(body).toMatchObject({ success: true, data: entry });
    expect(await total()).toBe(0);
    await call.delete('/inbox/blocklist').query(entry).expect(404);

    await call.post('/inbox/blocklist').send(entry).expect(200);
    await call.delete('/inbox/blocklist').send(entry).expect(200);
    expect(await total()).toBe(0);
  });

  it('refuses to do so without one, and for another tenant', async () => {
    const call = await app.call();
    for (const body of [undefined, {}, [], { ...entry, name: 'x' }, { external_participant_id: { $ne: '1' } }])
      expect((await call.delete('/inbox/blocklist').send(body)).body.code).toBe('invalid_request');
    await call
      .delete('/inbox/blocklist')
      .query({ ...entry, user_id: 'somebody-else' })
      .expect(403);
    expect(await total()).toBe(1);
  });

  it('takes the platform by either of its names', async () => {
    const call = await app.call();
    const named = { ...entry, platform: 'meta_instagram' };
    const { body } = await call.post('/inbox/blocklist').send(named).expect(200);
    expect(body.data.platform).toBe('instagram');
    await call.delete('/inbox/blocklist').query(named).expect(200);
    expect(await total()).toBe(0);
    await call
      .post('/inbox/blocklist')
      .send({ ...entry, platform: 'sms' })
      .expect(400);
  });
});

import { deliver, deliveryOf, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
const person = 'IGSID_Mara-1.2:x';
let app: TestApp;
let accountId: string;

beforeAll(async () => {
  app = await startTestApp({ services });
  accountId = await app.connect(undefined, { enabled: false });
  const { account, env } = app.sandbox;
  const event = textEvent(account.igId, 'Hello?', 'mid-of-mara', person);
  await deliver(app.url, deliveryOf(account.igId, [event]), { secret: env['INSTAGRAM_CLIENT_SECRET'] }).expect(200);
}, 60_000);
afterAll(() => app?.stop());

describe('a person whose id is not digits', () => {
  it('is found by it', async () => {
    const caller = await app.call();
    await eventually(async () => {
      const { body } = await caller.get('/instagram-dms/list').query({ sender_id: person }).expect(200);
      expect(body.data).toMatchObject([{ sender_id: person, text: 'Hello?' }]);
    });
    await caller.get('/instagram-dms/list').query({ recipient_id: person, user_id: 'tenant-1' }).expect(200);
  });

  it('is written to by it', async () => {
    const message = { recipient_id: person, message_text: 'Hi!', platform_account_id: accountId };
    const { body } = await (await app.call()).post('/instagram-dms/send').send(message);

    // This Instagram has no such person; what counts is that it was asked for the right one.
    expect(body).toMatchObject({ code: 'graph_refused' });
    const { body: list } = await (await app.call()).get('/instagram-dms/list').query({ recipient_id: person });
    expect(list.data).toMatchObject([{ recipient_id: person, text: 'Hi!', status: 'failed' }]);
  });

  it('is blocked and unblocked by it, as it is written', async () => {
    const caller = await app.call();
    await caller.post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);
    await caller.delete(`/inbox/blocklist/${person}`).expect(200);
    await caller.post('/inbox/blocklist').send({ external_participant_id: person }).expect(200);
    await caller.delete('/inbox/blocklist').query({ external_participant_id: person }).expect(200);
    for (const bad of ['..', 'a b', 'a/b', 'x'.repeat(65)])
      await caller.post('/inbox/blocklist').send({ external_participant_id: bad }).expect(400);
  });
});

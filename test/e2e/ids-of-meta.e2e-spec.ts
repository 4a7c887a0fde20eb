import { deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
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
    for (const bad of ['..', 'a b', 'a/b', 'x'.repeat(141)])
      await caller.post('/inbox/blocklist').send({ external_participant_id: bad }).expect(400);
  });
});

it('an account of login `facebook` is found by its Page, and what the Page says is said by it', async () => {
  const [igId, page] = ['17841400000000088', '900100200300400'];
  await insertAccount(services.databaseUrl, services.databaseName, igId, 'tenant-2', {
    login: 'facebook',
    meta: { id: page, name: 'A Page' },
  });
  const { env } = app.sandbox;
  const inbound = textEvent(page, 'to the Page', 'mid-to-page', 'someone');
  const outbound = {
    ...textEvent('someone', '', '', page),
    message: { mid: 'mid-of-page', text: 'from the Page', is_echo: true },
  };
  const nameless = { timestamp: Date.now(), message: { mid: 'mid-nameless', text: 'by nobody' } };
  for (const event of [inbound, outbound, nameless])
    await deliver(app.url, deliveryOf(page, [event]), { secret: env['INSTAGRAM_CLIENT_SECRET'] }).expect(200);

  const caller = await app.call({ userId: 'tenant-2', role: 'user' });
  await eventually(async () => {
    const { body } = await caller.get('/instagram-dms/list').expect(200);
    expect(body.data).toHaveLength(2);
    expect(body.data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          text: 'to the Page',
          direction: 'inbound',
          recipient_id: igId,
          sender_id: 'someone',
        }),
        expect.objectContaining({ text: 'from the Page', direction: 'outbound', sender_id: igId }),
      ]),
    );
  });
});

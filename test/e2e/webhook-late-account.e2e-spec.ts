import { deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
const igId = '17841400000000077';
const lateIgId = '17841400000000078';
let app: TestApp;

beforeAll(async () => {
  await insertAccount(services.databaseUrl, services.databaseName, igId);
  app = await startTestApp({ services });
}, 60_000);
afterAll(() => app?.stop());

const texts = async () => {
  const { body } = await (await app.call(admin)).get('/instagram-dms/list').expect(200);
  return (body.data as { text: string }[]).map(({ text }) => text).sort();
};

it('what a delivery carries for an account that is connected later is stored then, and the rest once', async () => {
  const [known, late] = [
    deliveryOf(igId, [textEvent(igId, 'first')]),
    deliveryOf(lateIgId, [textEvent(lateIgId, 'late')]),
  ];
  const mixed = { object: 'instagram', entry: [known['entry'], late['entry']].flat() };
  const secret = app.sandbox.env['INSTAGRAM_CLIENT_SECRET'];
  await deliver(app.url, mixed, { secret }).expect(200, { success: true, processed: 2 });
  await eventually(async () => expect(await texts()).toEqual(['first']));

  const accountId = await insertAccount(services.databaseUrl, services.databaseName, lateIgId);

  await eventually(async () => expect(await texts()).toEqual(['first', 'late']));
  const deliveries = async () =>
    (await (await app.call(admin)).get('/admin/deliveries').query({ account_id: accountId }).expect(200)).body.data;
  await eventually(async () => expect(await deliveries()).toMatchObject([{ state: 'stored', events: 2 }]));
});

import mongoose from 'mongoose';
import { EventMatcherService } from '../../src/dms/ingest/event-matcher.service.js';
import { StoreDeliveriesProcessor } from '../../src/dms/ingest/store-deliveries.processor.js';
import { DeliveryLogRepository } from '../../src/deliveries/index.js';
import { deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
const igId = '17841400000000077';
let app: TestApp;

beforeAll(async () => {
  await insertAccount(services.databaseUrl, services.databaseName, igId);
  app = await startTestApp({ services });
}, 60_000);
afterAll(() => app?.stop());

it('a delivery that can’t be stored costs the others of its job nothing, and is marked', async () => {
  const log = app.get(DeliveryLogRepository);
  const deliveries = Array.from({ length: 50 }, () => {
    const payload = JSON.stringify(deliveryOf(igId, [textEvent(igId)]));
    const id = new mongoose.Types.ObjectId().toHexString();
    // So late that the sweep does not come for them, too.
    return { id, payload, events: 1, accountIds: [], receivedAt: new Date(Date.now() + 60_000) };
  });
  await log.insertMany(deliveries);
  const ids = deliveries.map(({ id }) => id);
  const culprit = ids[17] as string;
  const matcher = app.get(EventMatcherService);
  const match = matcher.match.bind(matcher);
  jest.spyOn(matcher, 'match').mockImplementation(async (decoded, origin, settingsOf) => {
    if (origin.deliveryId === culprit) throw new TypeError('nobody thought of this');
    return match(decoded, origin, settingsOf);
  });

  await app.get(StoreDeliveriesProcessor).storeDeliveries({ delivery_ids: ids });

  const states = await log.findByIds(ids);
  expect(states.filter(({ state }) => state === 'stored')).toHaveLength(49);
  expect(states.find(({ _id }) => _id === culprit)).toMatchObject({
    state: 'received',
    failures: 1,
    error: 'nobody thought of this',
  });
});

it('an event that nests too deep costs the others of its delivery nothing', async () => {
  const log = app.get(DeliveryLogRepository);
  const deep = `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`;
  const events = [textEvent(igId, 'flat', 'mid-flat'), { ...textEvent(igId, 'deep', 'mid-deep'), extra: 'DEEP' }];
  const payload = JSON.stringify(deliveryOf(igId, events)).replace('"DEEP"', deep);
  const id = new mongoose.Types.ObjectId().toHexString();
  await log.insertMany([{ id, payload, events: 2, accountIds: [], receivedAt: new Date(Date.now() + 60_000) }]);

  await app.get(StoreDeliveriesProcessor).storeDeliveries({ delivery_ids: [id] });

  expect(await log.find(id)).toMatchObject({ state: 'stored' });
  const { body } = await (await app.call()).get('/instagram-dms/list').expect(200);
  const texts = (body.data as { text: string }[]).map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(['flat', 'deep']));
});

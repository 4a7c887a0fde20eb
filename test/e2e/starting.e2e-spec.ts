import { PassThrough } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { findFreePort } from '#libs/embedded';
import { readSettings } from '../../src/config/index.js';
import { start } from '../../src/start.js';
import { appSecret, deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { startFailingMongod, type FailingMongod } from '../support/failing-mongod.js';
import { useServices } from '../support/services.js';
import { testSettings } from '../support/test-app.js';

jest.setTimeout(90_000);
const services = useServices();
const igId = '17841400000000773';
let mongod: FailingMongod;
let app: NestFastifyApplication | undefined;

beforeAll(async () => {
  mongod = await startFailingMongod();
  await insertAccount(mongod.url, services.databaseName, igId);
}, 60_000);
afterAll(async () => {
  await app?.close();
  await mongod?.stop();
});

it('a process lives and is not ready while indexes are built, and takes deliveries when they are there', async () => {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  await mongod.fail({ failCommands: ['createIndexes'], blockConnection: true, blockTimeMS: 10_000 });
  const settings = testSettings(
    { ...services, databaseUrl: mongod.url },
    { PORT: String(port), HOST: '127.0.0.1', INSTAGRAM_CLIENT_SECRET: appSecret },
  );
  const started = start(readSettings(settings), { logTo: new PassThrough().resume() });

  await eventually(() => request(url).get('/health/live').expect(200, { status: 'alive' }), 10_000);
  const { body } = await request(url).get('/health/ready').expect(503);
  expect(body).toMatchObject({ status: 'starting' });
  const refused = await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(503);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);

  await mongod.failNoMore();
  app = await started;

  await request(url).get('/health/ready').expect(200);
  await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
});

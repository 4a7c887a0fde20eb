import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.factory.js';
import { readSettings } from '../../src/config/index.js';
import { appSecret, deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { withMongo } from '../support/embedded-servers.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { testSettings } from '../support/test-app.js';

const services = useServices();
const igId = '17841400000000991';

beforeAll(async () => {
  await insertAccount(services.databaseUrl, services.databaseName, igId);
});

/** Its bodies are kept whole, so that each option meets the promise as a whole: stored, and no letter. */
it.each([
  'readPreference=secondaryPreferred', 'readPreference=nearest&maxStalenessSeconds=90', 'w=0', 'w=1', 'journal=false',
  'readConcernLevel=linearizable', 'readConcernLevel=available', 'retryWrites=false', 'retryReads=false',
  'wtimeoutMS=1', 'timeoutMS=1', 'directConnection=true', 'socketTimeoutMS=1', 'maxPoolSize=1', 'waitQueueTimeoutMS=1',
])('a message is stored though DATABASE_URL says %s', async (option) => {
  const env = { DATABASE_URL: `${services.databaseUrl}&${option}`, INSTAGRAM_CLIENT_SECRET: appSecret, LOG_LEVEL: 'silent' };
  const app: NestFastifyApplication = await createApp(readSettings(testSettings(services, env)));
  try {
    await app.listen(0, '127.0.0.1');
    const event = textEvent(igId, option);

    await deliver(await app.getUrl(), deliveryOf(igId, [event])).expect(200);

    await withMongo(services.databaseUrl, async (client) => {
      const db = client.db(services.databaseName);
      await eventually(async () =>
        expect(await db.collection('instagram_dms').countDocuments({ message_id: event.message.mid })).toBe(1),
      );
      await eventually(async () =>
        expect(await db.collection('webhook_deliveries').countDocuments({ state: 'received' })).toBe(0),
      );
      expect(await db.collection('dead_letters').countDocuments()).toBe(0);
    });
  } finally {
    await app.close();
  }
}); // prettier-ignore

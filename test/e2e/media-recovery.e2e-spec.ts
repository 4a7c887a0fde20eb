import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import mongoose from 'mongoose';
import { startRedis, type RedisProcess } from '#libs/embedded';
import { StoreDeliveriesProcessor } from '../../src/dms/ingest/store-deliveries.processor.js';
import { MediaProcessor } from '../../src/media/media.processor.js';
import { eventually } from '../support/eventually.js';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(300_000);
const services = useServices();
let s3: S3Server;
let redis: RedisProcess;
let test: TestApp;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;

beforeAll(async () => {
  [s3, redis] = await Promise.all([startS3Server(), startRedis()]);
  client = await mongoose.mongo.MongoClient.connect(services.mongoUrl);
  test = await startTestApp({
    services: { ...services, redisUrl: redis.url },
    env: s3.env,
  });
  const accountId = await test.connect(tenant.userId, { enabled: false });
  await (await test.call()).patch(`/accounts/${accountId}`).send({ keep_media: true }).expect(200);
});

afterAll(async () => {
  await test?.stop();
  await client?.close();
  s3?.stop();
  await redis?.stop();
});

it('copies a picture that was stored while Redis was away', async () => {
  const dms = client.db().collection('instagram_dms');
  await redis.kill();
  const { mid, delivered } = test.sandbox.customer.sendPicture();
  await delivered;
  const deliveries = await client.db().collection('webhook_deliveries').find({ state: 'received' }).toArray();
  await test.get(StoreDeliveriesProcessor).storeDeliveries({ delivery_ids: deliveries.map(({ _id }) => String(_id)) });
  expect(await dms.findOne({ message_id: mid })).toMatchObject({ media_to_keep: expect.any(Date) });

  await redis.start();
  // As if the minute had passed in which its job usually does it.
  await dms.updateMany({ media_to_keep: { $exists: true } }, { $set: { media_to_keep: new Date(0) } });
  await eventually(async () => {
    await test.get(MediaProcessor).sweepToKeep();
    const dm = await dms.findOne({ message_id: mid });
    expect(dm).toMatchObject({ attachments: [{ stored_key: expect.any(String) }] });
    expect(dm).not.toHaveProperty('media_to_keep');
    const listed = await s3.client.send(new ListObjectsV2Command({ Bucket: 'media' }));
    expect(listed.Contents).toHaveLength(1);
  });
});

import { getConnectionToken } from '@nestjs/mongoose';
import { Types, type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { DmMediaRepository } from '../../src/dms/index.js';
import { ErasureService } from '../../src/privacy/erasure/erasure.service.js';
import { DmRetentionService } from '../../src/privacy/retention/dm-retention.service.js';
import { MediaCopiesService, MediaSourcesService, type MediaStorageService } from '../../src/media/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

/** Its accounts had their media copied while there was a bucket; now this process knows of none. */
const services = useServices();
const clock = new MovableClock(); // stands still: no sweep comes in between
let app: TestApp;
let accountId: string;

beforeAll(async () => {
  app = await startTestApp({ services, clock, env: { DM_RETENTION_DAYS: '90' } });
  accountId = await app.connect(undefined, { enabled: false });
});
afterAll(() => app?.stop());

const collection = (name: string) => app.get<Connection>(getConnectionToken() as never).collection(name);

async function copied(username: string) {
  const customer = app.sandbox.createCustomer({ username });
  const mid = customer.sendText('Look at this').mid ?? '';
  const { _id } = await eventually(async () => {
    const dm = await collection('instagram_dms').findOne({ message_id: mid });
    if (!dm) throw new Error('not stored yet');
    return dm;
  });
  const key = `media/${accountId}/${String(_id)}/0`;
  const attachments = [{ type: 'image', url: 'https://cdn.example/1', stored_key: key }];
  await collection('instagram_dms').updateOne({ _id }, { $set: { attachments } });
  return { customer, id: String(_id), mid, key };
}

async function askToErase(userId: string) {
  const signed_request = app.sandbox.signedRequest(userId);
  const { body } = await (await app.call(null)).post('/meta/data-deletion').type('form').send({ signed_request });
  return collection('erasures').findOne({ code: body.confirmation_code });
}

/** As a worker that knows the bucket would. @returns what it removed from there */
async function dropElsewhere(id: string): Promise<string[]> {
  const removed: string[] = [];
  const remove = async (keys: string[]) => void removed.push(...keys);
  const bucket = { isConfigured: true, remove } as unknown as MediaStorageService;
  await new MediaCopiesService(bucket, app.get(DmMediaRepository), clock, app.get(MediaSourcesService)).drop(id);
  return removed;
}

it('erases a person’s words at once, and is done when a worker with the bucket has removed their pictures', async () => {
  const { customer, id, mid, key } = await copied('leaving');
  const erasure = await askToErase(customer.idFor(app.sandbox.account));
  const state = async () => (await collection('erasures').findOne({ _id: erasure?._id }))?.['state'] as string;
  const run = () => app.get(ErasureService).run(String(erasure?._id), AbortSignal.timeout(10_000));

  await eventually(async () => expect(await state()).toBe('failed'));
  expect(await collection('instagram_dms').findOne({ message_id: mid })).toBeNull();
  await run();
  expect(await state()).toBe('failed');

  expect(await dropElsewhere(id)).toEqual([key]);
  await run();

  expect(await state()).toBe('done');
  expect(await collection('erasures').findOne({ _id: erasure?._id })).toMatchObject({ counts: { dms: 1, media: 1 } });
  const tombstone = await collection('dm_tombstones').findOne({ message_id: mid });
  expect(tombstone).toMatchObject({ expires_at: new Date(clock.now() + 48 * 3_600_000) });
  expect(Object.keys(tombstone ?? {})).not.toEqual(expect.arrayContaining(['media_to_drop', 'erasure_id']));
});

it('remembers the copies of DMs past their retention', async () => {
  const { id, mid, key } = await copied('long.ago');
  const dms = collection('instagram_dms');
  const aged = clock.now() - 91 * 86_400_000;
  const dm = await dms.findOne({ message_id: mid });
  const agedId = Types.ObjectId.createFromTime(Math.floor(aged / 1_000));
  await dms.deleteOne({ message_id: mid });
  await dms.insertOne({ ...dm, _id: agedId, timestamp: aged });

  await app.get(DmRetentionService).purge(AbortSignal.timeout(10_000));

  expect(await dms.findOne({ message_id: mid })).toBeNull();
  expect(id).not.toBe(String(agedId));
  expect(await dropElsewhere(String(agedId))).toEqual([key]);
  expect(await collection('dm_tombstones').findOne({ message_id: mid })).toBeNull();
});

it('remembers them when the account is erased, too', async () => {
  const { id, mid, key } = await copied('of.the.account');
  const erasure = await askToErase(app.sandbox.account.appScopedId);
  const state = async () => (await collection('erasures').findOne({ _id: erasure?._id }))?.['state'] as string;
  await eventually(async () => expect(await state()).toBe('failed'));
  expect(await collection('accounts').countDocuments()).toBe(0);

  expect(await dropElsewhere(id)).toEqual([key]);

  expect(await collection('dm_tombstones').findOne({ message_id: mid })).toBeNull();
  await app.get(ErasureService).run(String(erasure?._id), AbortSignal.timeout(10_000));
  expect(await state()).toBe('done');
});

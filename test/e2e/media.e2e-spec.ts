import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { getConnectionToken } from '@nestjs/mongoose';
import { Types, type Connection } from 'mongoose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, MovableClock } from '#libs/clock';
import { DmMediaRepository, DmRemovalRepository } from '../../src/dms/index.js';
import { MediaCopiesService, MediaStorageService } from '../../src/media/index.js';
import { MediaProcessor } from '../../src/media/media.processor.js';
import { JobQueueService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(300_000);

/** A single pixel: the sandbox's own picture takes seconds to draw. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

interface Listed {
  data: {
    _id: string;
    conversation_id: string;
    message_id: string;
    attachments: { type: string; has_copy?: boolean }[];
  }[];
}

describe('copies of media', () => {
  const services = useServices();
  let s3: S3Server;
  let test: TestApp;
  let accountId: string;
  let cdn: Server;
  let cdnUrl: string;
  let cdnStatus = 503;

  const keys = async (): Promise<string[]> => {
    const listed = await s3.client.send(new ListObjectsV2Command({ Bucket: 'media' }));
    return (listed.Contents ?? []).flatMap(({ Key }) => Key ?? []);
  };
  const dmOf = async (mid: string) => {
    const listed = (await (await test.call()).get(`/instagram-dms/list?platform_account_id=${accountId}`).expect(200))
      .body as Listed;
    const dm = listed.data.find((one) => one.message_id === mid);
    if (!dm) throw new Error(`${mid} is not stored yet`);
    return dm;
  };

  const collection = (name: string) => test.get<Connection>(getConnectionToken() as never).collection(name);
  const copied = async () => {
    const { mid, delivered } = test.sandbox.customer.sendPicture(`${cdnUrl}/picture.png`);
    await delivered;
    return eventually(async () => {
      const dm = await dmOf(mid ?? '');
      expect(dm.attachments).toMatchObject([{ has_copy: true }]);
      return { ...dm, key: `media/${accountId}/${dm._id}/0` };
    });
  };
  const hardDelete = async (id: string) => (await test.call()).delete(`/instagram-dms/${id}?hard=true`).expect(200);

  beforeAll(async () => {
    s3 = await startS3Server();
    cdn = createServer(({ url }, response) => {
      if (url === '/picture.png') response.end(png);
      else response.writeHead(cdnStatus).end();
    });
    await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
    cdnUrl = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
    test = await startTestApp({
      services,
      clock: new MovableClock(), // stands still: no sweep comes in between
      env: s3.env,
    });
    accountId = await test.connect(tenant.userId, { enabled: false });
    await (await test.call()).patch(`/accounts/${accountId}`).send({ keep_media: true }).expect(200);
  });

  afterAll(async () => {
    await test?.stop();
    s3?.stop();
    cdn?.close();
  });

  afterEach(() => jest.restoreAllMocks());

  it('keeps a picture, serves it by a link that expires, and removes it when the message is taken back', async () => {
    const sent = test.sandbox.customer.sendPicture(`${cdnUrl}/picture.png`);
    await sent.delivered;
    const dm = await eventually(async () => {
      const found = await dmOf(sent.mid ?? '');
      expect(await keys()).toEqual([`media/${accountId}/${found._id}/0`]);
      return found;
    });
    const link = await eventually(
      async () =>
        (await (await test.call()).get(`/instagram-dms/${dm._id}/attachments/0`).expect(200)).body as {
          data: { url: string; content_type: string };
        },
    );
    const picture = await fetch(link.data.url);
    expect(picture.status).toBe(200);
    expect(link.data.content_type).toBe('image/png');
    const stranger = await test.call({ userId: 'somebody-else', role: 'user' });
    await stranger.get(`/instagram-dms/${dm._id}/attachments/0`).expect(404);

    const messages = `/inbox/conversations/${dm.conversation_id}/messages`;
    const { body: inbox } = await (await test.call()).get(messages).expect(200);
    expect(inbox.messages.at(-1)).toMatchObject({ id: dm._id, attachments: [{ type: 'image', has_copy: true }] });

    await test.sandbox.customer.unsend(sent.mid ?? '').delivered;
    await eventually(async () => expect(await keys()).toEqual([]));
    await (await test.call()).get(`/instagram-dms/${dm._id}/attachments/0`).expect(404);
  });

  it('keeps no copy of a story mention, which Meta forbids, nor of media on a host that is not Meta’s', async () => {
    const mention = test.sandbox.customer.mentionInStory();
    const foreign = test.sandbox.customer.sendPicture('https://evil.example/picture.png');
    const own = test.sandbox.customer.sendPicture(`${cdnUrl}/picture.png`);
    await Promise.all([mention.delivered, foreign.delivered, own.delivered]);
    // The last one is there, so the others had their turn.
    await eventually(async () =>
      expect(await keys()).toEqual([expect.stringContaining((await dmOf(own.mid ?? ''))._id) as string]),
    );
    expect((await dmOf(mention.mid ?? '')).attachments[0]?.has_copy).toBeUndefined();
  });

  it('gives no link once the message is deleted here, nor for what is no id', async () => {
    const dm = await copied();
    const call = await test.call();
    const path = `/instagram-dms/${dm._id}/attachments/0`;
    await call.get(path).expect(200);

    await call.delete(`/instagram-dms/${dm._id}`).expect(200);
    await call.get(path).expect(404);
    for (const bad of ['nonsense/attachments/0', `${dm._id}/attachments/first`])
      await call.get(`/instagram-dms/${bad}`).expect(400);
  });

  it('removes the copies of a message that is deleted for good, and notes on its tombstone when it has', async () => {
    const { _id, message_id, key } = await copied();

    await hardDelete(_id);

    expect(await keys()).toContain(key);
    expect(await collection('dm_tombstones').findOne({ message_id })).toMatchObject({ media_to_drop: [key] });
    await test.get(MediaProcessor).sweepToDrop();
    await eventually(async () => {
      expect(await keys()).not.toContain(key);
      expect(await collection('dm_tombstones').findOne({ message_id })).not.toHaveProperty('media_to_drop');
    });
  });

  it('removes them, too, when the account is erased before that, and leaves no tombstone then', async () => {
    const { _id, message_id, key } = await copied();
    await hardDelete(_id);

    await test.get(DmRemovalRepository).removeTombstones(accountId);

    expect(await collection('dm_tombstones').countDocuments()).toBe(1);
    await test.get(MediaCopiesService).drop(_id);
    expect(await keys()).not.toContain(key);
    expect(await collection('dm_tombstones').findOne({ message_id })).toBeNull();
  });

  it('finds a copy again that was made while its message was deleted for good and could not be removed', async () => {
    const { _id, message_id, key } = await copied();
    await collection('instagram_dms').updateOne({ message_id }, { $unset: { 'attachments.0.stored_key': '' } });
    const [repository, storage] = [test.get(DmMediaRepository), test.get(MediaStorageService)];
    const noteCopy = repository.noteCopy.bind(repository);
    jest.spyOn(repository, 'noteCopy').mockImplementationOnce(async (...copy) => {
      await hardDelete(_id);
      return noteCopy(...copy);
    });
    jest.spyOn(storage, 'remove').mockRejectedValueOnce(new Error('the bucket is away'));
    const copies = test.get(MediaCopiesService);

    await expect(copies.keep(_id, AbortSignal.timeout(10_000))).rejects.toThrow('the bucket is away');

    expect(await keys()).toContain(key);
    await copies.drop(_id);
    expect(await keys()).not.toContain(key);
  });

  it('notes no copy of what is about to be erased: nobody would find it', async () => {
    const { _id, message_id, conversation_id, key } = await copied();
    const dms = collection('instagram_dms');
    // As if it were being copied right now.
    await dms.updateOne(
      { message_id },
      { $set: { media_to_keep: new Date(Date.now() + 60_000) }, $unset: { 'attachments.0.stored_key': '' } },
    );

    expect((await test.get(DmRemovalRepository).next(conversation_id)).ids).toContain(_id);

    const noted = await test.get(DmMediaRepository).noteCopy(_id, 0, { key, bytes: 1, contentType: 'image/png' });
    expect(noted).toBe(false);
  });

  it('tries again what Meta could not serve for a while, and copies the rest meanwhile', async () => {
    const { _id } = await copied();
    const dms = collection('instagram_dms');
    const filter = { _id: new Types.ObjectId(_id) };
    const busy = `${cdnUrl}/busy.png`;
    const attachments = [busy, `${cdnUrl}/picture.png`].map((url) => ({ type: 'image', url }));
    await dms.updateOne(filter, { $set: { attachments, media_to_keep: new Date(Date.now() + 60_000) } });
    const keep = () => test.get(MediaCopiesService).keep(_id, AbortSignal.timeout(10_000));

    await expect(keep()).rejects.toThrow('503');
    expect(await dms.findOne(filter)).toMatchObject({
      attachments: [{ url: busy }, { stored_key: `media/${accountId}/${_id}/1` }],
      media_to_keep: expect.any(Date),
    });

    cdnStatus = 403; // the link has expired
    await keep();
    const given = await dms.findOne(filter);
    expect(given).not.toHaveProperty('media_to_keep');
    expect(given).toMatchObject({ attachments: [{ not_kept: 'The link answered 403.' }, {}] });
  });

  it('asks ever more seldom for what Meta never serves, and gives it up after a week with the reason', async () => {
    const { _id } = await copied();
    const dms = collection('instagram_dms');
    const filter = { _id: new Types.ObjectId(_id) };
    const attachments = [{ type: 'image', url: `${cdnUrl}/broken.png` }];
    const now = test.get(Clock).now();
    const storedHoursAgo = (hours: number) =>
      dms.updateOne(filter, {
        $set: { attachments, media_to_keep: new Date(0), created_at: new Date(now - hours * 3_600_000) },
      });
    const pausedHours = async () =>
      (((await dms.findOne(filter))?.['media_to_keep'] as Date).getTime() - now) / 3_600_000;
    cdnStatus = 503;
    jest.spyOn(test.get(JobQueueService), 'add').mockResolvedValue(true); // it is done by hand below
    for (const [age, pause] of [
      [0, 1],
      [5, 5],
      [100, 24],
    ] as const) {
      await storedHoursAgo(age);
      await test.get(MediaProcessor).sweepToKeep();
      expect(await pausedHours()).toBeCloseTo(pause);
    }
    const keep = () => test.get(MediaCopiesService).keep(_id, AbortSignal.timeout(10_000));

    await expect(keep()).rejects.toThrow('503');
    await storedHoursAgo(7 * 24);
    await keep();

    const given = await dms.findOne(filter);
    expect(given).not.toHaveProperty('media_to_keep');
    expect(given?.['attachments'][0].not_kept).toBe('Given up after 7 days. The link answered 503.');
  });
});

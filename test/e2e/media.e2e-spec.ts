import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { eventually } from '../support/eventually.js';
import { startS3Server, type S3Server } from '../support/s3-server.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(300_000);

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
  let bucket: S3Client;
  let test: TestApp;
  let accountId: string;

  const keys = async (): Promise<string[]> => {
    const listed = await bucket.send(new ListObjectsV2Command({ Bucket: 'media' }));
    return (listed.Contents ?? []).flatMap(({ Key }) => Key ?? []);
  };
  const dmOf = async (mid: string) => {
    const listed = (await (await test.call()).get(`/instagram-dms/list?platform_account_id=${accountId}`).expect(200))
      .body as Listed;
    const dm = listed.data.find((one) => one.message_id === mid);
    if (!dm) throw new Error(`${mid} is not stored yet`);
    return dm;
  };

  beforeAll(async () => {
    s3 = await startS3Server();
    bucket = new S3Client({
      endpoint: s3.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    await bucket.send(new CreateBucketCommand({ Bucket: 'media' }));
    test = await startTestApp({
      services,
      env: {
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
        AWS_ENDPOINT_URL_S3: s3.url,
        S3_BUCKET_NAME: 'media',
        MEDIA_EXTRA_HOSTS: '127.0.0.1',
      },
    });
    accountId = await test.connect(tenant.userId, { enabled: false });
    await (await test.call()).patch(`/accounts/${accountId}`).send({ keep_media: true }).expect(200);
  });

  afterAll(async () => {
    await test?.stop();
    bucket?.destroy();
    s3?.stop();
  });

  it('keeps a picture, serves it by a link that expires, and removes it when the message is taken back', async () => {
    const sent = test.sandbox.customer.sendPicture();
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
    const own = test.sandbox.customer.sendPicture();
    await Promise.all([mention.delivered, foreign.delivered, own.delivered]);
    // The last one is there, so the others had their turn.
    await eventually(async () =>
      expect(await keys()).toEqual([expect.stringContaining((await dmOf(own.mid ?? ''))._id) as string]),
    );
    expect((await dmOf(mention.mid ?? '')).attachments[0]?.has_copy).toBeUndefined();
  });

  it('gives no link once the message is deleted here, nor for what is no id', async () => {
    const sent = test.sandbox.customer.sendPicture();
    await sent.delivered;
    const dm = await eventually(async () => {
      const found = await dmOf(sent.mid ?? '');
      expect(found.attachments).toMatchObject([{ has_copy: true }]);
      return found;
    });
    const call = await test.call();
    const path = `/instagram-dms/${dm._id}/attachments/0`;
    await call.get(path).expect(200);

    await call.delete(`/instagram-dms/${dm._id}`).expect(200);
    await call.get(path).expect(404);
    for (const bad of ['nonsense/attachments/0', `${dm._id}/attachments/first`])
      await call.get(`/instagram-dms/${bad}`).expect(400);
  });
});

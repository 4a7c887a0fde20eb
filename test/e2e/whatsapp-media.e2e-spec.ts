import { startOpenAiStandIn, type OpenAiStandIn } from '#libs/sandbox';
import { appSecret, deliver } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { customerMessage, MetaServer, metaIds, type MetaCall } from '../support/meta-server.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(90_000);

const services = useServices();
const { business, number } = metaIds;
const token = 'a-token-of-the-spec';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let meta: MetaServer;
let model: OpenAiStandIn;
let app: TestApp;
let accountId: string;

beforeAll(async () => {
  [meta, model] = await Promise.all([MetaServer.start(), startOpenAiStandIn()]);
  meta.answers = ({ path, headers }) => {
    const id = path.split('/').at(-1) ?? '';
    if (path.startsWith('/lookaside/'))
      return headers.authorization === `Bearer ${token}` ? { body: png } : { status: 404, body: {} };
    if (/^27\d+$/.test(id)) return { body: { url: `${meta.url}/lookaside/${id}`, mime_type: 'image/png', id } };
    if (id === '404') {
      const error = { message: 'Unsupported get request.', type: 'GraphMethodException', code: 100, error_subcode: 33 };
      return { status: 400, body: { error } };
    }
    return undefined;
  };
  const env = {
    ...{ GRAPH_FACEBOOK_URL: meta.url, META_APP_SECRET: appSecret, META_APP_ID: '869300000000007' },
    ...{ MEDIA_EXTRA_HOSTS: '127.0.0.1', OPENAI_BASE_URL: model.baseUrl },
  };
  app = await startTestApp({ services, env });
  const body = {
    ...{ access_token: token, platform: 'meta_whatsapp', waba_id: business, phone_number_id: number },
    agent: { enabled: false, quiet_ms: 50 },
  };
  const answer = await (await app.call()).post('/accounts').send(body).expect(201);
  accountId = (answer.body as { data: { _id: string } }).data._id;
});
beforeEach(() => void (meta.calls.length = 0));
afterAll(async () => {
  await app?.stop();
  meta?.stop();
  await model?.stop();
});

interface Message {
  id: string;
  external_id: string;
  conversation_id: string;
  attachments: { type: string; href?: string }[];
}

const say = (message: object) => deliver(app.url, customerMessage(message), { path: '/webhook/whatsapp' }).expect(200);
const stored = async (mid: string): Promise<Message> =>
  eventually(async () => {
    const caller = await app.call();
    const { body } = await caller.get('/messages/list').query({ platform_account_id: accountId });
    const dm = (body as { data: { message_id: string; conversation_id: string }[] }).data.find((one) => one.message_id === mid); // prettier-ignore
    if (!dm) throw new Error('it is not stored yet');
    const page = await caller.get(`/inbox/conversations/${dm.conversation_id}/messages`);
    const shown = (page.body as { messages: Message[] }).messages.find(({ external_id: id }) => id === mid);
    if (!shown) throw new Error('it is not shown yet');
    return shown;
  });
const statusOf = ({ body }: MetaCall): { status?: string; message_id?: string; typing_indicator?: object } =>
  body.length === 0 ? {} : (JSON.parse(body.toString()) as object);
const receipts = () =>
  meta.calls
    .filter(({ path }) => path.endsWith(`/${number}/messages`))
    .map(statusOf)
    .filter(({ status }) => status === 'read');

describe('a picture from WhatsApp', () => {
  it('comes through our own origin, asked for by its id and with the token', async () => {
    await say({ id: 'wamid.picture', type: 'image', image: { id: '2700000001', mime_type: 'image/png' } });
    const { attachments } = await stored('wamid.picture');
    expect(attachments).toMatchObject([
      { type: 'image', href: expect.stringMatching(/^\/inbox\/messages\//) as string },
    ]);
    const caller = await app.call();
    for (const _ of [1, 2]) {
      const shown = await caller.get(attachments[0]?.href ?? '').expect(200);
      expect(shown.headers).toMatchObject({ 'content-type': 'image/png' });
      expect(Buffer.from(shown.body as Buffer).equals(png)).toBe(true);
    }
    // A link lives five minutes: it is asked for each time.
    expect(
      meta.calls.filter(({ path }) => path.endsWith('/2700000001') && !path.startsWith('/lookaside')),
    ).toHaveLength(2);
  });

  it('is gone when WhatsApp has it no more', async () => {
    await say({ id: 'wamid.gone', type: 'image', image: { id: '404' } });
    const { attachments } = await stored('wamid.gone');
    await (await app.call()).get(attachments[0]?.href ?? '').expect(404);
  });
});

describe('WhatsApp’s blue ticks', () => {
  it('are shown when somebody has read, for the newest message', async () => {
    await say({ id: 'wamid.read-me', type: 'text', text: { body: 'Hello?' } });
    const { conversation_id: id } = await stored('wamid.read-me');
    expect(receipts()).toEqual([]);
    await (await app.call()).patch(`/inbox/conversations/${id}`).send({ read: true }).expect(200);
    await eventually(() => expect(receipts()).toMatchObject([{ message_id: 'wamid.read-me' }]));
    expect(receipts()[0]).not.toHaveProperty('typing_indicator');
  });

  it('come with typing while the agent answers, in one call', async () => {
    const caller = await app.call();
    await caller.put(`/agent/settings/${accountId}`).send({ enabled: true, quiet_ms: 50 }).expect(200);
    await say({ id: 'wamid.answer-me', type: 'text', text: { body: 'When do you open?' } });
    await eventually(() => expect(meta.sent.length).toBeGreaterThan(0));
    expect(receipts()).toMatchObject([{ message_id: 'wamid.answer-me', typing_indicator: { type: 'text' } }]);
  });
});

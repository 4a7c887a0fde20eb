import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { appSecret, deliver } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(90_000);

const [page, number, business] = ['107000000000003', '105600000000002', '104500000000001'] as const;
const [psid, phone] = ['7700000000000001', '15550009876'] as const;

interface Sent {
  path: string;
  body: { message?: { metadata?: string }; biz_opaque_callback_data?: string; to?: string; text?: { body: string } };
}
interface Dm {
  _id: string;
  text: string;
  status?: string;
  direction: string;
  message_id?: string;
  sender_id: string;
}

/** Answers as the Graph API does for a Page and a number; of a send it may take the request and lose the answer. */
class Meta {
  readonly sent: Sent[] = [];
  losesAnswers = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Meta> {
    const server = createServer();
    const meta = new Meta(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { pathname } = new URL(request.url ?? '/', 'http://meta');
        const isSend = request.method === 'POST' && pathname.endsWith('/messages');
        const body = isSend ? (JSON.parse(Buffer.concat(chunks).toString()) as Sent['body']) : {};
        if (isSend && 'sender_action' in body) return void response.end('{"recipient_id":"1"}');
        if (isSend) meta.sent.push({ path: pathname, body });
        if (isSend && meta.losesAnswers) return void request.socket.destroy();
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(meta.answerTo(pathname)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return meta;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answerTo(path: string): unknown {
    if (path.endsWith('/oauth/access_token')) return { access_token: 'a-longer-token', token_type: 'bearer' };
    if (path.endsWith('/me/accounts')) return { data: [{ id: page, name: 'Shop', access_token: 'page-token-000' }] };
    if (path.endsWith('/phone_numbers')) return { data: [{ id: number, display_phone_number: '+1 555-000-1234' }] };
    if (path.endsWith(`/${number}`)) return { id: number, display_phone_number: '+1 555-000-1234' };
    if (path.endsWith('/me/messages')) return { recipient_id: psid, message_id: `m_${randomUUID()}` };
    if (path.endsWith('/messages'))
      return { contacts: [{ input: phone, wa_id: phone }], messages: [{ id: `wamid.${randomUUID()}` }] };
    if (path.endsWith('/subscribed_apps')) return { success: true, data: [] };
    return { success: true, id: '1', data: [] };
  }
}

const services = useServices();
let meta: Meta;
let app: TestApp;

beforeAll(async () => {
  meta = await Meta.start();
  const env = { GRAPH_FACEBOOK_URL: meta.url, META_APP_SECRET: appSecret, META_APP_ID: '869300000000007' };
  app = await startTestApp({ services, env });
});
afterAll(async () => {
  await app?.stop();
  meta?.stop();
});

const channels = {
  whatsapp: {
    connect: { platform: 'meta_whatsapp', waba_id: business, phone_number_id: number },
    person: phone,
    text: (text: string, id: string) =>
      wa({
        contacts: [{ profile: { name: 'Robin Sample' }, wa_id: phone }],
        messages: [{ from: phone, id, timestamp: seconds(), type: 'text', text: { body: text } }],
      }),
    handleOf: ({ body }: Sent) => body.biz_opaque_callback_data ?? '',
    confirmation: (handle: string, id: string) =>
      wa({
        statuses: [{ id, status: 'sent', timestamp: seconds(), recipient_id: phone, biz_opaque_callback_data: handle }],
      }),
  },
  messenger: {
    connect: { platform: 'meta_messenger', login: 'facebook' },
    person: psid,
    text: (text: string, mid: string) => fb({ sender: { id: psid }, recipient: { id: page }, message: { mid, text } }),
    handleOf: ({ body }: Sent) => body.message?.metadata ?? '',
    confirmation: (metadata: string, mid: string) =>
      fb({ sender: { id: page }, recipient: { id: psid }, message: { mid, is_echo: true, text: 'Yes.', metadata } }),
  },
};

const seconds = () => String(Math.floor(Date.now() / 1000));
const wa = (value: object) => ({
  object: 'whatsapp_business_account',
  entry: [
    { id: business, changes: [{ field: 'messages', value: { metadata: { phone_number_id: number }, ...value } }] },
  ],
});
const fb = (event: object) => ({
  object: 'page',
  entry: [{ id: page, time: Date.now(), messaging: [{ timestamp: Date.now(), ...event }] }],
});

describe.each(['messenger', 'whatsapp'] as const)('%s', (name) => {
  const channel = channels[name];
  const path = `/webhook/${name}`;
  let accountId: string;

  const listed = async (): Promise<Dm[]> => {
    const caller = await app.call();
    const answer = await caller.get('/messages/list').query({ platform_account_id: accountId }).expect(200);
    return (answer.body as { data: Dm[] }).data;
  };

  it('takes what comes for an account that nobody connected, and stores it once somebody does', async () => {
    const early = channel.text('Is anybody there?', `early-${name}`);
    await deliver(app.url, early, { path }).expect(200);
    const caller = await app.call();
    const body = { access_token: 'a-token-of-the-spec', agent: { enabled: false }, ...channel.connect };
    const answer = await caller.post('/accounts').send(body).expect(201);
    accountId = (answer.body as { data: { _id: string } }).data._id;
    await eventually(async () => expect(await listed()).toMatchObject([{ text: 'Is anybody there?' }]));
  });

  it('stores a message once, however often it is delivered', async () => {
    const body = channel.text('Do you have it in M?', `mid-${name}`);
    for (let times = 0; times < 3; times++) await deliver(app.url, body, { path }).expect(200);
    await eventually(async () => {
      const same = (await listed()).filter(({ text }) => text === 'Do you have it in M?');
      expect(same).toMatchObject([{ sender_id: channel.person, direction: 'inbound' }]);
    });
  });

  it('sends once when the answer is lost, and learns from what comes back that it was sent', async () => {
    meta.losesAnswers = true;
    const caller = await app.call();
    const before = meta.sent.length;
    const body = { platform_account_id: accountId, recipient_id: channel.person, message_text: 'Yes.' };
    const sending = caller.post('/messages/send').send(body);
    const answered = sending.then(({ status }) => status);
    const seen = await eventually(() => {
      const sent = meta.sent[before];
      if (!sent) throw new Error('nothing was sent yet');
      return sent;
    });
    meta.losesAnswers = false;
    expect(channel.handleOf(seen)).toMatch(/^[0-9a-f]{24}\.1$/);
    await deliver(app.url, channel.confirmation(channel.handleOf(seen), `sent-${name}`), { path }).expect(200);
    await eventually(async () => {
      const ours = (await listed()).filter(({ direction }) => direction === 'outbound');
      expect(ours).toMatchObject([{ text: 'Yes.', status: 'sent', message_id: `sent-${name}` }]);
    });
    expect([200, 202]).toContain(await answered);
    expect(meta.sent).toHaveLength(before + 1);
  });
});

describe('routes of DMs', () => {
  const get = async (path: string, query: object = {}) => (await app.call()).get(path).query(query);
  interface List {
    data: (Dm & { channel: string; platform_account_id: string })[];
    total: number;
  }
  const list = async (path: string, query: object = {}): Promise<List> => (await get(path, query)).body as List;

  it('show Instagram’s alone under its path, another channel’s by platform, and all under /messages', async () => {
    expect(await list('/instagram-dms/list')).toMatchObject({ data: [], total: 0 });
    for (const name of ['messenger', 'whatsapp']) {
      const asked = await list('/instagram-dms/list', { platform: name });
      expect(asked.total).toBe(3);
      expect(new Set(asked.data.map(({ channel }) => channel))).toEqual(new Set([name]));
      expect(await list('/messages/list', { platform: `meta_${name}` })).toEqual(asked);
    }
    expect((await list('/messages/list')).total).toBe(6);
    expect((await list('/instagram-dms/list', { platform: 'all', sender_id: psid })).total).toBe(2);
    expect((await list('/instagram-dms/list', { sender_id: psid })).total).toBe(0);
  });

  it('know a DM, and an account, of another channel only by platform', async () => {
    const [dm] = (await list('/messages/list', { platform: 'whatsapp' })).data;
    if (!dm) throw new Error('no DM was listed');
    const { _id: id, platform_account_id } = dm;
    const caller = await app.call();
    for (const path of [`/instagram-dms/${id}`, `/instagram-dms/${id}?platform=messenger`]) {
      await caller.get(path).expect(404);
      await caller.patch(path).send({ read: true }).expect(404);
      await caller.delete(path).expect(404);
      await caller
        .post(path.replace(id, `${id}/resolve`))
        .send({ action: 'mark_sent' })
        .expect(404);
    }
    await caller.get(`/instagram-dms/list?platform_account_id=${platform_account_id}`).expect(404);
    const message = { platform_account_id, recipient_id: phone, message_text: 'To nobody.' };
    const refused = await caller.post('/instagram-dms/send').send(message).expect(404);
    expect((refused.body as { error: string }).error).toContain('platform=whatsapp');
    await caller.get(`/instagram-dms/${id}?platform=whatsapp`).expect(200);
    await caller.patch(`/messages/${id}`).send({ read: true }).expect(200);
    const removed = await caller.delete(`/messages/${id}`).expect(200);
    expect(removed.body).toMatchObject({ channel: 'whatsapp', soft_deleted: true });
  });
});

it('refuses a number that is none of the business account’s, and names the field', async () => {
  const caller = await app.call();
  const body = {
    access_token: 'a-token-of-the-spec',
    platform: 'meta_whatsapp',
    waba_id: business,
    phone_number_id: '999999',
  };
  const answer = await caller.post('/accounts').send(body).expect(400);
  expect(JSON.stringify(answer.body)).toContain('phone_number_id');
});

import { appSecret, deliver } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { MetaServer, metaIds, numberDelivery, type SentBody } from '../support/meta-server.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(90_000);

const { page, number, business, psid, phone } = metaIds;

interface Dm {
  _id: string;
  text: string;
  status?: string;
  direction: string;
  message_id?: string;
  sender_id: string;
}

const services = useServices();
let meta: MetaServer;
let app: TestApp;

beforeAll(async () => {
  meta = await MetaServer.start();
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
      numberDelivery({
        contacts: [{ profile: { name: 'Robin Sample' }, wa_id: phone }],
        messages: [{ from: phone, id, timestamp: seconds(), type: 'text', text: { body: text } }],
      }),
    handleOf: ({ body }: SentBody) => body.biz_opaque_callback_data ?? '',
    confirmation: (handle: string, id: string) =>
      numberDelivery({
        statuses: [{ id, status: 'sent', timestamp: seconds(), recipient_id: phone, biz_opaque_callback_data: handle }],
      }),
  },
  messenger: {
    connect: { platform: 'meta_messenger', login: 'facebook' },
    person: psid,
    text: (text: string, mid: string) => fb({ sender: { id: psid }, recipient: { id: page }, message: { mid, text } }),
    handleOf: ({ body }: SentBody) => body.message?.metadata ?? '',
    confirmation: (metadata: string, mid: string) =>
      fb({ sender: { id: page }, recipient: { id: psid }, message: { mid, is_echo: true, text: 'Yes.', metadata } }),
  },
};

const seconds = () => String(Math.floor(Date.now() / 1000));
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

describe('choices', () => {
  const accountOf = async (platform: string): Promise<string> => {
    const answer = await (await app.call()).get('/accounts').expect(200);
    const { data } = answer.body as { data: { _id: string; platform: string }[] };
    return data.find((one) => one.platform === platform)?._id ?? 'none';
  };
  const offered = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `size:${n}`, title: `Size ${n}` }));
  const send = async (name: 'messenger' | 'whatsapp', asked: object) => {
    const { connect, person } = channels[name];
    const platform_account_id = await accountOf(connect.platform);
    return (await app.call()).post('/messages/send').send({ platform_account_id, recipient_id: person, ...asked });
  };

  it.each([
    [3, 'button'],
    [4, 'list'],
    [10, 'list'],
  ])('%i are a %s on WhatsApp', async (count, type) => {
    const answer = await send('whatsapp', { message_text: `Which of ${count}?`, choices: offered(count) });
    expect(answer.body).toMatchObject({ success: true, stored: { choices: offered(count) } });
    expect(meta.sent.at(-1)?.body.interactive).toMatchObject({ type, body: { text: `Which of ${count}?` } });
  });

  it('are quick replies on Messenger', async () => {
    await send('messenger', { message_text: 'Which one?', choices: offered(13) });
    expect(meta.sent.at(-1)?.body.message?.quick_replies).toHaveLength(13);
  });

  it.each([
    ['whatsapp', 'an eleventh row', { choices: offered(11) }, { field: 'choices', limit: 10, unit: 'choices' }],
    ['messenger', 'a fourteenth', { choices: offered(14) }, { field: 'choices', limit: 13, unit: 'choices' }],
    ['whatsapp', 'a long title of a button', { choices: [{ id: 'a', title: 'x'.repeat(21) }] }, { field: 'choices.0.title', limit: 20, unit: 'characters' }],
    ['whatsapp', 'a long id of a row', { choices: [...offered(3), { id: 'x'.repeat(201), title: 'a' }] }, { field: 'choices.3.id', limit: 200, unit: 'characters' }],
    ['whatsapp', 'a long text above buttons', { message_text: 'x'.repeat(1025), choices: offered(1) }, { field: 'message_text', limit: 1024, unit: 'characters' }],
    ['whatsapp', 'a tag it does not have', { tag: 'HUMAN_AGENT' }, { field: 'tag' }],
    ['whatsapp', 'a caption that is too long', { attachment: { type: 'image', url: 'https://example.com/a.png', caption: 'x'.repeat(1025) } }, { field: 'attachment.caption', limit: 1024, unit: 'characters' }],
    ['whatsapp', 'a caption of a voice message', { attachment: { type: 'audio', url: 'https://example.com/a.ogg', caption: 'x' } }, { field: 'attachment.caption' }],
    ['messenger', 'any caption', { attachment: { type: 'image', url: 'https://example.com/a.png', caption: 'x' } }, { field: 'attachment.caption' }],
    ['whatsapp', 'the same id twice', { choices: [{ id: 'a', title: 'a' }, { id: 'a', title: 'b' }] }, { field: 'choices' }],
    ['whatsapp', 'choices and quick replies', { choices: offered(1), quick_replies: [{ title: 'a', payload: 'a' }] }, { field: 'choices' }],
  ] as const)('refuses for %s %s, before anything is sent', async (name, _what, asked, problem) => {
    const before = meta.sent.length;
    const answer = await send(name, { message_text: 'Which?', ...asked });
    const channel = 'limit' in problem || problem.field.startsWith('att') || problem.field === 'tag' ? { channel: name } : {};
    expect(answer.body).toMatchObject({ code: 'invalid_request', details: [{ ...problem, ...channel }] });
    expect(answer.status).toBe(400);
    expect(meta.sent).toHaveLength(before);
  }); // prettier-ignore

  it('come back picked, as the id and the title', async () => {
    const picked = numberDelivery({
      messages: [
        {
          ...{ from: phone, id: 'picked-row', timestamp: seconds(), type: 'interactive' },
          interactive: { type: 'list_reply', list_reply: { id: 'size:4', title: 'Size 4' } },
        },
      ],
    });
    await deliver(app.url, picked, { path: '/webhook/whatsapp' }).expect(200);
    const caller = await app.call();
    await eventually(async () => {
      const { body } = await caller.get('/messages/list').query({ platform: 'whatsapp', direction: 'inbound' });
      const [dm] = (body as { data: object[] }).data;
      expect(dm).toMatchObject({ text: 'Size 4', choice: { id: 'size:4', title: 'Size 4' } });
    });
  });

  it('stand under an answer in the inbox, too', async () => {
    const caller = await app.call();
    const { body: dms } = await caller.get('/messages/list').query({ platform: 'whatsapp', direction: 'inbound' });
    const [{ conversation_id: id }] = (dms as { data: [{ conversation_id: string }] }).data;
    const path = `/inbox/conversations/${id}/messages`;
    await caller
      .post(path)
      .send({ message: 'Then which color?', choices: offered(2) })
      .expect(200);
    const long = await caller
      .post(path)
      .send({ message: 'x'.repeat(1025), choices: offered(2) })
      .expect(400);
    expect(long.body).toMatchObject({ details: [{ field: 'message', channel: 'whatsapp', limit: 1024 }] });
    const { body } = await caller.get(path);
    expect((body as { messages: object[] }).messages).toContainEqual(
      expect.objectContaining({ content: 'Size 4', choice: { id: 'size:4', title: 'Size 4' } }),
    );
  });
});

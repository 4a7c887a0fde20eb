import { appSecret, deliver } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

interface Dm {
  _id: string;
  text?: string;
  status?: string;
  direction: string;
  delivered_at?: string;
  error?: { code?: number };
}

const services = useServices();
let app: TestApp;
const accounts: Record<string, string> = {};

beforeAll(async () => {
  const sandboxOptions = { subscribed: false, appSecret, metaAppSecret: appSecret };
  app = await startTestApp({ services, sandboxOptions });
  const { account, number } = app.sandbox;
  const connect = {
    messenger: { access_token: account.tokens.page, platform: 'meta_messenger', login: 'facebook' },
    whatsapp: {
      ...{ access_token: number.accessToken, platform: 'meta_whatsapp', pin: '123456' },
      ...{ waba_id: number.wabaId, phone_number_id: number.phoneNumberId },
    },
  };
  for (const [channel, body] of Object.entries(connect)) {
    const caller = await app.call();
    const answer = await caller.post('/accounts').send({ ...body, agent: { enabled: false } });
    accounts[channel] = (answer.body as { data: { _id: string } }).data._id;
  }
  sandbox().onWhatsApp().sendText('Hello');
  sandbox().customer.onMessenger.sendText('Hello');
  await sandbox().idle();
  for (const channel of ['messenger', 'whatsapp'])
    await eventually(async () => expect(await listed(channel)).not.toEqual([]));
});
afterAll(async () => {
  await app?.stop();
});

const sandbox = () => app.sandbox;
const listed = async (channel: string): Promise<Dm[]> => {
  const query = { platform_account_id: accounts[channel], limit: 100 };
  return ((await (await app.call()).get('/messages/list').query(query).expect(200)).body as { data: Dm[] }).data;
};
const found = async (channel: string, text: string): Promise<Dm | undefined> =>
  (await listed(channel)).find((dm) => dm.text === text);
const send = async (channel: 'messenger' | 'whatsapp', message_text: string, more: object = {}) => {
  const recipient_id = channel === 'whatsapp' ? sandbox().onWhatsApp().id : sandbox().customer.onMessenger.id;
  const body = { platform_account_id: accounts[channel], recipient_id, message_text, ...more };
  return (await app.call()).post('/messages/send').send(body);
};
const sentAs = (text: string) => sandbox().sends.filter((one) => one.text === text);
const written = (id: string, text: string) => ({
  ...{ from: sandbox().onWhatsApp().phone, id, timestamp: String(Math.floor(Date.now() / 1000)) },
  ...{ type: 'text', text: { body: text } },
});
const entry = (...values: object[]) => {
  const metadata = { phone_number_id: sandbox().number.phoneNumberId };
  const changes = values.map((value) => ({ field: 'messages', value: { metadata, ...value } }));
  return { id: sandbox().number.wabaId, changes };
};
const post = (...entries: object[]) =>
  deliver(app.url, { object: 'whatsapp_business_account', entry: entries }, { path: '/webhook/whatsapp' });
const statusOf = (mid: string, status: string) => ({
  id: mid,
  status,
  timestamp: String(Math.floor(Date.now() / 1000)),
});

/** What users of other systems complained of, and what is true here. */
const complaints: [string, () => Promise<void>][] = [
  [
    'only the first of a batch was read: every entry, change and message of it is stored',
    async () => {
      const two = (n: number) => ({
        messages: [written(`wamid.b${n}`, `batch ${n}`), written(`wamid.c${n}`, `and ${n}`)],
      });
      await post(entry(two(1), two(2)), entry(two(3))).expect(200);
      for (const text of ['batch 1', 'and 1', 'batch 2', 'and 2', 'batch 3', 'and 3'])
        await eventually(async () => expect(await found('whatsapp', text)).toBeDefined());
    },
  ],
  [
    'a status that failed to be read took the messages beside it along: they are stored',
    async () => {
      const odd = [null, 7, {}, { id: 'wamid.x' }, { id: {}, status: [] }, { status: 'sent' }];
      await post(entry({ statuses: odd, messages: [written('wamid.beside', 'beside odd ones')] })).expect(200);
      await eventually(async () => expect(await found('whatsapp', 'beside odd ones')).toBeDefined());
    },
  ],
  [
    'a late `sent` turned delivered back: the rank only rises',
    async () => {
      await send('whatsapp', 'ranked');
      await eventually(async () => expect((await found('whatsapp', 'ranked'))?.delivered_at).toBeDefined());
      await post(entry({ statuses: [statusOf(sentAs('ranked')[0]?.mid ?? '', 'sent')] })).expect(200);
      await sandbox().idle();
      expect(await found('whatsapp', 'ranked')).toMatchObject({ status: 'sent', delivered_at: expect.any(String) as string }); // prettier-ignore
    },
  ],
  [
    'a late `sent` cleared a failure: what failed stays failed',
    async () => {
      sandbox().faults.add({ route: 'send', mode: 'fails_later', afterSent: false, count: 1 });
      await send('whatsapp', 'refused');
      await eventually(async () => expect(await found('whatsapp', 'refused')).toMatchObject({ status: 'failed' }));
      const again = { messages: [written('wamid.after-refusal', 'after the refusal')], statuses: [statusOf(sentAs('refused')[0]?.mid ?? '', 'sent')] }; // prettier-ignore
      await post(entry(again)).expect(200);
      await eventually(async () => expect(await found('whatsapp', 'after the refusal')).toBeDefined());
      expect(await found('whatsapp', 'refused')).toMatchObject({ status: 'failed', error: { code: 131026 } });
    },
  ],
  [
    'statuses counted as messages: they make none',
    async () => {
      const before = (await listed('whatsapp')).length;
      await post(entry({ statuses: [statusOf('wamid.of-another-app', 'delivered')], messages: [written('wamid.marker', 'a marker')] })).expect(200); // prettier-ignore
      await eventually(async () => expect(await found('whatsapp', 'a marker')).toBeDefined());
      expect(await listed('whatsapp')).toHaveLength(before + 1);
    },
  ],
  [
    'a rate limit of one person dropped the reply: it waits and is sent once',
    async () => {
      sandbox().faults.add({ route: 'send', mode: 'error', error: 'pair_rate', count: 1 });
      expect([200, 202]).toContain((await send('whatsapp', 'paced')).status);
      await eventually(async () => expect(await found('whatsapp', 'paced')).toMatchObject({ status: 'sent' }), 90_000);
      expect(sentAs('paced')).toHaveLength(1);
    },
  ],
  [
    'one click, two messages: an Idempotency-Key sends once',
    async () => {
      const recipient_id = sandbox().onWhatsApp().id;
      const body = { platform_account_id: accounts['whatsapp'], recipient_id, message_text: 'clicked' };
      const caller = await app.call();
      const click = () => caller.post('/messages/send').set('idempotency-key', 'a-click').send(body);
      await Promise.all([click(), click(), click()]);
      await eventually(async () => expect(await found('whatsapp', 'clicked')).toMatchObject({ status: 'sent' }));
      expect(sentAs('clicked')).toHaveLength(1);
    },
  ],
  [
    'the echo of our own send was taken for another message: it is the same one',
    async () => {
      await send('messenger', 'ours');
      await eventually(async () => expect((await found('messenger', 'ours'))?.delivered_at).toBeDefined());
      sandbox().account.replyFromInstagramApp(sandbox().customer.onMessenger, 'A person of the Page');
      await eventually(async () => expect(await found('messenger', 'A person of the Page')).toBeDefined());
      expect((await listed('messenger')).filter(({ text }) => text === 'ours')).toMatchObject([{ status: 'sent' }]);
    },
  ],
  [
    'a tag that the channel has not got: refused before anything is sent',
    async () => {
      const answer = await send('whatsapp', 'tagged', { tag: 'HUMAN_AGENT' });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain('tag');
      expect(sentAs('tagged')).toEqual([]);
    },
  ],
  [
    'disconnecting a Page’s Messenger made its Instagram deaf: the list of the other stays',
    async () => {
      const { account } = sandbox();
      const caller = await app.call();
      const instagram = { access_token: account.tokens.page, platform: 'meta_instagram', login: 'facebook', agent: { enabled: false } }; // prettier-ignore
      const connected = await caller.post('/accounts').send(instagram).expect(201);
      expect(account.account.subscriptions.facebook.has('message_reads')).toBe(true);
      await caller.delete(`/accounts/${accounts['messenger']}`).expect(200);
      await eventually(() => expect(account.account.subscriptions.facebook.has('messages')).toBe(true));
      await caller.delete(`/accounts/${(connected.body as { data: { _id: string } }).data._id}`).expect(200);
      await eventually(() => expect(account.account.subscriptions.facebook.size).toBe(0));
    },
  ],
];

it.each(complaints)('%s', async (_complaint, isTrue) => {
  await isTrue();
});

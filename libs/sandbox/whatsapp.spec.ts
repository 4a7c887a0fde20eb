import { MovableClock } from '#libs/clock';
import { startSandbox, type Sandbox, type WhatsAppContact } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';
import { startReceiver, type WebhookReceiver } from './testing/webhook-receiver.js';

type Told = Record<string, unknown> & { id: string; status?: string; type?: string };

let sandbox: Sandbox;
let receiver: WebhookReceiver;
let graph: GraphCaller;
let mara: WhatsAppContact;
let clock: MovableClock;

beforeEach(async () => {
  clock = new MovableClock();
  receiver = await startReceiver('secret');
  sandbox = await startSandbox({ appSecret: 'secret', webhookUrl: receiver.url, randomSeed: 7, clock });
  sandbox.statuses.options.withinMs = 5;
  mara = sandbox.onWhatsApp();
  graph = new GraphCaller(sandbox, sandbox.account, {
    url: sandbox.facebookUrl,
    accessToken: sandbox.number.accessToken,
  });
});
afterEach(async () => {
  await sandbox.stop();
  await receiver.stop();
});

const told = (list: string): Told[] =>
  receiver.received.flatMap(({ body }) => {
    const entries = (body.entry ?? []) as unknown as { changes: { value: Record<string, Told[]> }[] }[];
    return entries.flatMap(({ changes }) => changes.flatMap(({ value }) => value[list] ?? []));
  });
const send = (content: object, more: object = {}) =>
  graph.post(`/v25.0/${sandbox.number.phoneNumberId}/messages`, { messaging_product: 'whatsapp', to: `+${mara.phone}`, ...content, ...more }); // prettier-ignore
const text = (body: string) => ({ type: 'text', text: { body } });
const button = (title: string) => ({ type: 'reply', reply: { id: title, title } });
const interactive = (type: string, action: object) => ({ type: 'interactive', interactive: { type, body: { text: 'Which?' }, action } }); // prettier-ignore

it('answers first, and then tells by statuses what became of it, with what the send gave for them', async () => {
  mara.sendText('Hello');
  const { body } = await send({ ...text('Hi!'), biz_opaque_callback_data: 'handle-1' });
  expect(told('statuses')).toEqual([]);
  await sandbox.idle();
  const id = body.messages?.[0]?.id;
  const statuses = told('statuses');
  expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['sent', 'delivered']));
  for (const one of statuses) expect(one).toMatchObject({ id, recipient_id: mara.phone, biz_opaque_callback_data: 'handle-1' }); // prettier-ignore
  expect(told('message_echoes')).toEqual([]);
  mara.markRead();
  await sandbox.idle();
  expect(told('statuses').filter(({ status }) => status === 'read')).not.toEqual([]);
  expect(sandbox.sends).toMatchObject([{ channel: 'whatsapp', mid: id, handle: 'handle-1', text: 'Hi!' }]);
});

it('lets statuses overtake each other, and tells some of them twice', async () => {
  mara.sendText('Hello');
  sandbox.statuses.options.withinMs = 20;
  for (let n = 0; n < 20; n++) await send(text(`${n}`));
  await sandbox.idle();
  const order = new Map<string, string[]>();
  for (const { id, status = '' } of told('statuses')) order.set(id, [...(order.get(id) ?? []), status]);
  expect([...order.values()].some(([first]) => first === 'delivered')).toBe(true);
  expect([...order.values()].some(({ length }) => length > 2)).toBe(true);
});

it.each([
  ['the window is over', () => clock.advance(24 * 3_600_000), 131047],
  ['the person has no WhatsApp', () => (sandbox.onWhatsApp().facts.isReachable = false), 131026],
])('takes a message though %s, and tells by a status that it failed', async (_what, make, code) => {
  mara.sendText('Hello');
  make();
  expect((await send(text('too late'))).status).toBe(200);
  await sandbox.idle();
  const statuses = told('statuses');
  expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['failed']));
  expect(statuses[0]).toMatchObject({ errors: [{ code }] });
});

it('fails after it was sent where a fault says so, and later where one says that', async () => {
  mara.sendText('Hello');
  sandbox.faults.add({ route: 'send', mode: 'fails_later', error: 'media_download', count: 1 });
  await send({ type: 'image', image: { link: 'https://example.com/a.png' } });
  await sandbox.idle();
  expect(new Set(told('statuses').map(({ status }) => status))).toEqual(new Set(['sent', 'failed']));
  sandbox.faults.add({ route: 'send', mode: 'error', error: 'service_unavailable', afterActing: true, showsAfterMs: 60_000, count: 1 }); // prettier-ignore
  const refused = await send(text('taken all the same'));
  expect(refused).toMatchObject({ status: 500, body: { error: { code: 131016 } } });
  const before = told('statuses').length;
  clock.advance(60_000);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await sandbox.idle();
  expect(told('statuses').length).toBeGreaterThan(before);
});

it.each([
  ['another product', { messaging_product: 'sms', ...text('x') }, 100],
  ['4097 characters', text('x'.repeat(4097)), 100],
  ['a caption of 1025', { type: 'image', image: { link: 'https://e.com/a.png', caption: 'x'.repeat(1025) } }, 131009],
  ['a caption under audio', { type: 'audio', audio: { link: 'https://e.com/a.ogg', caption: 'x' } }, 131009],
  ['four buttons', interactive('button', { buttons: ['a', 'b', 'c', 'd'].map(button) }), 131009],
  ['two equal buttons', interactive('button', { buttons: ['a', 'a'].map(button) }), 131009],
  ['a title of 21', interactive('button', { buttons: [button('x'.repeat(21))] }), 131009],
  ['eleven rows', interactive('list', { button: 'Open', sections: [{ rows: Array.from({ length: 11 }, (_, n) => ({ id: `${n}`, title: `${n}` })) }] }), 131009], // prettier-ignore
  ['callback data of 513', { ...text('x'), biz_opaque_callback_data: 'x'.repeat(513) }, 100],
  ['an unknown type', { type: 'poll', poll: {} }, 131051],
])('refuses %s at once', async (_what, content, code) => {
  mara.sendText('Hello');
  expect((await send(content)).body.error).toMatchObject({ code });
  expect(sandbox.sends).toEqual([]);
});

it('holds one person to their pace: 45 at once, then one each six seconds', async () => {
  mara.sendText('Hello');
  for (let n = 0; n < 45; n++) expect((await send(text(`${n}`))).status).toBe(200);
  expect((await send(text('46'))).body.error).toMatchObject({ code: 131056 });
  clock.advance(6_000);
  expect((await send(text('47'))).status).toBe(200);
});

it('knows a person without a number by another id, and takes that', async () => {
  mara.takeUsername();
  mara.sendText('Hello');
  await sandbox.idle();
  const [written] = told('messages');
  expect(written).not.toHaveProperty('from');
  expect(told('contacts')).toMatchObject([
    { profile: { username: '@mara.lindqvist' }, user_id: written?.from_user_id },
  ]);
  const { body } = await send(text('Hi'), { to: undefined, recipient: written?.from_user_id });
  expect(body.contacts).toMatchObject([{ user_id: written?.from_user_id }]);
  await sandbox.idle();
  for (const status of told('statuses')) expect(status).not.toHaveProperty('recipient_id');
});

it('tells of a new number with the old id beside the new one', async () => {
  mara.sendText('Hello');
  mara.changeNumber('4915199999999');
  await sandbox.idle();
  const [before, system] = told('messages');
  expect(system).toMatchObject({ type: 'system', from: before?.from, system: { wa_id: '4915199999999', previous_user_id: before?.from_user_id } }); // prettier-ignore
});

it('gives files for five minutes, to whoever has the token', async () => {
  mara.sendPicture('This one');
  await sandbox.idle();
  const { id } = told('messages')[0]?.image as { id: string };
  const { url, sha256 } = (await graph.get(`/v25.0/${id}`)).body as { url: string; sha256: string };
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  const bearer = { authorization: `Bearer ${sandbox.number.accessToken}` };
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { headers: bearer })).headers.get('content-type')).toBe('image/png');
  clock.advance(5 * 60_000);
  expect((await fetch(url, { headers: bearer })).status).toBe(404);
  expect((await graph.get(`/v25.0/1`)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
});

it('marks read what came before, and shows typing only with a message that it knows', async () => {
  mara.sendText('One');
  const { mid } = mara.sendText('Two');
  const read = (message_id: string | null) => send({ status: 'read', message_id, typing_indicator: { type: 'text' } });
  expect((await read('wamid.unknown')).body.error).toMatchObject({ code: 131009 });
  expect((await read(mid)).body).toEqual({ success: true });
  expect(mara.messages().map(({ isSeen }) => isSeen)).toEqual([true, true]);
  expect(mara.chatWith().businessTyping).toBe(true);
});

it('sends nothing of a business that nobody subscribed to, and nothing of a field that the app leaves out', async () => {
  const path = `/v25.0/${sandbox.number.wabaId}/subscribed_apps`;
  expect((await graph.get(path)).body.data).toMatchObject([{ whatsapp_business_api_data: { id: '990602627938098' } }]);
  sandbox.context.whatsapp.world.appFields.delete('messages');
  await graph.post(path, {});
  mara.sendText('Is anybody there?');
  sandbox.number.unsubscribe();
  mara.sendText('Nobody?');
  await sandbox.idle();
  expect(told('messages')).toEqual([]);
  expect((await graph.get(path)).body.data).toEqual([]);
});

it('tells what the owner writes on the phone of a number that both use, edits and what is taken back', async () => {
  const number = sandbox.getNumber('15550005678');
  const { mid } = mara.sendText('tpyo', { to: number });
  mara.edit(mid ?? '', 'typo', { to: number });
  number.replyFromPhone(mara, 'Alex here');
  mara.revoke(mid ?? '', { to: number });
  await sandbox.idle();
  expect(told('message_echoes')).toMatchObject([{ from: '15550005678', to: mara.phone, text: { body: 'Alex here' } }]);
  expect(told('messages').map(({ type }) => type)).toEqual(['text', 'edit', 'revoke']);
});

it('gives up on a delivery after seven days, and not before', async () => {
  receiver.answerWith(() => 503);
  sandbox.webhooks.configure({ retryDelaysMs: [5] });
  const { deliveries, delivered } = mara.sendText('Hello');
  clock.advance(6 * 86_400_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(deliveries[0]?.state).toBe('pending');
  clock.advance(86_400_000);
  await delivered;
  expect(deliveries[0]?.state).toBe('dropped');
});

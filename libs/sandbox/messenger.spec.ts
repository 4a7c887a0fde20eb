import { MovableClock } from '#libs/clock';
import { startSandbox, type Sandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';
import { startReceiver, type WebhookReceiver } from './testing/webhook-receiver.js';

let sandbox: Sandbox;
let receiver: WebhookReceiver;
let graph: GraphCaller;
const clock = new MovableClock();

beforeEach(async () => {
  receiver = await startReceiver('secret');
  sandbox = await startSandbox({ appSecret: 'secret', webhookUrl: receiver.url, subscribed: false, clock });
  sandbox.account.subscribePage();
  graph = new GraphCaller(sandbox, sandbox.account, {
    url: sandbox.facebookUrl,
    accessToken: sandbox.account.tokens.page,
  });
});
afterEach(async () => {
  await sandbox.stop();
  await receiver.stop();
});

const events = () =>
  receiver.received.flatMap(({ body }) => body.entry?.flatMap(({ messaging = [] }) => messaging) ?? []) as Record<
    string,
    Record<string, unknown>
  >[];
const send = (message: object, more: object = { messaging_type: 'RESPONSE' }) =>
  graph.send(sandbox.customer.onMessenger.id, message, more);

it('tells of a person who writes to a Page under the Page’s id, and nothing of Instagram', async () => {
  sandbox.customer.onMessenger.sendText('Hello Page');
  sandbox.customer.sendText('Hello Instagram');
  await sandbox.idle();
  const { pageId } = sandbox.account;
  expect(receiver.received).toMatchObject([{ signed: true, path: '/webhook/meta', body: { object: 'page', entry: [{ id: pageId }] } }]); // prettier-ignore
  expect(events()).toMatchObject([{ sender: { id: sandbox.customer.onMessenger.id }, recipient: { id: pageId } }]);
  expect(sandbox.customer.onMessenger.id).not.toBe(sandbox.customer.idFor(sandbox.account, 'facebook'));
});

it('echoes a send with the app’s id and its metadata, then tells that it was delivered, then read up to a moment', async () => {
  sandbox.customer.onMessenger.sendText('Hello');
  const { body } = await send({ text: 'Hi!', metadata: 'handle-1' });
  await sandbox.idle();
  sandbox.customer.onMessenger.markRead();
  await sandbox.idle();
  const [, echo, delivery, read] = events();
  expect(echo?.message).toMatchObject({ mid: body.message_id, is_echo: true, app_id: 990602627938098, metadata: 'handle-1' }); // prettier-ignore
  expect(delivery?.delivery).toMatchObject({ mids: [body.message_id] });
  expect(Object.keys(read?.read ?? {})).toEqual(['watermark']);
  expect(sandbox.sends).toMatchObject([
    { channel: 'messenger', handle: 'handle-1', accountId: sandbox.account.pageId },
  ]);
});

it('tells of the Page’s inbox under its app, and of no echo that nobody subscribed to', async () => {
  sandbox.account.replyFromInstagramApp(sandbox.customer.onMessenger, 'A person here');
  await sandbox.idle();
  expect(events()).toMatchObject([{ message: { is_echo: true, app_id: 26390203743090 } }]);
  sandbox.account.subscribePage(['messages']);
  sandbox.account.replyFromInstagramApp(sandbox.customer.onMessenger, 'Again');
  await sandbox.idle();
  expect(events()).toHaveLength(1);
});

it.each([
  ['2000 characters', { text: 'x'.repeat(2000) }, undefined],
  ['no messaging type', { text: 'x' }, {}],
  ['a retired tag', { text: 'x' }, { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }],
  ['metadata of 1000 characters', { text: 'x', metadata: 'x'.repeat(1000) }, undefined],
])('refuses %s', async (_what, message, more) => {
  sandbox.customer.onMessenger.sendText('Hello');
  expect((await send(message, more)).body.error).toMatchObject({ code: 100 });
  expect(sandbox.sends).toEqual([]);
});

it('takes 1999 characters, and knows a closed window, a stranger and the tag for people', async () => {
  sandbox.customer.onMessenger.sendText('Hello');
  expect((await send({ text: 'ü'.repeat(1999) })).status).toBe(200);
  clock.advance(24 * 3_600_000);
  expect((await send({ text: 'late' })).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
  expect((await send({ text: 'late' }, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })).status).toBe(200);
  const stranger = await graph.send('1234567890123456', { text: 'x' }, { messaging_type: 'RESPONSE' });
  expect(stranger.body.error).toMatchObject({ code: 100, error_subcode: 2018001 });
});

it('answers a comment of the Page’s feed once, and names the person', async () => {
  const { commentId } = sandbox.customer.onMessenger.comment('How much?');
  const recipient = { recipient: { comment_id: commentId }, message: { text: '49' } };
  const { body } = await graph.post('/v24.0/me/messages', recipient);
  expect(body.recipient_id).toBe(sandbox.customer.onMessenger.id);
  expect((await graph.post('/v24.0/me/messages', recipient)).body.error).toMatchObject({ code: 10900 });
});

it('lists the conversations of the Page, and tells as much of a person as the app may know', async () => {
  const { mid } = sandbox.customer.onMessenger.sendText('Hello');
  const { id } = sandbox.customer.onMessenger;
  const listed = await graph.get('/v24.0/me/conversations', { user_id: id, fields: 'participants,messages{id,from}' });
  expect(listed.body.data).toMatchObject([{ messages: { data: [{ id: mid, from: { id } }] } }]);
  const fields = { fields: 'first_name,last_name,name' };
  expect((await graph.get(`/v24.0/${id}`, fields)).body).toEqual({ id, name: 'Mara Lindqvist', first_name: 'Mara', last_name: 'Lindqvist' }); // prettier-ignore
  sandbox.context.shapes.pageProfiles = 'name';
  expect((await graph.get(`/v24.0/${id}`, fields)).body).toEqual({ id, name: 'Mara Lindqvist' });
  sandbox.context.shapes.pageProfiles = 'refused';
  expect((await graph.get(`/v24.0/${id}`, fields)).body.error).toMatchObject({ code: 100, error_subcode: 2018218 });
});

it('replaces the list of fields, and stops sending after an hour of failures', async () => {
  await graph.post('/v24.0/me/subscribed_apps', { subscribed_fields: 'messages,message_reads' });
  expect([...sandbox.account.account.subscriptions.facebook]).toEqual(['messages', 'message_reads']);
  receiver.answerWith(() => 503);
  sandbox.webhooks.configure({ retryDelaysMs: [5] });
  const { delivered } = sandbox.customer.onMessenger.sendText('Is anybody there?');
  clock.advance(3_600_000);
  await delivered;
  expect(sandbox.account.account.subscriptions.facebook.size).toBe(0);
});

import { setTimeout as delay } from 'node:timers/promises';
import { ConversationClaimsRepository, conversationIdOf } from '../../src/conversations/index.js';
import { OutboundRepository } from '../../src/dms/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

const services = useServices();
let app: TestApp;
let accountId: string;
let to: string;

const send = async (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  (await app.call())
    .post('/instagram-dms/send')
    .set(headers)
    .send({ recipient_id: to, message_text: 'We open at nine.', platform_account_id: accountId, ...body });

const stored = async (id: string) => {
  const dm = await app.get(OutboundRepository).find(id);
  if (!dm) throw new Error('not stored');
  return dm;
};

beforeAll(async () => {
  app = await startTestApp({ services, env: { GRAPH_TIMEOUT_MS: '2000' } });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterAll(() => app?.stop());

beforeEach(async () => {
  app.sandbox.faults.clear();
  app.sandbox.webhooks.configure({ echo: 'after' });
  const customer = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
  customer.sendText('Hello?', { webhook: false });
  to = customer.idFor(app.sandbox.account);
});

describe('POST /instagram-dms/send', () => {
  it("sends and answers with Meta's result and the stored DM", async () => {
    const answer = await send();

    expect(answer.status).toBe(200);
    const accepted = app.sandbox.sends.filter((sent) => sent.recipientId === to);
    expect(accepted.map(({ text }) => text)).toEqual(['We open at nine.']);
    expect(answer.body).toMatchObject({
      success: true,
      result: { recipient_id: to, message_id: accepted[0]?.mid },
      stored: {
        message_id: accepted[0]?.mid,
        manual_dm: true,
        direction: 'outbound',
        read: true,
        status: 'sent',
        source: 'api',
        platform_account_id: accountId,
      },
    });
  });

  it('sends a text of more than 1000 bytes as several messages in order', async () => {
    const sentence = 'Größe zählt hier in Bytes. ';
    const answer = await send({ message_text: sentence.repeat(80).trim() });

    expect(answer.status).toBe(200);
    const texts = app.sandbox.sends.filter((sent) => sent.recipientId === to).map(({ text }) => text ?? '');
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.every((text) => Buffer.byteLength(text) <= 1_000)).toBe(true);
    expect(texts.join(' ')).toBe(sentence.repeat(80).trim());
    expect(answer.body.parts).toHaveLength(texts.length);
  });

  it('sends an attachment, then the text, with the quick replies under the last', async () => {
    const answer = await send({
      attachment: { type: 'image', url: 'https://cdn.example.com/menu.png' },
      quick_replies: [{ title: 'Hours', payload: 'HOURS' }],
    });

    expect(answer.status).toBe(200);
    const accepted = app.sandbox.sends.filter((sent) => sent.recipientId === to);
    expect(accepted.map(({ text, attachments, quickReplies }) => ({ text, attachments, quickReplies }))).toEqual([
      { text: null, attachments: ['image'], quickReplies: [] },
      { text: 'We open at nine.', attachments: [], quickReplies: ['Hours'] },
    ]);
  });

  it('passes on to Meta that a file is to be kept for other messages', async () => {
    const payload = { url: 'https://cdn.example.com/menu.png', is_reusable: true };
    const answer = await send({ message_text: undefined, attachment: { type: 'image', payload } });

    expect(answer.status).toBe(200);
    expect(answer.body.stored.attachments).toEqual([{ type: 'image', url: payload.url }]);
    const [call] = app.sandbox.calls.filter(({ body }) => JSON.stringify(body ?? '').includes(`"${to}"`));
    expect(call?.body).toMatchObject({ message: { attachment: { type: 'image', payload } } });
  });

  it('sends once and answers the same when an Idempotency-Key comes again, at once or later', async () => {
    const key = { 'idempotency-key': `order-${to}` };
    const [first, second] = await Promise.all([send({}, key), send({}, key)]);
    const third = await send({}, key);

    for (const answer of [first, second, third]) expect(answer.status).toBe(200);
    expect(new Set([first, second, third].map(({ body }) => body.stored._id)).size).toBe(1);
    expect(app.sandbox.sends.filter((sent) => sent.recipientId === to)).toHaveLength(1);
  });

  it('refuses an Idempotency-Key that comes with another message', async () => {
    const key = { 'idempotency-key': `other-${to}` };
    await send({}, key);

    const answer = await send({ message_text: 'Something else' }, key);

    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe('idempotency_key_reused');
  });

  it('takes a message with its fields in another order for the same one', async () => {
    const key = { 'idempotency-key': `fields-${to}` };
    const ends = { recipient_id: to, platform_account_id: accountId };
    const [hours, menu] = ['Hours', 'Menu'].map((title) => ({ title, payload: title }));
    const turned = [hours, menu].map((reply) => ({ payload: reply?.payload, title: reply?.title }));
    const post = async (body: object) => (await app.call()).post('/instagram-dms/send').set(key).send(body);

    const first = await post({ ...ends, message_text: 'Well?', quick_replies: [hours, menu] });
    const second = await post({ quick_replies: turned, message_text: 'Well?', ...ends });
    const another = await post({ ...ends, message_text: 'Well?', quick_replies: [menu, hours] });

    expect([first.status, second.status, another.status]).toEqual([200, 200, 409]);
    const idOf = ({ body }: typeof first) => (body as { stored: { _id: string } }).stored._id;
    expect(idOf(second)).toBe(idOf(first));
  });

  it('sends the messages of one conversation in the order they were asked for', async () => {
    const texts = Array.from({ length: 8 }, (_, n) => `Message ${n}`);
    const answers = [];
    for (const text of texts) {
      answers.push(send({ message_text: text }));
      await eventually(async () => {
        const list = await (await app.call()).get(`/instagram-dms/list?recipient_id=${to}`);
        expect(list.body.total).toBe(answers.length);
      });
    }
    await Promise.all(answers);

    expect(app.sandbox.sends.filter((sent) => sent.recipientId === to).map(({ text }) => text)).toEqual(texts);
  });

  it('waits quietly while another process sends in the conversation, and goes out when that one is done', async () => {
    await send({ message_text: 'The conversation begins.' });
    const claims = app.get(ConversationClaimsRepository);
    const id = conversationIdOf(accountId, to);
    const claim = await eventually(async () => {
      const taken = await claims.claimSends(id, 30_000);
      if (!taken) throw new Error('still being sent in');
      return taken;
    });
    const tries = jest.spyOn(claims, 'claimSends');

    const answer = send({ message_text: 'After the other.' });
    await delay(1_500);
    const triedSoOften = tries.mock.calls.length;
    tries.mockRestore();
    await claims.release('send', id, claim);

    expect((await answer).status).toBe(200);
    expect(triedSoOften).toBeGreaterThan(0);
    expect(triedSoOften).toBeLessThanOrEqual(5);
  });

  it("answers 502 with Meta's code, subcode and trace when Meta refuses, and keeps the DM as failed", async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'no_user', recipient: to });

    const answer = await send();

    expect(answer.status).toBe(502);
    expect(answer.body).toMatchObject({
      success: false,
      code: 'graph_refused',
      details: { code: 100, subcode: 2534014 },
    });
    expect(answer.body.details.fbtrace_id).toEqual(expect.any(String));
    expect((await stored(answer.body.details.dm_id)).status).toBe('failed');
  });

  it('answers 403 when Meta says that the window is closed', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'window_closed', recipient: to });

    const answer = await send();

    expect(answer.status).toBe(403);
    const sentence = '24-hour messaging window expired. Wait for user to message first.';
    expect(answer.body.error).toBe(sentence);
    const { dm_id, ...said } = answer.body.details;
    expect(said).toMatchObject({ code: 10, subcode: 2534022, fbtrace_id: expect.any(String), status: 'failed' });
    expect((await stored(dm_id)).error).toMatchObject({ kind: 'outside_window', message: sentence, code: 10 });
  });

  it('answers 202 and never sends again when Meta acted and its answer was lost', async () => {
    app.sandbox.webhooks.configure({ echo: 'never' });
    app.sandbox.faults.add({ route: 'send', mode: 'timeout_after_acting', recipient: to });

    const answer = await send();

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ success: true, result: null, stored: { status: 'unconfirmed' } });
    expect(app.sandbox.sends.filter((sent) => sent.recipientId === to)).toHaveLength(1);
  });

  it('answers 202 while Meta’s “try again” waits for the proof that nothing was sent', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'transient', recipient: to, count: 1 });

    const answer = await send();

    expect(answer.status).toBe(202);
    expect(answer.body.stored).toMatchObject({ status: 'queued', held_reason: 'retry', attempts: 1 });
  });

  it('sends a private reply to a comment and moves it to the conversation that Meta names', async () => {
    const guest = app.sandbox.createCustomer({ username: `commenter.${to.slice(-6)}` });
    const { commentId } = guest.comment('How much is it?', { webhook: false });
    const id = guest.idFor(app.sandbox.account);

    const answer = await (
      await app.call()
    )
      .post('/instagram-dms/private-reply')
      .send({ comment_id: commentId, message_text: 'We sent you the price list.', platform_account_id: accountId });

    expect(answer.status).toBe(200);
    const dm = await stored(answer.body.stored._id);
    expect(dm).toMatchObject({ status: 'sent', recipient_id: id, conversation_id: conversationIdOf(accountId, id) });
    const list = await (await app.call()).get(`/instagram-dms/list?recipient_id=${id}`);
    expect(list.body).toMatchObject({ total: 1, data: [{ _id: answer.body.stored._id }] });
  });

  it.each([
    ['no text and no attachment', { message_text: undefined }],
    ['an empty text', { message_text: ' ' }],
    ['a recipient that is no id', { recipient_id: 'Mara L.' }],
    ['a recipient that is a path', { recipient_id: '..' }],
    ['a comment for a recipient', { recipient_id: 'comment:1' }],
    ['an operator for a recipient', { recipient_id: { $ne: '1' } }],
    ['an unknown field', { subject: 'x' }],
    ['an attachment in an inner network', { attachment: { type: 'image', url: 'https://10.0.0.1/a.png' } }],
    ['an attachment without an address', { attachment: { type: 'image' } }],
    ['fourteen quick replies', { quick_replies: Array.from({ length: 14 }, () => ({ title: 'a', payload: 'a' })) }],
    ['another tag', { tag: 'ACCOUNT_UPDATE' }],
  ])('answers 400 to %s', async (_what, body) => {
    const answer = await send(body);

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ success: false, code: 'invalid_request' });
  });

  it("answers 404 for another tenant's account", async () => {
    const stranger = await app.call({ userId: 'somebody-else', role: 'user' });
    const answer = await stranger
      .post('/instagram-dms/send')
      .send({ recipient_id: to, message_text: 'Hi', platform_account_id: accountId });

    expect(answer.status).toBe(404);
  });

  it('lets an admin send for any account', async () => {
    const answer = await (
      await app.call(admin)
    )
      .post('/instagram-dms/send')
      .send({ recipient_id: to, message_text: 'Hi', platform_account_id: app.sandbox.account.igId });

    expect(answer.status).toBe(200);
  });
});

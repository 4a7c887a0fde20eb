import { MovableClock } from '#libs/clock';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { conversationIdOf } from '../../src/conversations/index.js';
import { DmStoreRepository } from '../../src/dms/index.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(30_000);

describe('the same request without an Idempotency-Key', () => {
  const services = useServices();
  const clock = new MovableClock();
  let app: TestApp;
  let accountId: string;
  let to: string;

  const send = async (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
    (await app.call())
      .post('/instagram-dms/send')
      .set(headers)
      .send({ recipient_id: to, message_text: 'We open at nine.', platform_account_id: accountId, ...body });

  const queued = () =>
    app
      .get<Connection>(getConnectionToken() as never)
      .collection('instagram_dms')
      .countDocuments({ direction: 'outbound', recipient_id: to });

  /** Meta has nobody there for now: what is sent stays queued for hours. */
  const away = () => app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'unavailable', recipient: to });

  beforeAll(async () => {
    app = await startTestApp({ services, clock, sandboxOptions: { clock } });
    accountId = await app.connect(undefined, { enabled: false });
  });
  afterAll(() => app?.stop());
  beforeEach(() => {
    app.sandbox.faults.clear();
    const guest = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
    guest.sendText('Hello?', { webhook: false });
    to = guest.idFor(app.sandbox.account);
  });

  it('queues nothing more while the first is not over, and tells of that one', async () => {
    away();
    const first = await send();

    const again = await send();

    expect(first.body).not.toHaveProperty('duplicate_of');
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ duplicate_of: first.body.stored._id, stored: { _id: first.body.stored._id } });
    expect(again.headers['location']).toBe(`/instagram-dms/${first.body.stored._id}`);
    expect(await queued()).toBe(1);
  });

  it('is one message when it comes five times at once', async () => {
    away();

    const answers = await Promise.all(Array.from({ length: 5 }, () => send()));

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(answers.filter(({ body }) => body.duplicate_of)).toHaveLength(4);
    expect(await queued()).toBe(1);
  });

  it('is a message of its own with other words, with a key, a minute later, or once the first is over', async () => {
    away();
    await send();
    await send({ message_text: 'We close at six.' });
    await send({}, { 'idempotency-key': `again-${to}` });
    clock.advance(61_000);
    await send();
    expect(await queued()).toBe(4);

    const other = app.sandbox.createCustomer({ username: 'guest.prompt' });
    other.sendText('Hello?', { webhook: false });
    to = other.idFor(app.sandbox.account);
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
  });

  it('repeats an answer from the inbox as one message, too, which counts as read though marking fails', async () => {
    away();
    await send({ message_text: 'Good morning' });
    const id = conversationIdOf(accountId, to);
    const reply = async () =>
      (await app.call()).post(`/inbox/conversations/${id}/messages`).send({ message: 'We open at nine.' });
    const marks = jest.spyOn(app.get(DmStoreRepository), 'markConversationRead').mockRejectedValue(new Error('no'));

    const [first, again] = [await reply(), await reply()];

    expect(marks).toHaveBeenCalledTimes(2);
    marks.mockRestore();
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toMatchObject({ success: true, id: first.body.id, duplicate_of: first.body.id });
  });

  it('refuses choices under an attachment without words', async () => {
    const answer = await send({
      message_text: undefined,
      attachment: { type: 'image', url: 'https://cdn.example.com/menu.png' },
      quick_replies: [{ title: 'Hours', payload: 'HOURS' }],
    });

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body.details)).toContain('quick_replies');
    expect(await queued()).toBe(0);
  });
});

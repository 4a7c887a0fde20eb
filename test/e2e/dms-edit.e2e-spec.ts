import { ConversationsRepository, conversationIdOf } from '../../src/conversations/index.js';
import { OutboundRepository } from '../../src/dms/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(30_000);

const services = useServices();
let app: TestApp;
let accountId: string;
let to: string;
let id: string;

beforeAll(async () => {
  app = await startTestApp({ services, env: { RATE_LIMIT_PER_MINUTE: '3' } });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterAll(() => app?.stop());

beforeEach(async () => {
  const guest = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
  guest.sendText('Are you open?');
  to = guest.idFor(app.sandbox.account);
  id = await eventually(async () => {
    const { body } = await (await app.call()).get('/instagram-dms/list').query({ sender_id: to });
    expect(body.total).toBe(1);
    return body.data[0]._id as string;
  });
});

const counts = async () => {
  const conversation = await app.get(ConversationsRepository).getById(conversationIdOf(accountId, to));
  return { ...conversation?.counts, unread_count: conversation?.unread_count };
};

describe('PATCH /instagram-dms/{id}', () => {
  it('marks read and unread, and the counters follow', async () => {
    const read = await (await app.call()).patch(`/instagram-dms/${id}`).send({ read: true });

    expect(read.status).toBe(200);
    expect(read.body).toMatchObject({ success: true, data: { _id: id, read: true, read_at: expect.any(String) } });
    expect(await counts()).toMatchObject({ inbound_unread: 0, inbound_read: 1, unread_count: 0 });

    await (await app.call()).patch(`/instagram-dms/${id}`).send({ read: false }).expect(200);
    expect(await counts()).toMatchObject({ inbound_unread: 1, inbound_read: 0, unread_count: 1 });
  });

  it('corrects the text', async () => {
    const { body } = await (await app.call()).patch(`/instagram-dms/${id}`).send({ text: 'Corrected' }).expect(200);

    expect(body.data.text).toBe('Corrected');
  });

  it('gives no words back to a message that its author took back', async () => {
    const guest = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
    const { mid } = guest.sendText('secret');
    guest.unsend(mid ?? '');
    const call = await app.call();
    const sender_id = guest.idFor(app.sandbox.account);
    const unsent = await eventually(async () => {
      const { body } = await call.get('/instagram-dms/list').query({ sender_id });
      expect(body.data).toEqual([expect.objectContaining({ unsent: true })]);
      return body.data[0]._id as string;
    });

    await call.patch(`/instagram-dms/${unsent}`).send({ text: 'secret' }).expect(409);
    const { body } = await call.patch(`/instagram-dms/${unsent}`).send({ read: true }).expect(200);

    expect(body.data).toMatchObject({ unsent: true, read: true });
    expect(body.data).not.toHaveProperty('text');
  });

  it.each([
    ['no fields', {}, 400],
    ['an unknown field', { status: 'sent' }, 400],
    ['a wrong type', { read: 'yes' }, 400],
    ['null', { text: null }, 400],
  ])('answers to %s with %#', async (_what, body, status) => {
    expect((await (await app.call()).patch(`/instagram-dms/${id}`).send(body)).status).toBe(status);
  });

  it('answers 400 to a bad id, 404 to an unknown one and to another tenant’s', async () => {
    const unknown = 'ffffffffffffffffffffffff';

    expect((await (await app.call()).patch('/instagram-dms/nonsense').send({ read: true })).status).toBe(400);
    expect((await (await app.call()).patch(`/instagram-dms/${unknown}`).send({ read: true })).status).toBe(404);
    const stranger = await app.call({ userId: 'somebody-else', role: 'user' });
    expect((await stranger.patch(`/instagram-dms/${id}`).send({ read: true })).status).toBe(404);
    expect((await stranger.get(`/instagram-dms/${id}`)).status).toBe(404);
    expect((await stranger.delete(`/instagram-dms/${id}`)).status).toBe(404);
  });
});

describe('DELETE /instagram-dms/{id}', () => {
  it('softly: lists and counters leave it out, a second time is 404', async () => {
    const { body } = await (await app.call()).delete(`/instagram-dms/${id}`).expect(200);

    expect(body).toEqual({ success: true, channel: 'instagram', deleted: false, soft_deleted: true });
    const list = await (await app.call()).get('/instagram-dms/list').query({ sender_id: to });
    expect(list.body).toMatchObject({ total: 0, data: [] });
    expect(await counts()).toMatchObject({ inbound_unread: 0, unread_count: 0 });
    await (await app.call()).delete(`/instagram-dms/${id}`).expect(404);
    await (await app.call()).get(`/instagram-dms/${id}`).expect(404);
  });

  it('for good: it does not come back when Meta delivers it again', async () => {
    const { body } = await (await app.call()).delete(`/instagram-dms/${id}?hard=true`).expect(200);
    expect(body).toEqual({ success: true, channel: 'instagram', deleted: true });

    const delivery = app.sandbox.deliveries.find((one) => one.body.includes(to));
    app.sandbox.deliver(JSON.parse(delivery?.body ?? '{}'));
    app.sandbox.getCustomer(app.sandbox.customers.at(-1)?.username ?? '').sendText('Another');
    await app.sandbox.idle();

    await eventually(async () => {
      const list = await (await app.call()).get('/instagram-dms/list').query({ sender_id: to });
      expect(list.body.data.map(({ text }: { text: string }) => text)).toEqual(['Another']);
      expect(list.body.total).toBe(1);
    });
  });

  it('answers 400 to a bad id or a bad flag, 404 to an unknown one', async () => {
    await (await app.call()).delete('/instagram-dms/nonsense').expect(400);
    await (await app.call()).delete(`/instagram-dms/${id}?hard=perhaps`).expect(400);
    await (await app.call()).delete('/instagram-dms/ffffffffffffffffffffffff').expect(404);
  });
});

describe('a message over the limit', () => {
  it('answers 202 and what it waits for, can be followed, and is not sent once it is deleted', async () => {
    const answers = [];
    for (let n = 0; n < 5; n++) {
      answers.push(
        await (
          await app.call()
        )
          .post('/instagram-dms/send')
          .send({ recipient_id: to, message_text: `Message ${n}`, platform_account_id: accountId }),
      );
    }
    const [waiting] = answers.filter(({ status }) => status === 202);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 202, 202]);
    expect(waiting?.headers).not.toHaveProperty('retry-after');
    expect(waiting?.body).toMatchObject({
      success: true,
      result: null,
      stored: { status: 'queued', held_reason: 'rate_limit', next_attempt_at: expect.any(String) },
    });
    expect(Date.parse(waiting?.body.stored.next_attempt_at)).toBeGreaterThan(Date.now());
    const dmId = waiting?.body.stored._id as string;
    expect(waiting?.headers['location']).toBe(`/instagram-dms/${dmId}`);
    const followed = await (await app.call()).get(`/instagram-dms/${dmId}`).expect(200);
    expect(followed.body.data).toMatchObject({ status: 'queued', held_reason: 'rate_limit' });

    await (await app.call()).delete(`/instagram-dms/${dmId}`).expect(200);
    expect(await app.get(OutboundRepository).find(dmId)).toMatchObject({
      status: 'failed',
      error: { kind: 'cancelled' },
    });
  });

  it('answers the same to a reply from the inbox, whose conversation counts as read', async () => {
    const customer = app.sandbox.createCustomer({ username: 'asks.when.busy' });
    customer.sendText('Are you open?');
    const id = conversationIdOf(accountId, customer.idFor(app.sandbox.account));
    const conversation = async () => (await (await app.call()).get(`/inbox/conversations/${id}`)).body.data;
    await eventually(async () => expect(await conversation()).toMatchObject({ unread_count: 1 }));

    const answer = await (await app.call()).post(`/inbox/conversations/${id}/messages`).send({ message: 'We are.' });

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      message_id: null,
      status: 'queued',
      held_reason: 'rate_limit',
      next_attempt_at: expect.any(String),
    });
    expect(answer.headers['location']).toBe(`/instagram-dms/${answer.body.id}`);
    expect(await conversation()).toMatchObject({ unread_count: 0 });
  });
});

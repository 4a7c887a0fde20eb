import { getConnectionToken } from '@nestjs/mongoose';
import { Types, type Connection } from 'mongoose';
import { DmRemovalRepository, OutboundRepository } from '../../src/dms/index.js';
import { deliver, deliveryOf } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(30_000);
const services = useServices();
let app: TestApp;
let accountId: string;
let to: string;
let key: string;

const send = async (body: Record<string, unknown> = {}) =>
  (await app.call())
    .post('/instagram-dms/send')
    .set('idempotency-key', key)
    .send({ recipient_id: to, message_text: 'We open at nine.', platform_account_id: accountId, ...body });

const removeForGood = async (id: string) =>
  (await app.call()).delete(`/instagram-dms/${id}`).query({ hard: true }).expect(200);

const sends = () => app.sandbox.sends.filter((sent) => sent.recipientId === to);

beforeAll(async () => {
  app = await startTestApp({ services });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterAll(() => app?.stop());

beforeEach(() => {
  app.sandbox.faults.clear();
  app.sandbox.webhooks.configure({ echo: 'after' });
  const customer = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
  customer.sendText('Hello?', { webhook: false });
  to = customer.idFor(app.sandbox.account);
  key = `order-${to}`;
});

describe('an Idempotency-Key whose message is gone', () => {
  it('does not send it again after it was deleted for good', async () => {
    const { body } = await send();
    await removeForGood(body.stored._id);

    const again = await send();
    const another = await send({ message_text: 'Something else' });

    expect(again.status).toBe(409);
    expect(again.body.code).toBe('idempotency_key_used');
    expect(another.body.code).toBe('idempotency_key_reused');
    expect(sends()).toHaveLength(1);
  });

  it('does not send it either when Meta never took it, and so it had no mid', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'no_user', recipient: to });
    const refused = await send();
    await removeForGood(refused.body.details.dm_id);
    app.sandbox.faults.clear();

    const again = await send();

    expect(refused.status).toBe(502);
    expect(again.body.code).toBe('idempotency_key_used');
    expect(sends()).toHaveLength(0);
  });

  it('sends none of a long message again when one of its parts is gone', async () => {
    const message_text = 'A long sentence about opening hours. '.repeat(40).trim();
    const { body } = await send({ message_text });
    const sent = sends().length;
    await removeForGood(body.parts[1]._id);

    const again = await send({ message_text });

    expect(sent).toBeGreaterThan(1);
    expect(again.body.code).toBe('idempotency_key_used');
    expect(sends()).toHaveLength(sent);
  });

  it('does not send it again when its retention has ended', async () => {
    const { body } = await send();
    await app.get(DmRemovalRepository).remove(body.stored.conversation_id, [body.stored._id]);

    const again = await send();

    expect(again.body.code).toBe('idempotency_key_used');
    expect(await app.get(OutboundRepository).find(body.stored._id)).toBeNull();
    expect(sends()).toHaveLength(1);
  });
});

describe('an Idempotency-Key that comes again', () => {
  const stored = async (id: string) => (await app.get(OutboundRepository).find(id)) ?? undefined;

  it('is answered as at first, whatever became of the message since', async () => {
    app.sandbox.webhooks.configure({ echo: 'never' });
    const first = await send();
    const id = first.body.stored._id as string;
    expect(first.body.stored.is_echo).toBe(false);
    const dms = app.get<Connection>(getConnectionToken() as never).collection('instagram_dms');
    const since = { is_echo: true, read_at: new Date(), updated_at: new Date(Date.now() + 1_000) };
    await dms.updateOne({ _id: new Types.ObjectId(id) }, { $set: since });

    const [second, third] = await Promise.all([send(), send()]);

    expect((await stored(id))?.is_echo).toBe(true);
    expect(second.body).toEqual(first.body);
    expect(third.body).toEqual(first.body);
  });

  it('is answered alike to requests that come at once', async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => send()));

    expect(first?.status).toBe(200);
    for (const other of others) expect(other.body).toEqual(first?.body);
    expect(sends()).toHaveLength(1);
  });

  it('keeps nothing of what was answered once the message is taken back', async () => {
    const { body } = await send();
    const { account, env } = app.sandbox;
    const mid = body.stored.message_id as string;
    const ends = { sender: { id: account.igId }, recipient: { id: to }, timestamp: Date.now() };
    const unsend = deliveryOf(account.igId, [{ ...ends, message: { mid, is_deleted: true, is_echo: true } }]);
    await deliver(app.url, unsend, { secret: env['INSTAGRAM_CLIENT_SECRET'] }).expect(200);
    await eventually(async () => expect(await stored(body.stored._id)).toMatchObject({ unsent: true }));

    const again = await send();

    expect(again.body.stored).toMatchObject({ _id: body.stored._id, unsent: true });
    expect(JSON.stringify(await stored(body.stored._id))).not.toContain('We open at nine.');
  });

  it('keeps nothing more than before of a message that was sent without one', async () => {
    const answer = await (
      await app.call()
    )
      .post('/instagram-dms/send')
      .send({ recipient_id: to, message_text: 'No key', platform_account_id: accountId });

    expect(await stored(answer.body.stored._id)).not.toHaveProperty('send_answer');
  });
});

import { DmRemovalRepository, OutboundRepository } from '../../src/dms/index.js';
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

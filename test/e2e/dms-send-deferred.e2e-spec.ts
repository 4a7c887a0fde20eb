import { MovableClock } from '#libs/clock';
import { AccountHealthService } from '../../src/accounts/index.js';
import { OutboundRepository } from '../../src/dms/index.js';
import { SchedulerService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

describe('a message that Meta refuses for now', () => {
  const services = useServices();
  const clock = new MovableClock();
  let app: TestApp;
  let accountId: string;

  beforeAll(async () => {
    app = await startTestApp({ services, clock, sandboxOptions: { clock } });
    accountId = await app.connect(undefined, { enabled: false });
  });
  afterAll(() => app?.stop());

  it.each([
    ['a dead token', 'token_expired', 190, 'account', () => app.connect(undefined, { enabled: false })],
    ['a block', 'policy_block', 368, 'sends_paused', () => app.get(AccountHealthService).resumeSends(accountId)],
    ['somebody who is away', 'unavailable', 551, 'unavailable', () => Promise.resolve()],
  ] as const)('is told as queued, not as refused, and goes out once: %s', async (_what, error, code, held, end) => {
    const guest = app.sandbox.createCustomer({ username: `guest.${error}` });
    guest.sendText('Hello?', { webhook: false });
    const to = guest.idFor(app.sandbox.account);
    const send = async () =>
      (await app.call())
        .post('/instagram-dms/send')
        .set('idempotency-key', error)
        .send({ recipient_id: to, message_text: 'We open at nine.', platform_account_id: accountId });
    app.sandbox.faults.add({ route: 'send', mode: 'error', error, count: 1 });

    const answer = await send();

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      success: true,
      result: null,
      stored: { status: 'queued', held_reason: held, error: { code, fbtrace_id: expect.any(String) } },
    });
    const { _id: id, next_attempt_at: next } = answer.body.stored;
    expect(answer.headers['location']).toBe(`/instagram-dms/${id}`);
    const again = await send();
    expect([again.status, again.body.stored._id]).toEqual([202, id]);

    await end();
    await eventually(async () => {
      clock.set(Math.max(clock.now() + 1_000, Date.parse(next)));
      await app.get(SchedulerService).runDue();
      expect(await app.get(OutboundRepository).find(id)).toMatchObject({ status: 'sent' });
    });
    expect(app.sandbox.sends.filter((sent) => sent.recipientId === to)).toHaveLength(1);
    expect((await send()).body).toMatchObject({ success: true, stored: { _id: id, status: 'sent' } });
  });
});

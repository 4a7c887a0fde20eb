import { startSandbox } from './index.js';
import type { Sandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';
import { startReceiver } from './testing/webhook-receiver.js';
import type { WebhookReceiver } from './testing/webhook-receiver.js';

describe('webhooks of the sandbox', () => {
  let sandbox: Sandbox;
  let server: WebhookReceiver;

  beforeEach(async () => {
    server = await startReceiver('app-secret');
    sandbox = await startSandbox({
      appSecret: 'app-secret',
      webhookUrl: server.url,
      webhooks: { retryDelaysMs: [5, 10, 20] },
      randomSeed: 7,
    });
  });

  afterEach(async () => {
    await sandbox.stop();
    await server.stop();
  });

  it('signs the very bytes it posts, slashes and emoji escaped as Meta does', async () => {
    await sandbox.customer.sendText('Grüße 🚀 https://a.b/c').delivered;

    const [received] = server.received;
    expect(received?.signed).toBe(true);
    expect(received?.raw).toContain('Gr\\u00fc\\u00dfe \\ud83d\\ude80 https:\\/\\/a.b\\/c');
    expect(received?.body.entry?.[0]).toMatchObject({
      id: sandbox.account.igId,
      messaging: [{ sender: { id: sandbox.customer.id }, message: { text: 'Grüße 🚀 https://a.b/c' } }],
    });
  });

  it('delivers again until the server takes it, and keeps every attempt', async () => {
    let refusals = 3;
    server.answerWith(() => (refusals-- > 0 ? 503 : 200));

    const [delivery] = await sandbox.customer.sendText('Hello?').delivered;

    expect(delivery?.state).toBe('delivered');
    expect(delivery?.attempts.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect(new Set(server.received.map(({ raw }) => raw)).size).toBe(1);
  });

  it('delivers again when no answer comes in time', async () => {
    sandbox.webhooks.configure({ timeoutMs: 50 });
    let silent = true;
    server.answerWith(() => {
      const answer = silent ? 'never' : 200;
      silent = false;
      return answer;
    });

    const [delivery] = await sandbox.customer.sendText('Hello?').delivered;

    expect(delivery?.attempts.map(({ status }) => status)).toEqual([null, 200]);
  });

  it('gives up after the time that Meta does', async () => {
    server.answerWith(() => 500);
    const { deliveries, delivered } = sandbox.customer.sendText('Hello?');
    await attemptsOf(() => deliveries[0]?.attempts.length ?? 0, 2);

    sandbox.clock.advance(36 * 3_600_000);

    expect((await delivered)[0]?.state).toBe('dropped');
  });

  it('unsubscribes an account whose webhooks have failed for an hour, as Meta does', async () => {
    sandbox.webhooks.configure({ unsubscribeAfterFailingMs: 3_600_000 });
    server.answerWith(() => 500);
    const { deliveries } = sandbox.customer.sendText('Hello?');
    await attemptsOf(() => deliveries[0]?.attempts.length ?? 0, 1);
    expect(sandbox.account.account.subscriptions.instagram.size).toBeGreaterThan(0);

    sandbox.clock.advance(3_600_000);
    await attemptsOf(() => (sandbox.account.account.subscriptions.instagram.size === 0 ? 1 : 0), 1);

    const [next] = await sandbox.customer.sendText('Anybody?').delivered;
    expect(next?.state).toBe('skipped');
  });

  it('accepts a webhook URL only when it answers with the challenge', async () => {
    expect(await sandbox.verifyWebhook({ token: 'right' })).toEqual({ status: 200, body: '', accepted: false });

    server.speakWith(({ path }) => new URL(path, server.url).searchParams.get('hub.challenge') ?? '');

    expect(await sandbox.verifyWebhook({ token: 'right' })).toMatchObject({ accepted: true });
  });

  it('sends nothing of an account that is not subscribed', async () => {
    sandbox.account.unsubscribe();

    const [delivery] = await sandbox.customer.sendText('Anybody?').delivered;

    expect(delivery).toMatchObject({ state: 'skipped', reason: expect.stringContaining('not subscribed to messages') });
    expect(server.received).toHaveLength(0);
  });

  it('posts duplicates as often as it is told', async () => {
    sandbox.webhooks.configure({ duplicates: 2 });

    await sandbox.customer.sendText('once').delivered;

    expect(server.received).toHaveLength(3);
  });

  it('puts many events into one body, one entry per account', async () => {
    sandbox.webhooks.configure({ batchSize: 1000, batchWaitMs: 60_000 });
    const [first, second] = sandbox.accounts;
    for (let turn = 0; turn < 600; turn++) sandbox.customer.sendText(`a${turn}`, { to: first });
    for (let turn = 0; turn < 400; turn++) sandbox.customer.sendText(`b${turn}`, { to: second });
    await sandbox.idle();

    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.body.entry?.map(({ id, messaging }) => [id, messaging?.length])).toEqual([
      [first?.igId, 600],
      [second?.igId, 400],
    ]);
  });

  it('keeps deliveries back and lets them go in another order', async () => {
    sandbox.webhooks.hold();
    for (let turn = 0; turn < 12; turn++) sandbox.customer.sendText(`message ${turn}`);
    expect(server.received).toHaveLength(0);

    sandbox.webhooks.configure({ concurrency: 1 });
    sandbox.webhooks.release({ shuffle: true });
    await sandbox.idle();

    const texts = server.received.map(({ raw }) => /message \d+/.exec(raw)?.[0]);
    expect(texts).toHaveLength(12);
    expect([...texts].sort()).not.toEqual(texts);
  });

  describe('echoes', () => {
    const echoes = () => server.received.filter(({ raw }) => raw.includes('"is_echo":true'));
    const answer = () => new GraphCaller(sandbox).send(sandbox.customer.id, { text: 'Until six.' });

    it('come before the answer to the send, when told so', async () => {
      await sandbox.customer.sendText('Open today?').delivered;
      sandbox.webhooks.configure({ echo: 'before' });

      const { body } = await answer();

      expect(echoes()).toHaveLength(1);
      expect(echoes()[0]?.raw).toContain(`"mid":"${body.message_id}"`);
    });

    it.each([
      ['after', 1],
      ['twice', 2],
      ['never', 0],
    ] as const)('come %s: %i of them', async (echo, expected) => {
      await sandbox.customer.sendText('Open today?').delivered;
      sandbox.webhooks.configure({ echo });

      await answer();
      await attemptsOf(() => echoes().length, expected);
      await sandbox.idle();

      expect(echoes()).toHaveLength(expected);
    });

    it('name no app, and come for answers in the Instagram app too', async () => {
      const { mid } = sandbox.account.replyFromInstagramApp(sandbox.customer, 'A person here');
      await sandbox.idle();

      expect(echoes()[0]?.body.entry?.[0]?.messaging?.[0]).toEqual({
        sender: { id: sandbox.account.igId },
        recipient: { id: sandbox.customer.id },
        timestamp: expect.any(Number),
        message: { mid, text: 'A person here', is_echo: true },
      });
    });
  });

  it('tells the two logins of the same message under ids of their own', async () => {
    sandbox.account.subscribe(undefined, 'facebook');

    const { mids, deliveries } = sandbox.customer.sendText('Hello');
    await sandbox.idle();

    expect(deliveries.map(({ login }) => login)).toEqual(['instagram', 'facebook']);
    expect(mids?.facebook).not.toBe(mids?.instagram);
    expect(deliveries[1]?.body).toContain(mids?.facebook);
    expect(server.received.map(({ path }) => path).sort()).toEqual(['/webhook/instagram', '/webhook/meta']);
  });
});

async function attemptsOf(count: () => number, expected: number): Promise<void> {
  while (count() < expected) await new Promise((resolve) => setTimeout(resolve, 2));
}

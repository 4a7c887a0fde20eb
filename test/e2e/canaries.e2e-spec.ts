import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Response } from 'supertest';
import type { SandboxCustomer } from '#libs/sandbox';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { tenant } from '../support/test-app.js';

jest.setTimeout(120_000);

const services = useServices();

/** Texts that stand nowhere else, so that finding one means it leaked. */
const words = {
  dm: 'canary-dm-kestrel',
  secondDm: 'canary-dm-osprey',
  refusedDm: 'canary-dm-harrier',
  answer: 'canary-answer-merlin',
  reply: 'canary-reply-goshawk',
  failedReply: 'canary-reply-hobby',
  instructions: 'canary-instructions-buzzard',
  name: 'Canaryname Sparrowhawk',
};
const secrets: Record<string, string> = {
  appSecret: randomBytes(16).toString('hex'),
  jwtSecret: `canaryjwt${randomBytes(24).toString('hex')}`,
  openAiKey: `sk-canary-${randomBytes(16).toString('hex')}`,
  verifyToken: `canaryverify${randomBytes(12).toString('hex')}`,
  encryptionKey: randomBytes(32).toString('base64'),
};

describe('what nobody may read', () => {
  let scene: AgentScene;
  let redis: Redis;
  let customer: SandboxCustomer;
  /** Redis as it stood at each step: jobs come and go. */
  const seenInRedis: string[] = [];
  const errorAnswers: string[] = [];

  beforeAll(async () => {
    scene = await startAgentScene(
      {
        services,
        sandboxOptions: { appSecret: secrets['appSecret'] ?? '', verifyToken: secrets['verifyToken'] ?? '' },
        env: {
          LOG_LEVEL: 'trace',
          JWT_SECRET: secrets['jwtSecret'] ?? '',
          OPENAI_API_KEY: secrets['openAiKey'] ?? '',
          META_WEBHOOK_VERIFY_TOKEN: secrets['verifyToken'] ?? '',
          ENCRYPTION_KEY: secrets['encryptionKey'] ?? '',
        },
      },
      { instructions: words.instructions },
    );
    secrets['accessToken'] = scene.app.sandbox.account.accessToken;
    secrets['bearer'] = await scene.app.token(tenant);
    redis = new Redis(services.redisUrl);
    customer = scene.newCustomer(words.name);
    await live();
  });

  afterAll(async () => {
    await redis?.quit();
    await scene?.stop();
  });

  /** A conversation in which everything happens, and much of it fails. */
  async function live(): Promise<void> {
    const { app, model } = scene;
    const caller = await app.call();
    model.answerWith(words.answer);
    await scene.stored(customer.sendText(words.dm));
    await look();
    await scene.settled(customer);

    model.fail({ mode: 'server_error', count: 1 });
    model.fail({ mode: 401, count: 1 });
    await scene.stored(customer.sendText(words.secondDm));
    await look();
    await scene.settled(customer);

    const indiscreet = {
      status: 400,
      code: 100,
      type: 'OAuthException',
      message: `Bad request: access_token=${secrets['accessToken']} is odd`,
    };
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: indiscreet, count: 1 });
    await scene.stored(customer.sendText(words.refusedDm));
    await scene.settled(customer);

    const send = (message_text: string, more: object = {}) =>
      caller.post('/instagram-dms/send').send({
        ...{ recipient_id: customer.id, message_text, platform_account_id: scene.accountId },
        ...more,
      });
    await send(words.reply).expect(200);
    for (const mode of ['error', 'drop_answer', 'refuse'] as const) {
      app.sandbox.faults.add({ route: 'send', mode, error: indiscreet, count: 1 });
      keep(await send(words.failedReply));
      await look();
    }
    keep(await send(words.failedReply, { surprise: words.dm }));
    keep(await caller.post('/instagram-dms/send').set('content-type', 'application/json').send(`{"${words.dm}": `));
    keep(await caller.post('/accounts').send({ access_token: `${secrets['accessToken']}x`, login: 'instagram' }));
    keep(await caller.get(`/instagram-dms/${encodeURIComponent(words.dm)}`));
    keep(
      await caller
        .get('/webhook/instagram')
        .query({ 'hub.mode': 'subscribe', 'hub.verify_token': 'no', 'hub.challenge': '1' }),
    );
    keep(
      await caller
        .post('/webhook/instagram')
        .set('x-hub-signature-256', `sha256=${'0'.repeat(64)}`)
        .send({ text: words.dm }),
    );
    keep(await caller.get('/accounts').set('authorization', `Bearer ${secrets['bearer']}x`));
    app.sandbox.deliver({
      object: 'instagram',
      entry: [{ id: app.sandbox.account.igId, messaging: [{ message: words.dm }] }],
    });
    await app.sandbox.idle();
    await look();
  }

  function keep(answer: Response): void {
    // 202 shows the caller their own message: it is no error.
    if (answer.status >= 400) errorAnswers.push(`${JSON.stringify(answer.headers)}${answer.text}`);
  }

  /** Everything that Redis holds, whatever its type. */
  async function look(): Promise<void> {
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      const value =
        type === 'string' ? await redis.get(key)
        : type === 'hash' ? await redis.hgetall(key)
        : type === 'list' ? await redis.lrange(key, 0, -1)
        : type === 'set' ? await redis.smembers(key)
        : type === 'zset' ? await redis.zrange(key, 0, -1)
        : await redis.call('xrange', key, '-', '+'); // prettier-ignore
      seenInRedis.push(`${key} ${JSON.stringify(value)}`);
    }
  }

  const hits = (lines: string[], planted: Record<string, string>): string[] =>
    Object.entries(planted).flatMap(([what, text]) =>
      lines.filter((line) => line.includes(text)).map((line) => `${what}: ${line.slice(0, 400)}`),
    );

  it('was planted: the texts are in the store, and the conversation was lived', async () => {
    const stored = (await scene.dmsOf(customer)).map(({ text }) => text);

    expect(stored).toEqual(expect.arrayContaining([words.dm, words.answer, words.reply, words.failedReply]));
    expect(scene.app.logs.length).toBeGreaterThan(50);
    expect(seenInRedis.length).toBeGreaterThan(20);
    expect(errorAnswers.length).toBeGreaterThanOrEqual(8);
    await eventually(() => expect(scene.app.logs.join('')).toMatch(/"level":"(warn|error)"/));
  });

  it('is in no log line, not at the most talkative level and not of failures', () => {
    expect(hits(scene.app.logs, { ...words, ...secrets })).toEqual([]);
  });

  it('is in nothing that Redis held at any time', () => {
    const cachedProfile = new RegExp(`^${services.redisPrefix}:profile:`);
    const { name, ...texts } = words;

    expect(hits(seenInRedis, { ...texts, ...secrets })).toEqual([]);
    expect(
      hits(
        seenInRedis.filter((line) => !cachedProfile.test(line)),
        { name },
      ),
    ).toEqual([]);
  });

  it('shows of people, that what is remembered of their profile runs out', async () => {
    const keys = await redis.keys(`${services.redisPrefix}:profile:*`);
    const left = await Promise.all(keys.map((key) => redis.ttl(key)));

    expect(left.length).toBeGreaterThan(0);
    for (const seconds of left) {
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(3_600);
    }
  });

  it('is in no error answer', () => {
    const { name, instructions, ...texts } = words;

    expect(hits(errorAnswers, { ...texts, name, instructions, ...secrets })).toEqual([]);
  });

  it('is in no figure for Prometheus', async () => {
    const { text } = await (await scene.app.call(null)).get('/metrics').expect(200);

    expect(hits(text.split('\n'), { ...words, ...secrets })).toEqual([]);
  });

  it('shows of secrets, that the store holds the access token as ciphertext alone', async () => {
    const collections = await scene.db.collections();
    const dump = await Promise.all(collections.map(async (one) => JSON.stringify(await one.find().toArray())));

    expect(hits(dump, secrets)).toEqual([]);
    expect(dump.join('')).toContain(words.dm);
    expect(dump.join('')).not.toMatch(/IGAA|EAA[A-Za-z0-9]{10}/);
  });
});

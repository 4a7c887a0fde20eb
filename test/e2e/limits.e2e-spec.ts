import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request, { type Response } from 'supertest';
import { createApp } from '../../src/app.factory.js';
import { TokenService } from '../../src/auth/index.js';
import { readSettings } from '../../src/config/index.js';
import { appSecret, deliver } from '../support/door.js';
import { useServices } from '../support/services.js';
import { admin, tenant, testSettings } from '../support/test-app.js';

const services = useServices();
const perMinute = 60;
/** Half of it. */
const refusable = 30;

let app: NestFastifyApplication;
let url: string;
let people = 0;

beforeAll(async () => {
  app = await createApp(
    readSettings(
      testSettings(services, {
        ROLE: 'api',
        LOG_LEVEL: 'silent',
        API_RATE_LIMIT_PER_MINUTE: String(perMinute),
        INSTAGRAM_CLIENT_SECRET: appSecret,
        TRUST_PROXY: '127.0.0.1',
      }),
    ),
  );
  const server = app.getHttpServer() as Server & { connectionsCheckingInterval: number };
  expect(server).toMatchObject({ requestTimeout: 30_000, connectionsCheckingInterval: 5_000 });
  // The same a hundred times as fast.
  Object.assign(server, { requestTimeout: 300, headersTimeout: 300, connectionsCheckingInterval: 50 });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
}, 60_000);

afterAll(() => app?.close());

const tokenOf = (userId: string, role: 'user' | 'admin' = 'user') => app.get(TokenService).sign({ userId, role }, 60);
const newcomer = (): string => `newcomer-${++people}`;

function expectTooMany(answer: Response): void {
  expect([answer.status, (answer.body as { code: string }).code]).toEqual([429, 'rate_limited']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
}

describe('a principal', () => {
  const list = (token: string) => request(url).get('/accounts').set('authorization', `Bearer ${token}`);

  it('may ask so often a minute and no oftener, which is nothing to another', async () => {
    const [token, other] = [await tokenOf(newcomer()), await tokenOf(newcomer())];
    for (let n = 0; n < perMinute; n++) await list(token).expect(200);

    expectTooMany(await list(token));

    await list(other).expect(200);
  });

  it('that asks all at once gets no more than that either', async () => {
    const token = await tokenOf(newcomer());
    await list(token).expect(200); // from here on the process knows that there is plenty left

    const answers = await Promise.all(Array.from({ length: 2 * perMinute }, () => list(token)));

    const taken = answers.filter(({ status }) => status === 200).length;
    expect(taken).toBeGreaterThanOrEqual(perMinute - 1);
    // What went in while Redis was counting is at most what was known to be left beyond the half.
    expect(taken).toBeLessThanOrEqual(perMinute * 1.5);
    answers.filter(({ status }) => status !== 200).forEach(expectTooMany);
  });

  it('is counted where a stream is opened too', async () => {
    const token = await tokenOf(newcomer());
    for (let n = 0; n < perMinute; n++) await list(token).expect(200);

    expectTooMany(await request(url).get('/inbox/stream').set('authorization', `Bearer ${token}`));
  });
});

describe('an address', () => {
  const ask = (address: string, token: string, path = '/accounts') =>
    request(url).get(path).set('x-forwarded-for', address).set('authorization', `Bearer ${token}`);
  const logIn = (address: string, token: string) =>
    request(url).post('/admin/queues/session').set('x-forwarded-for', address).type('form').send({ token });
  const forged = 'aaaa.bbbb.cccc';

  it('that brings one refused token after the other is asked to wait, and another is not', async () => {
    for (let n = 0; n < refusable; n++) await ask('198.51.100.1', forged).expect(401);

    expectTooMany(await ask('198.51.100.1', forged));
    expectTooMany(await ask('198.51.100.1', forged, '/inbox/stream'));
    expectTooMany(await ask('198.51.100.1', forged, '/admin/queues'));
    expectTooMany(await logIn('198.51.100.1', forged));
    await ask('198.51.100.2', forged).expect(401);
  });

  it('may try so often in the form of the queue dashboard too, and is told so in its words', async () => {
    for (let n = 0; n < refusable; n++) await logIn('198.51.100.3', forged).expect(401);

    const page = await logIn('198.51.100.3', forged).set('accept', 'text/html').expect(429);
    expect(page.headers['retry-after']).toMatch(/^\d+$/);
    expect(page.text).toContain('Too many tokens from this address were refused.');
  });

  it('still gets in with a good token, and without one is told to bring it', async () => {
    for (let n = 0; n <= refusable; n++) await ask('198.51.100.4', forged);

    await ask('198.51.100.4', await tokenOf(tenant.userId)).expect(200);
    await logIn('198.51.100.4', await tokenOf(admin.userId, 'admin')).expect(303);
    await request(url).get('/accounts').set('x-forwarded-for', '198.51.100.4').expect(401);
  });

  it('that brings old tokens, or none, is told so however often: that is no guessing', async () => {
    const old = await app.get(TokenService).sign({ userId: 'away', role: 'admin' }, -60);
    const bare = (path: string) => request(url).get(path).set('x-forwarded-for', '198.51.100.6');
    for (let n = 0; n <= refusable; n++) {
      const path = ['/accounts', '/inbox/stream', '/admin/queues'][n % 3] ?? '';
      await ask('198.51.100.6', old, path).expect(401);
      await bare(path).expect(401);
      await logIn('198.51.100.6', n % 2 === 0 ? old : ' ').expect(401);
    }

    await ask('198.51.100.6', forged).expect(401);
  });

  it('may guess at tickets for the stream no oftener than at tokens', async () => {
    const guess = () =>
      request(url)
        .get(`/inbox/stream?ticket=${'a'.repeat(32)}`)
        .set('x-forwarded-for', '198.51.100.7');
    for (let n = 0; n < refusable; n++) await guess().expect(401);

    expectTooMany(await guess());
  });

  it('may try 200 forged tokens a minute unless API_RATE_LIMIT_PER_MINUTE says otherwise: one for every route', async () => {
    const env = { ROLE: 'api', LOG_LEVEL: 'silent', API_RATE_LIMIT_PER_MINUTE: '' };
    const other = await createApp(readSettings(testSettings(services, env)));
    try {
      await other.listen(0, '127.0.0.1');
      const at = await other.getUrl();
      const statuses = new Set<number>();
      for (let n = 0; n < 200; n++) {
        const answer = await request(at).get('/accounts').set('authorization', `Bearer ${forged}`);
        statuses.add(answer.status);
      }
      expect([...statuses]).toEqual([401]);
    } finally {
      await other.close();
    }
  });

  it('of IPv6 counts as its network, which is what one customer has', async () => {
    for (let n = 0; n < refusable; n++) await ask(`2001:db8:1:2::${n}`, forged).expect(401);

    expectTooMany(await ask('2001:db8:1:2:ffff::9', forged));
    await ask('2001:db8:1:3::1', forged).expect(401);
  });

  it('that delivers webhooks is never asked to wait, whatever their signature', async () => {
    const delivery = (secret: string) =>
      deliver(url, { object: 'page' }, { secret }).set('x-forwarded-for', '198.51.100.5');
    for (let n = 0; n < 2 * refusable; n++) await delivery('not-the-secret').expect(401);

    await delivery(appSecret).expect(200);
  });
});

describe('a sender that never comes to its end', () => {
  const head =
    'POST /meta/deauthorize HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n';

  it.each([
    ['its head', head],
    ['its body', `${head}\r\n{`],
  ])('of %s is cut off with a 408', async (_what, text) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    // A byte now and then does not buy it more time.
    const trickle = setInterval(() => socket.writable && socket.write('x'), 50);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).on('error', () => undefined);

    await once(socket, 'close');

    clearInterval(trickle);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ success: false, code: 'request_timeout' });
  });
});

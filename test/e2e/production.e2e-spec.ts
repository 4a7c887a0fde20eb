import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { createApp } from '../../src/app.factory.js';
import { TokenService } from '../../src/auth/index.js';
import { readSettings } from '../../src/config/index.js';
import { deliver } from '../support/door.js';
import { useServices } from '../support/services.js';
import { testSettings } from '../support/test-app.js';

jest.setTimeout(60_000);

const services = useServices();
const frontend = 'https://app.example.com';
const settings = {
  ENVIRONMENT: 'production',
  LOG_LEVEL: 'silent',
  ROLE: 'api',
  API_URL: 'https://dm.example.com',
  FRONTEND_URL: frontend,
  JWT_SECRET: randomBytes(32).toString('hex'),
  META_WEBHOOK_VERIFY_TOKEN: randomBytes(16).toString('hex'),
  INSTAGRAM_CLIENT_SECRET: randomBytes(16).toString('hex'),
  METRICS_TOKEN: randomBytes(16).toString('hex'),
  OPENAI_API_KEY: `sk-${randomBytes(16).toString('hex')}`,
};

/** @param logs what is logged goes there */
async function start(env: Record<string, string> = {}, logs: string[] = []): Promise<NestFastifyApplication> {
  const logTo = new PassThrough().on('data', (line: Buffer) => logs.push(line.toString()));
  const app = await createApp(readSettings(testSettings(services, { ...settings, ...env })), { logTo });
  await app.listen(0, '127.0.0.1');
  return app;
}

const preflight = (url: string, origin: string) =>
  request(url)
    .options('/accounts')
    .set('origin', origin)
    .set('access-control-request-method', 'PATCH')
    .set('access-control-request-headers', 'authorization,content-type,idempotency-key');

const deliveryHeaders = ['content-length', 'content-type', 'date', 'x-content-type-options', 'x-request-id'];
/** Those that are about the answer; the others are the connection's. */
const headerNames = ({ headers }: request.Response): string[] =>
  Object.keys(headers)
    .filter((name) => name !== 'connection' && name !== 'keep-alive')
    .sort();

describe('a server in production', () => {
  let app: NestFastifyApplication;
  let url: string;
  const token = (role: 'user' | 'admin') => app.get(TokenService).sign({ userId: 'somebody', role }, 60);

  beforeAll(async () => {
    app = await start();
    url = await app.getUrl();
  });

  afterAll(() => app?.close());

  it.each(['/docs', '/docs/', '/docs-json', '/docs-yaml', '/docs/swagger-ui-init.js'])('has no %s', async (path) => {
    await request(url).get(path).expect(404);
  });

  it('has them where they were switched on', async () => {
    const open = await start({ SWAGGER_ENABLED: 'true' });
    try {
      const documented = await request(await open.getUrl())
        .get('/docs-json')
        .expect(200);
      const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
      expect(documented.body).toMatchObject({ openapi: expect.stringMatching(/^3\./), info: { version } });
      await request(await open.getUrl())
        .get('/docs')
        .expect(200);
    } finally {
      await open.close();
    }
  });

  it('shows its figures to METRICS_TOKEN and to admins alone', async () => {
    const metrics = (bearer?: string) => {
      const asked = request(url).get('/metrics');
      return bearer === undefined ? asked : asked.set('authorization', `Bearer ${bearer}`);
    };

    await metrics().expect(401);
    await metrics('wrong').expect(401);
    await metrics(await token('user')).expect(403);
    await metrics(await token('admin')).expect(200);
    expect((await metrics(settings.METRICS_TOKEN).expect(200)).text).toContain('# HELP');
    await request(url).get('/accounts').set('authorization', `Bearer ${settings.METRICS_TOKEN}`).expect(401);
  });

  it('keeps its queues behind a login', async () => {
    expect((await request(url).get('/admin/queues').set('accept', 'application/json')).status).toBe(401);
    expect((await request(url).get('/admin/queues/api/queues')).status).toBe(401);
  });

  it('tells browsers what they may do with its answers', async () => {
    const { headers } = await request(url).get('/health').expect(200);

    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain('upgrade-insecure-requests');
  });

  it('gives the challenge at the door the same headers: it can be asked for with a browser', async () => {
    const { headers } = await request(url).get('/webhook/instagram').expect(403);

    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    expect(headers).toHaveProperty('content-security-policy');
  });

  it.each(['/webhook/instagram', '/webhook/meta'])(
    'tells no browser anything where Meta delivers: %s',
    async (path) => {
      const body = JSON.stringify({ object: 'instagram', entry: [] });
      const taken = await deliver(url, body, { path, secret: settings.INSTAGRAM_CLIENT_SECRET })
        .set('origin', frontend)
        .expect(200);
      const refused = await deliver(url, body, { path, secret: 'nobodys' }).set('origin', frontend).expect(401);

      expect(headerNames(taken)).toEqual(deliveryHeaders);
      expect(headerNames(refused)).toEqual([...deliveryHeaders, 'www-authenticate'].sort());
      for (const { headers } of [taken, refused]) {
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['content-type']).toBe('application/json; charset=utf-8');
      }
    },
  );

  it('does not say what it is made of', async () => {
    for (const answer of [await request(url).get('/health'), await request(url).get('/nothing-there')]) {
      expect(answer.headers).not.toHaveProperty('x-powered-by');
      expect(answer.headers).not.toHaveProperty('server');
      expect(answer.text).not.toMatch(/nest|fastify|express|node/i);
    }
  });

  describe('called from a browser', () => {
    it('lets the front end in', async () => {
      const { headers } = await preflight(url, frontend);

      expect(headers).toMatchObject({
        'access-control-allow-origin': frontend,
        'access-control-allow-credentials': 'true',
      });
      expect(headers['access-control-allow-methods']?.split(/, ?/)).toEqual(
        expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      );
      expect(headers['access-control-allow-headers']).toContain('idempotency-key');
      const { headers: answered } = await request(url).get('/health').set('origin', frontend);
      expect(answered['access-control-expose-headers']).toContain('retry-after');
    });

    it.each(['https://evil.example', 'http://app.example.com', 'https://app.example.com.evil.example', 'null'])(
      'lets nobody in from %s',
      async (origin) => {
        const asked = await request(url).get('/health').set('origin', origin);

        for (const headers of [(await preflight(url, origin)).headers, asked.headers]) {
          expect(headers).not.toHaveProperty('access-control-allow-origin');
        }
      },
    );
  });

  it('asks every other route for a token', async () => {
    for (const path of [
      '/accounts',
      '/instagram-dms/list',
      '/inbox/conversations',
      '/user-settings',
      '/admin/deliveries',
    ]) {
      const { body, headers } = await request(url).get(path).expect(401);
      expect(body).toMatchObject({ success: false, code: 'unauthenticated' });
      expect(headers['www-authenticate']).toBe('Bearer');
    }
    await request(url)
      .get('/admin/deliveries')
      .set('authorization', `Bearer ${await token('user')}`)
      .expect(403);
  });
});

describe('a server in production that is configured otherwise', () => {
  it.each<[string, string, string[], string[]]>([
    ['whose dashboard has a path', `${frontend}/inbox`, [frontend], ['https://other.example.com']],
    ['without a dashboard', '', [], [frontend, 'http://localhost:5173']],
  ])('%s lets browsers in from there alone', async (_what, FRONTEND_URL, welcome, strangers) => {
    const app = await start({ FRONTEND_URL });
    try {
      const url = await app.getUrl();
      const allowed = async (origin: string) => (await preflight(url, origin)).headers['access-control-allow-origin'];

      for (const origin of welcome) expect(await allowed(origin)).toBe(origin);
      for (const origin of strangers) expect(await allowed(origin)).toBeUndefined();
    } finally {
      await app.close();
    }
  });

  it.each([
    ['staging', 'https://dm.example.com', 1],
    ['staging', 'http://localhost:3000', 0],
    ['production', 'https://dm.example.com', 0],
  ])('in %s at %s warns %i times that its doors are open', async (ENVIRONMENT, API_URL, times) => {
    const logs: string[] = [];
    const app = await start({ ENVIRONMENT, API_URL, LOG_LEVEL: 'info' }, logs);
    await app.close();

    const warnings = logs.filter((line) => line.includes('"level":"warn"') && line.includes('ENVIRONMENT=production'));
    expect(warnings).toHaveLength(times);
  });

  it('says in its log that the webhook was not confirmed, once in a while, and neither token', async () => {
    const logs: string[] = [];
    const app = await start({ LOG_LEVEL: 'info' }, logs);
    try {
      const ask = (token: string) =>
        request(app.getHttpServer())
          .get('/webhook/instagram')
          .query({ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '42' });
      for (let n = 0; n < 20; n++) await ask('what-meta-was-told').expect(403);
      await ask(settings.META_WEBHOOK_VERIFY_TOKEN).expect(200, '42');
    } finally {
      await app.close();
    }

    const told = logs.filter((line) => line.includes('META_WEBHOOK_VERIFY_TOKEN'));
    expect(told.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['warn']);
    expect(logs.filter((line) => line.includes('verify token'))).toEqual([]);
    expect(logs.join('')).not.toContain('what-meta-was-told');
    expect(logs.join('')).not.toContain(settings.META_WEBHOOK_VERIFY_TOKEN);
  });
});

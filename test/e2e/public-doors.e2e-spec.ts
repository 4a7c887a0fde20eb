import request from 'supertest';
import { REDIS, type RedisClient } from '../../src/redis/index.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

const services = useServices();
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({
    services,
    env: { API_RATE_LIMIT_PER_MINUTE: '60', TRUST_PROXY: 'loopback', SWAGGER_ENABLED: 'true' },
  });
});
afterAll(() => app?.stop());

/** How often each status came of so many requests from one address. */
async function statusesOf(path: string, times: number, address: string): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (let n = 0; n < times; n++) {
    const { status } = await request(app.url).get(path).set('x-forwarded-for', address);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe('a door without a token', () => {
  it('answers an address as often a minute as the API answers a person, and tells when to come back', async () => {
    const path = `/meta/data-deletion/${'a'.repeat(32)}`;

    expect(await statusesOf(path, 80, '203.0.113.7')).toEqual({ 404: 60, 429: 20 });

    const refused = await request(app.url).get(path).set('x-forwarded-for', '203.0.113.7').expect(429);
    expect(refused.body).toMatchObject({ success: false, code: 'rate_limited' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await request(app.url).get(path).set('x-forwarded-for', '203.0.113.8').expect(404);
  });

  it('counts a network of IPv6 as one address', async () => {
    const path = '/accounts/oauth/instagram/callback';
    await statusesOf(path, 60, '2001:db8:1:2::1');

    expect(await statusesOf(path, 1, '2001:db8:1:2::2')).toEqual({ 429: 1 });
  });

  it('never refuses Meta’s webhooks, and keeps nobody with a token out', async () => {
    await statusesOf(`/meta/data-deletion/${'b'.repeat(32)}`, 61, '203.0.113.9');

    const webhook = '/webhook/instagram?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1';
    expect(await statusesOf(webhook, 70, '203.0.113.9')).toEqual({ 403: 70 });
    const caller = await app.call({ userId: 'tenant-of-the-same-office', role: 'user' });
    await caller.get('/accounts').set('x-forwarded-for', '203.0.113.9').expect(200);
  });
});

describe('/health', () => {
  it('is answered to whoever asks, and asks the stores once a second at most', async () => {
    const probe = jest.spyOn(app.get<RedisClient>(REDIS as never), 'set');
    const startedAt = performance.now();

    const answers = await Promise.all(Array.from({ length: 200 }, () => request(app.url).get('/health')));

    const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const probes = probe.mock.calls.filter(([key]) => String(key).endsWith(':health')).length;
    expect(probes).toBeGreaterThan(0);
    expect(probes).toBeLessThanOrEqual(seconds + 1);
    probe.mockRestore();
  });
});

describe('an answer with private data', () => {
  it.each([
    '/inbox/conversations',
    '/instagram-dms/list',
    '/accounts',
    '/user-settings',
    '/inbox/blocklist',
    '/no-such',
  ])('is stored by nobody: %s', async (path) => {
    const answer = await (await app.call({ ...tenant, userId: 'reader' })).get(path);

    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('is none of the files of /docs, which browsers keep', async () => {
    const page = await request(app.url).get('/docs/swagger-ui.css').expect(200);

    expect(page.headers['cache-control'] ?? '').not.toContain('no-store');
  });

  it('keeps the token that was typed into /docs, outside production', async () => {
    const script = await request(app.url).get('/docs/swagger-ui-init.js').expect(200);
    expect(script.text).toMatch(/"persistAuthorization":\s*true/);
  });
});

import { connect } from 'node:net';
import request from 'supertest';
import { eventually } from '../support/eventually.js';
import { operationsOf, type OpenApiDocument } from '../support/openapi.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
const frontend = 'https://desk.example.com';
let app: TestApp;
let accountId: string;

beforeAll(async () => {
  const env = { FRONTEND_URL: `${frontend}/inbox`, SWAGGER_ENABLED: 'true' };
  app = await startTestApp({ services, env });
  accountId = await app.connect(tenant.userId, { enabled: false });
  await eventually(async () => {
    const { body } = await (await app.call()).get(`/accounts/${accountId}`);
    expect(body.data.backfill?.state).toBe('done');
  });
}, 60_000);
afterAll(() => app?.stop());

describe('HEAD', () => {
  it('opens no stream, however often it is asked', async () => {
    const call = await app.call();
    for (let n = 0; n < 25; n++) {
      const { status, headers } = await call.head('/inbox/stream');
      expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'GET' });
    }
    const stream = await fetch(`${app.url}/inbox/stream`, {
      headers: { authorization: `Bearer ${await app.token(tenant)}` },
    });
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  });

  it('leaves an OAuth state to the person’s browser', async () => {
    const start = await (await app.call()).get('/accounts/oauth/instagram/start').expect(200);
    const state = new URL(start.body.data.url).searchParams.get('state');
    const callback = `/accounts/oauth/instagram/callback?code=c&state=${encodeURIComponent(state ?? '')}`;
    const cookie = start.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const calls = app.sandbox.calls.length;

    await request(app.url).head(callback).set('cookie', cookie).expect(405);

    expect(app.sandbox.calls).toHaveLength(calls);
    const back = await request(app.url).get(callback).set('cookie', cookie);
    expect(back.headers['location'] ?? back.text).not.toContain('state_used');
  });

  it('asks Meta for nothing and ends, whatever the route', async () => {
    const { body } = await request(app.url).get('/docs-json').expect(200);
    const gets = operationsOf(body as OpenApiDocument).filter(({ method }) => method === 'get');
    const call = await app.call();
    // Renewing the account's token is the worker's, whoever asks for what meanwhile.
    const asked = () => app.sandbox.calls.filter(({ route }) => route !== 'token').length;
    const calls = asked();
    for (const { path } of gets) {
      const id = path.startsWith('/accounts') || path.startsWith('/agent') ? accountId : 'a'.repeat(24);
      const url = path.replace('{login}', 'facebook').replace('{igsid}', '1234567').replace('{index}', '0');
      const { status, text } = await call.head(`${url.replace(/\{\w+\}/, id)}?sync=true`).timeout(5_000);
      expect([200, 400, 403, 404, 405].includes(status)).toBe(true);
      expect([path, text ?? '']).toEqual([path, '']);
    }
    expect(asked()).toBe(calls);
  });

  it('answers for lists and health as GET does, without the body', async () => {
    const call = await app.call();
    for (const path of ['/health/live', '/instagram-dms/list', '/inbox/conversations'])
      expect((await call.head(path).expect(200)).text ?? '').toBe('');
  });
});

describe('an answer to the dashboard’s browser', () => {
  const token = async () => `Bearer ${await app.token(tenant)}`;
  const cases: [status: number, ask: () => Promise<request.Response>][] = [
    [400, async () => request(app.url).get('/instagram-dms/%zz').set('origin', frontend)],
    [401, async () => request(app.url).get('/instagram-dms/list').set('origin', frontend)],
    [404, async () => request(app.url).get('/nothing-there').set('origin', frontend)],
    [405, async () => request(app.url).put('/instagram-dms/list').set('origin', frontend)],
    [405, async () => request(app.url).head('/inbox/stream').set('origin', frontend)],
    [
      414,
      async () =>
        request(app.url)
          .get(`/accounts/${'a'.repeat(600)}`)
          .set('origin', frontend),
    ],
    [
      413,
      async () =>
        request(app.url)
          .post('/instagram-dms/send')
          .set({ origin: frontend, authorization: await token(), 'content-type': 'application/json' })
          .send(JSON.stringify({ text: 'x'.repeat(300_000) })),
    ],
    [
      415,
      async () =>
        request(app.url)
          .post('/instagram-dms/send')
          .set({ origin: frontend, authorization: await token(), 'content-type': 'text/csv' })
          .send('a,b'),
    ],
  ];

  it.each(cases)('may be read by it: %d', async (status, ask) => {
    const answer = await ask();

    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': frontend,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': expect.stringContaining('x-request-id'),
    });
    expect(answer.headers['vary']).toContain('Origin');
  });

  it('may be read also where what was asked is no HTTP', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write('NONSENSE\r\n\r\n');
    const text = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 400/);
    expect(text.toLowerCase()).toContain(`access-control-allow-origin: ${frontend}`);
  });

  it.each(['/instagram-dms/%zz', '/nothing-there', '/health'])('lets no other origin read %s', async (path) => {
    const { headers } = await request(app.url).get(path).set('origin', 'https://evil.example');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('the URL of an attachment', () => {
  it('is stored and sent as it was checked: encoded as a browser would', async () => {
    app.sandbox.customer.sendText('Have you got a menu?');
    const call = await app.call();
    await eventually(async () => expect((await call.get('/instagram-dms/list')).body.total).toBe(1));
    const send = (attachment: object) =>
      call
        .post('/instagram-dms/send')
        .send({ recipient_id: app.sandbox.customer.id, platform_account_id: accountId, attachment });

    const { body } = await send({ type: 'image', url: ' https://bücher.example.com/our menu.png' }).expect(200);
    await send({ type: 'image', payload: { url: 'https://cdn.example.com/a b.png' } }).expect(200);

    const first = 'https://xn--bcher-kva.example.com/our%20menu.png';
    expect(body.stored.attachments[0].url).toBe(first);
    const wires = JSON.stringify(app.sandbox.calls.map((call) => call.body));
    expect(wires).toContain(first);
    expect(wires).toContain('https://cdn.example.com/a%20b.png');
  });

  it('is refused at once, with the field, where it is none', async () => {
    const call = await app.call();
    for (const url of ['https://exa mple.com/a.png', '/a.png', 'https://']) {
      const { body } = await call
        .post('/instagram-dms/send')
        .send({ recipient_id: '1', platform_account_id: accountId, attachment: { type: 'image', url } })
        .expect(400);
      expect(body.details[0].field).toBe('attachment.url');
    }
  });
});

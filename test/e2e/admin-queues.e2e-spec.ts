import request from 'supertest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import mongoose from 'mongoose';
import { startRedis } from '#libs/embedded';
import { createApp } from '../../src/app.factory.js';
import { TokenService } from '../../src/auth/index.js';
import { readSettings } from '../../src/config/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, tenant, testSettings } from '../support/test-app.js';

const services = useServices();

let app: NestFastifyApplication;
let url: string;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;
let adminToken: string;

beforeAll(async () => {
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  app = await createApp(readSettings(testSettings(services, { ROLE: 'api', LOG_LEVEL: 'silent' })));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  adminToken = await app.get(TokenService).sign(admin, 600);
});

afterAll(async () => {
  await app?.close();
  await client?.close();
});

describe('/admin/queues', () => {
  it('asks a browser for a token, and takes it for a cookie that reaches nothing else', async () => {
    const browser = request.agent(url);
    const page = await browser.get('/admin/queues').set('accept', 'text/html').expect(401);
    expect(page.text).toContain('<form method="post" action="/admin/queues/session">');

    const opened = await browser.post('/admin/queues/session').type('form').send({ token: adminToken }).expect(303);
    expect(opened.headers['location']).toBe('/admin/queues');
    expect(opened.headers['set-cookie']?.[0]).toMatch(
      // No longer than the token, which has ten minutes.
      /^queue_dashboard=.*; Path=\/admin\/queues; Max-Age=(600|5\d\d); HttpOnly; SameSite=Strict$/,
    );
    const board = await browser.get('/admin/queues').set('accept', 'text/html').expect(200);
    expect(board.text).toContain('Instagram DMs');
    const queues = (await browser.get('/admin/queues/api/queues').expect(200)).body.queues as { name: string }[];
    expect(queues.map(({ name }) => name)).toEqual(expect.arrayContaining(['deliveries', 'replies', 'outbound']));
    await browser.get('/admin/deliveries').expect(401);
  });

  it('gives a cookie that is no token: neither the API nor its own form takes it', async () => {
    const opened = await request(url)
      .post('/admin/queues/session')
      .type('form')
      .send({ token: adminToken })
      .expect(303);
    const cookie = /^queue_dashboard=([^;]+)/.exec(opened.headers['set-cookie']?.[0] ?? '')?.[1] ?? '';
    await request(url).get('/admin/queues/api/queues').set('cookie', `queue_dashboard=${cookie}`).expect(200);

    for (const path of ['/admin/deliveries', '/accounts', '/inbox/stream', '/admin/queues/api/queues'])
      await request(url).get(path).set('authorization', `Bearer ${cookie}`).expect(401);
    await request(url).post('/admin/queues/session').type('form').send({ token: cookie }).expect(401);
    await request(url).get('/admin/queues').set('cookie', `queue_dashboard=${adminToken}`).expect(401);
  });

  it('refuses what is no admin’s token, in words for people and for programs', async () => {
    const userToken = await app.get(TokenService).sign(tenant, 600);
    for (const [token, status] of [
      ['nonsense', 401],
      [userToken, 403],
      ['', 401],
    ] as const) {
      await request(url).post('/admin/queues/session').type('form').send({ token }).expect(status);
    }
    const answer = await request(url).get('/admin/queues/api/queues').expect(401);
    expect(answer.body).toMatchObject({ success: false, code: 'unauthenticated' });
    await request(url).get('/admin/queues/static/nothing.js').expect(401);
    await request(url).get(`/admin/queues?token=${adminToken}`).expect(401);
  });

  it('takes a Bearer header, and writes down what is done there', async () => {
    const asAdmin = request.agent(url).set('authorization', `Bearer ${adminToken}`);
    await asAdmin.put('/admin/queues/api/queues/deliveries/pause').expect(200);
    await asAdmin.put('/admin/queues/api/queues/deliveries/resume').expect(200);

    const auditLog = client.db(services.databaseName).collection('audit_log');
    await eventually(async () =>
      expect(await auditLog.countDocuments({ actor: admin.userId, action: /^PUT / })).toBe(2),
    );
  });

  it('answers every refusal in the one shape of an error, whoever found the fault', async () => {
    const asAdmin = request.agent(url).set('authorization', `Bearer ${adminToken}`);
    const json = 'application/json';
    const board = '/admin/queues/api/queues';
    const malformed = await asAdmin.put(`${board}/deliveries/pause`).type(json).send('{"a":').expect(400);
    expect(malformed.body).toMatchObject({ success: false, code: 'invalid_request', request_id: expect.any(String) });
    const unknown = await asAdmin.put(`${board}/nonsense/pause`).expect(404);
    expect(unknown.body).toMatchObject({ success: false, code: 'not_found', request_id: expect.any(String) });
    const missing = await asAdmin.get('/admin/queues/static/nothing.js').expect(404);
    expect(missing.body).toMatchObject({ success: false, code: 'not_found', request_id: expect.any(String) });
  });

  it('says no more than that Redis is away when it is', async () => {
    const redis = await startRedis();
    const settings = testSettings(services, { ROLE: 'api', LOG_LEVEL: 'silent', REDIS_URL: redis.url });
    const alone = await createApp(readSettings(settings));
    await alone.listen(0, '127.0.0.1');
    const token = await alone.get(TokenService).sign(admin, 600);
    const asAdmin = request.agent(await alone.getUrl()).set('authorization', `Bearer ${token}`);
    await asAdmin.get('/admin/queues/api/queues').expect(200);

    await redis.kill();
    const answers = [
      await asAdmin.get('/admin/queues/api/queues'),
      await asAdmin.put('/admin/queues/api/queues/deliveries/pause'),
    ];
    await redis.start();
    await eventually(() => asAdmin.get('/admin/queues/api/queues').expect(200));
    await alone.close();
    await redis.stop();

    for (const { status, body } of answers) {
      expect(status).toBe(503);
      const error = 'Redis is not reachable right now.';
      expect(body).toEqual({ success: false, error, code: 'unavailable', request_id: expect.any(String) });
    }
  });

  it('answers with a slash behind as without', async () => {
    const asAdmin = request.agent(url).set('authorization', `Bearer ${adminToken}`);
    await request(url).get('/admin/queues/').expect(401);
    expect((await asAdmin.get('/admin/queues/').expect(200)).text).toContain('Instagram DMs');
  });
});

import mongoose from 'mongoose';
import request from 'supertest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock } from '#libs/clock';
import { createApp } from '../../src/app.factory.js';
import { TokenService } from '../../src/auth/index.js';
import { readSettings } from '../../src/config/index.js';
import { DeadLettersRepository, JobQueueService } from '../../src/queue/index.js';
import { DeliveryLogRepository, DeliveryScrubbingRepository } from '../../src/deliveries/index.js';
import { DeliverySweeperService } from '../../src/deliveries/delivery-sweeper.service.js';
import { DeliveryDispatcherService } from '../../src/deliveries/delivery-dispatcher.service.js';
import { appSecret, deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, tenant, testSettings } from '../support/test-app.js';

const services = useServices();
const igId = '17841400000000081';

let app: NestFastifyApplication;
let url: string;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;
let accountId: string;
let adminToken: string;

const collection = (name: string) => client.db(services.databaseName).collection(name);
const asAdmin = () => request.agent(url).set('authorization', `Bearer ${adminToken}`);
const waitingJobs = () => app.get(JobQueueService).queue('deliveries').getWaitingCount();

beforeAll(async () => {
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  accountId = await insertAccount(services.databaseUrl, services.databaseName, igId);
  const env = { ROLE: 'api', LOG_LEVEL: 'silent', INSTAGRAM_CLIENT_SECRET: appSecret };
  app = await createApp(readSettings(testSettings(services, env)));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  adminToken = await app.get(TokenService).sign(admin, 600);
});

afterAll(async () => {
  await app?.close();
  await client?.close();
});

beforeEach(async () => {
  for (const name of ['webhook_deliveries', 'dead_letters', 'audit_log']) await collection(name).deleteMany({});
  await app.get(JobQueueService).queue('deliveries').empty();
});

describe('/admin/deliveries', () => {
  it('lists what came in, newest first, page by page', async () => {
    for (let n = 0; n < 5; n++) await deliver(url, deliveryOf(igId, [textEvent(igId, `text ${n}`)])).expect(200);

    const first = await asAdmin().get('/admin/deliveries?limit=3').expect(200);
    const second = await asAdmin().get(`/admin/deliveries?limit=3&cursor=${first.body.next_cursor}`).expect(200);

    const ids = [...first.body.data, ...second.body.data].map(({ _id }: { _id: string }) => _id);
    expect(ids).toHaveLength(5);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(second.body.next_cursor).toBeNull();
    expect(first.body.data[0]).toMatchObject({ state: 'received', events: 1, account_ids: [accountId], attempts: 0 });
    expect(first.body.data[0]).not.toHaveProperty('payload');
  });

  it('filters by state, account and time', async () => {
    await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
    await deliver(url, { object: 'instagram', entry: [{ messaging: [{ odd: {} }] }] }).expect(200);
    const count = async (query: string): Promise<number> =>
      (await asAdmin().get(`/admin/deliveries?${query}`).expect(200)).body.data.length as number;

    expect(await count('state=parked')).toBe(1);
    expect(await count('state=received')).toBe(1);
    expect(await count('state=stored')).toBe(0);
    expect(await count(`account_id=${accountId}`)).toBe(1);
    expect(await count(`since=${new Date(Date.now() - 60_000).toISOString()}`)).toBe(2);
    expect(await count(`since=${new Date(Date.now() + 60_000).toISOString()}`)).toBe(0);
  });

  it('shows one as it came and as it is understood, unknown fields by name', async () => {
    const body = deliveryOf(igId, [
      { ...textEvent(igId, 'hello', 'mid-shown'), brand_new: { a: 1 } },
      { sender: { id: '1' }, recipient: { id: igId }, unheard_of: { mid: 'mid-odd' } },
    ]);
    await deliver(url, body).expect(200);
    const { _id } = (await asAdmin().get('/admin/deliveries')).body.data[0];

    const { data } = (await asAdmin().get(`/admin/deliveries/${_id}`).expect(200)).body;

    expect(data.payload).toEqual(body);
    expect(data.decoded).toMatchObject([
      { kind: 'message', mid: 'mid-shown', unknown_fields: ['brand_new'] },
      { kind: 'unknown', mid: 'mid-odd', reason: 'unknown_kind' },
    ]);
  });

  it('replays one: it is open again and a job has it, and who asked is written down', async () => {
    await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
    const { _id } = (await asAdmin().get('/admin/deliveries')).body.data[0];
    await app.get(DeliveryLogRepository).markStored([_id]);
    await app.get(JobQueueService).queue('deliveries').empty();

    const answer = await asAdmin().post(`/admin/deliveries/${_id}/replay`).expect(200);

    expect(answer.body).toMatchObject({ success: true, data: { _id, state: 'received' }, handed_over: true });
    expect(await waitingJobs()).toBe(1);
    const trail = await asAdmin().get('/admin/audit-log').expect(200);
    expect(trail.body.data).toMatchObject([
      { actor: admin.userId, action: 'POST /admin/deliveries/:id/replay', target: { id: _id }, status: 200 },
    ]);
  });

  it('is for admins, and says 404 and 400 where they belong', async () => {
    const userToken = await app.get(TokenService).sign(tenant, 600);
    for (const path of ['/admin/deliveries', '/admin/dead-letters', '/admin/audit-log', '/admin/queues']) {
      await request(url).get(path).expect(401);
      await request(url).get(path).set('authorization', `Bearer ${userToken}`).expect(403);
    }
    for (const id of ['665f1c2e9b1e8a0012345678', 'nonsense', '%24ne']) {
      await asAdmin().get(`/admin/deliveries/${id}`).expect(404);
      await asAdmin().post(`/admin/deliveries/${id}/replay`).expect(404);
    }
    for (const query of [
      'state=gone',
      'limit=0',
      'limit=101',
      'cursor=x',
      'since=yesterday',
      'account_id[$ne]=1',
      'state=parked&state=stored',
      'extra=1',
    ]) {
      await asAdmin().get(`/admin/deliveries?${query}`).expect(400);
    }
  });
});

describe('the sweep', () => {
  const sweep = () =>
    new DeliverySweeperService(
      app.get(DeliveryLogRepository), app.get(DeliveryDispatcherService), app.get(JobQueueService), app.get(DeadLettersRepository), app.get(Clock),
    ).sweep(new AbortController().signal); // prettier-ignore

  it('hands over what no job has done, looks later and later, and leaves what is young', async () => {
    for (let n = 0; n < 3; n++) await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
    await app.get(JobQueueService).queue('deliveries').empty(); // as FLUSHALL would
    await sweep();
    expect(await waitingJobs()).toBe(0);

    await collection('webhook_deliveries').updateMany({}, { $set: { due_at: new Date(0) } });
    await sweep();
    expect(await waitingJobs()).toBe(1);
    const [job] = await app.get(JobQueueService).queue('deliveries').getWaiting();
    expect(job?.data.delivery_ids).toHaveLength(3);
    const [delivery] = await collection('webhook_deliveries').find().toArray();
    expect(delivery).toMatchObject({ attempts: 1, handed_at: expect.any(Date) });
    expect(delivery?.['due_at'].getTime()).toBeGreaterThan(Date.now() + 5_000);
    await sweep();
    expect(await waitingJobs()).toBe(1);
  });

  it('parks what fails again and again, with a dead letter that brings it back', async () => {
    await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
    const { _id } = (await asAdmin().get('/admin/deliveries')).body.data[0];
    for (let n = 0; n < 10; n++) await app.get(DeliveryLogRepository).markFailed(_id, 'it can not be stored');
    await collection('webhook_deliveries').updateMany({}, { $set: { due_at: new Date(0) } });
    await sweep();
    await sweep();

    expect((await asAdmin().get('/admin/deliveries?state=parked')).body.data).toMatchObject([{ _id, failures: 10 }]);
    const letters = (await asAdmin().get('/admin/dead-letters?kind=delivery').expect(200)).body.data;
    expect(letters).toMatchObject([
      { reason: 'not_storable', error: 'it can not be stored', payload: { delivery_id: _id }, state: 'open' },
    ]);

    await asAdmin().post(`/admin/dead-letters/${letters[0]._id}/replay`).expect(200);
    expect((await asAdmin().get('/admin/deliveries?state=received')).body.data).toMatchObject([{ _id, failures: 0 }]);
  });

  it('never parks what only waits in a long queue', async () => {
    await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
    await collection('webhook_deliveries').updateMany({}, { $set: { due_at: new Date(0), attempts: 29 } });
    const jobs = Array.from({ length: 200 }, () => ({ name: 'store-deliveries', data: { v: 1, delivery_ids: [] } }));
    await app.get(JobQueueService).queue('deliveries').addBulk(jobs);
    await sweep();

    expect((await asAdmin().get('/admin/deliveries?state=received')).body.data).toMatchObject([{ attempts: 29 }]);
  });
});

describe('/admin/dead-letters', () => {
  const letters = () => app.get(DeadLettersRepository);

  it('lists, pages without losing letters of the same instant, and shows one', async () => {
    const at = new Date();
    for (let n = 0; n < 5; n++)
      await letters().record({ kind: 'job', subject: 'fetch-profile', reason: 'job_failed', payload: { n } });
    await collection('dead_letters').updateMany({}, { $set: { created_at: at } });

    const first = (await asAdmin().get('/admin/dead-letters?limit=2').expect(200)).body;
    const second = (await asAdmin().get(`/admin/dead-letters?limit=2&cursor=${first.next_cursor}`).expect(200)).body;
    const third = (await asAdmin().get(`/admin/dead-letters?limit=2&cursor=${second.next_cursor}`).expect(200)).body;

    const seen = [first, second, third].flatMap(({ data }) => data as { _id: string }[]).map(({ _id }) => _id);
    expect(new Set(seen).size).toBe(5);
    expect((await asAdmin().get(`/admin/dead-letters/${seen[0]}`).expect(200)).body.data).toMatchObject({
      subject: 'fetch-profile',
    });
    await asAdmin().get('/admin/dead-letters/665f1c2e9b1e8a0012345678').expect(404);
    await asAdmin().get('/admin/dead-letters?kind=love').expect(400);
  });

  it('replays a failed job once, however often the button is pressed', async () => {
    const payload = { delivery_ids: ['665f1c2e9b1e8a0012345678'] };
    await letters().record({ kind: 'job', subject: 'store-deliveries', reason: 'job_failed', payload });
    const { _id } = (await asAdmin().get('/admin/dead-letters')).body.data[0];

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => asAdmin().post(`/admin/dead-letters/${_id}/replay`)),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers[0]?.body.data).toMatchObject({ state: 'replayed', replayed_by: admin.userId });
    expect(await waitingJobs()).toBe(1);
    expect(await collection('audit_log').countDocuments({ action: 'POST /admin/dead-letters/:id/replay' })).toBe(5);
  });

  it('opens a letter again when its replay can not be started', async () => {
    await letters().record({ kind: 'job', subject: 'a-job-of-long-ago', reason: 'job_failed', payload: {} });
    const { _id } = (await asAdmin().get('/admin/dead-letters')).body.data[0];

    await asAdmin().post(`/admin/dead-letters/${_id}/replay`).expect(409);

    expect((await asAdmin().get(`/admin/dead-letters/${_id}`)).body.data).toMatchObject({ state: 'open' });
  });

  it('says of each letter when it goes, which a replay puts off', async () => {
    const payload = { delivery_ids: ['665f1c2e9b1e8a0012345678'] };
    await letters().record({ kind: 'job', subject: 'store-deliveries', reason: 'job_failed', payload });
    const updated_at = new Date('2026-01-02T03:04:05.000Z');
    await collection('dead_letters').updateMany({}, { $set: { created_at: updated_at, updated_at } });

    const [letter] = (await asAdmin().get('/admin/dead-letters').expect(200)).body.data;
    const replayed = (await asAdmin().post(`/admin/dead-letters/${letter._id}/replay`).expect(200)).body.data;

    expect(letter).toMatchObject({ kept_until: '2026-04-02T03:04:05.000Z' });
    expect(Date.parse(replayed.kept_until) - Date.parse(replayed.updated_at)).toBe(90 * 86_400_000);
    expect(Date.parse(replayed.updated_at)).toBeGreaterThan(updated_at.getTime());
  });

  it('keeps one letter for a DM that fails again, and forgets it with the DM', async () => {
    const letter = {
      kind: 'send',
      subject: 'send-conversation',
      reason: 'outside_window',
      payload: { dm_id: 'x1' },
    } as const;
    await letters().record(letter);
    await letters().record({ ...letter, reason: 'no_recipient' });
    expect((await asAdmin().get('/admin/dead-letters')).body.data).toMatchObject([{ reason: 'no_recipient' }]);

    await letters().removeAbout(['x1']);
    expect((await asAdmin().get('/admin/dead-letters')).body.data).toEqual([]);
  });
});

describe('what grows', () => {
  it.each([
    ['webhook_deliveries', 'stored_at', 30],
    ['dead_letters', 'updated_at', 90],
    ['audit_log', 'at', 400],
  ])('in %s goes by its %s after as many days as the settings say', async (name, field, days) => {
    const indexes = await collection(name).indexes();
    const expiring = indexes.filter((index) => index['expireAfterSeconds'] !== undefined);

    expect(expiring).toMatchObject([{ key: { [field]: 1 }, expireAfterSeconds: days * 86_400 }]);
  });
});

describe('/metrics and /health', () => {
  it('tells Prometheus how things stand, looked up when it asks', async () => {
    await deliver(url, deliveryOf(igId, [textEvent(igId)])).expect(200);
    await app.get(DeadLettersRepository).record({ kind: 'job', subject: 'x', reason: 'job_failed', payload: {} });
    await eventually(async () => expect(await waitingJobs()).toBe(1));

    const answer = await request(url).get('/metrics').expect(200);

    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.text).toMatch(/^dm_webhook_deliveries_total\{outcome="accepted"\} \d+$/m);
    expect(answer.text).toMatch(/^dm_queue_jobs\{queue="deliveries",state="waiting"\} 1$/m);
    expect(answer.text).toMatch(/^dm_queue_oldest_seconds\{queue="deliveries"\} [\d.]+$/m);
    expect(answer.text).toMatch(/^dm_backlog\{kind="deliveries"\} 1$/m);
    expect(answer.text).toMatch(/^dm_backlog\{kind="dead_letters"\} 1$/m);
    expect(answer.text).toMatch(/route="\/webhook\/instagram"/);
  });

  it('says it is well, alive and ready', async () => {
    const health = await request(url).get('/health').expect(200);
    expect(health.body).toMatchObject({
      status: 'healthy',
      service: 'Instagram DM API',
      parts: { mongodb: { status: 'up' }, redis: { status: 'up' } },
    });
    await request(url).get('/health/live').expect(200, { status: 'alive' });
    await request(url).get('/health/ready').expect(200);
  });
});

describe('DeliveryLogRepository', () => {
  it('takes back what people wrote, whoever rewrites the same delivery at the same time', async () => {
    const events = Array.from({ length: 6 }, (_, n) => textEvent(igId, `secret ${n}`, `mid-scrub-${n}`));
    await deliver(url, deliveryOf(igId, events)).expect(200);
    const id = String((await collection('webhook_deliveries').findOne())?._id);
    const log = app.get(DeliveryLogRepository);
    const scrubbing = app.get(DeliveryScrubbingRepository);

    await Promise.all(Array.from({ length: 5 }, (_, n) => scrubbing.scrubMessages([id], [`mid-scrub-${n}`])));

    const { payload } = (await log.find(id)) ?? { payload: '' };
    expect(payload.match(/secret \d/g)).toEqual(['secret 5']);
    expect(payload.match(/mid-scrub-\d/g)).toHaveLength(6);
    for await (const named of scrubbing.scrubPerson(accountId, '6000000000000001')) expect(named).toBeGreaterThan(0);
    expect((await log.find(id))?.payload).not.toContain('6000000000000001');
  });

  it('answers its queries from an index, without sorting', async () => {
    const explain = async (filter: object, sort: Record<string, 1 | -1>) =>
      JSON.stringify(
        (await collection('webhook_deliveries').find(filter).sort(sort).explain('queryPlanner'))['queryPlanner'][
          'winningPlan'
        ],
      );

    for (const plan of [
      await explain({ unfinished: true, state: 'received', due_at: { $lte: new Date() } }, { _id: 1 }),
      await explain({ unfinished: true, state: 'parked' }, { _id: -1 }),
      await explain({ account_ids: accountId }, { _id: -1 }),
    ]) {
      expect(plan).toContain('IXSCAN');
      expect(plan).not.toContain('"SORT"');
    }
  });
});

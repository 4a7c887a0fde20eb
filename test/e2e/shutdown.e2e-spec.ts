import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import mongoose from 'mongoose';
import request from 'supertest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { signBody } from '#libs/graph-api';
import { createApp } from '../../src/app.factory.js';
import { readSettings } from '../../src/config/index.js';
import { appSecret, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { testSettings, startTestApp, tenant } from '../support/test-app.js';

const services = useServices();
const igId = '17841400000000091';

let client: InstanceType<typeof mongoose.mongo.MongoClient>;

beforeAll(async () => {
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  await insertAccount(services.databaseUrl, services.databaseName, igId);
});
afterAll(() => client?.close());

async function start(env: Record<string, string> = {}): Promise<{ app: NestFastifyApplication; url: string }> {
  const settings = { LOG_LEVEL: 'silent', INSTAGRAM_CLIENT_SECRET: appSecret, AGENT_ENABLED: 'false', ...env };
  const app = await createApp(readSettings(testSettings(services, settings)));
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

interface Sent {
  mid: string;
  status?: number;
  /** The error's code, when there was no answer. */
  error?: string;
}

/** Delivers over a few kept connections without a pause until it is told to stop or nobody listens any more. */
function deliverWithoutPause(
  url: string,
  connections: number,
): { sent: Sent[]; stopped: Promise<unknown>; stop(): void } {
  const sent: Sent[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let going = true;
  const loop = async (): Promise<void> => {
    while (going) {
      const event = textEvent(igId);
      const raw = JSON.stringify(deliveryOf(igId, [event]));
      const entry: Sent = { mid: event.message.mid };
      sent.push(entry);
      try {
        const post = request(url).post('/webhook/instagram').agent(agent).set('content-type', 'application/json');
        entry.status = (await post.set('x-hub-signature-256', signBody(raw, appSecret)).send(raw)).status;
      } catch (error) {
        // supertest makes "ECONNRESET: Connection reset by peer" of what has the code.
        const { code, message } = error as Error & { code?: string };
        entry.error = code ?? /^(\w+): /.exec(message)?.[1] ?? message;
        going = false;
      }
    }
  };
  const stopped = Promise.all(Array.from({ length: connections }, loop)).finally(() => agent.destroy());
  return { sent, stopped, stop: () => (going = false) };
}

describe.each(['api', 'all'])('stopping a process of role %s under load', (ROLE) => {
  it('answers what it has accepted, loses nothing it said 200 to, and is gone in time', async () => {
    const { app, url } = await start({ ROLE });
    const load = deliverWithoutPause(url, 8);
    await eventually(() => expect(load.sent.filter(({ status }) => status === 200).length).toBeGreaterThan(50));

    const startedAt = performance.now();
    await app.close();
    const tookMs = performance.now() - startedAt;
    load.stop();
    await load.stopped;

    expect(tookMs).toBeLessThan(3_000);
    const refused = load.sent.filter(({ status }) => status !== 200);
    expect(refused.filter(({ error }) => error !== 'ECONNREFUSED' && error !== 'ECONNRESET')).toEqual([]);
    const kept = await client.db(services.databaseName).collection('webhook_deliveries').find().toArray();
    const text = kept.map(({ payload }) => String(payload)).join('');
    expect(load.sent.filter(({ mid, status }) => status === 200 && !text.includes(mid))).toEqual([]);
    // A connection that was reset had nothing accepted on it: what was taken was also answered.
    const reset = load.sent.filter(({ error }) => error === 'ECONNRESET');
    expect(reset.filter(({ mid }) => text.includes(mid))).toEqual([]);
  }, 30_000);
});

it('is not held up by connections that nobody uses, or uses no more', async () => {
  const { app, url } = await start({ ROLE: 'api' });
  const agent = new Agent({ keepAlive: true });
  await request(url).get('/health/live').agent(agent).expect(200);
  const unused = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  await once(unused, 'connect');

  const startedAt = performance.now();
  await app.close();

  expect(performance.now() - startedAt).toBeLessThan(2_000);
  agent.destroy();
}, 30_000);

it('tells a dashboard whose message waits for Meta where it stands, instead of waiting on', async () => {
  const testApp = await startTestApp({ services, env: { LOG_LEVEL: 'silent', SHUTDOWN_GRACE_MS: '10000' } });
  const { sandbox } = testApp;
  const accountId = await testApp.connect(tenant.userId, { enabled: false });
  const dms = client.db(services.databaseName).collection('instagram_dms');
  await sandbox.customer.sendText('hello').delivered;
  await eventually(async () => expect(await dms.countDocuments({ platform_account_id: accountId })).toBe(1));
  sandbox.faults.add({ route: 'send', mode: 'error', error: 'rate_limit' });
  const caller = await testApp.call();
  const body = { recipient_id: sandbox.customer.id, platform_account_id: accountId, message_text: 'on its way' };
  const asked = caller
    .post('/instagram-dms/send')
    .send(body)
    .then((answer) => answer);
  await eventually(async () => expect(await dms.countDocuments({ held_reason: 'meta_limit' })).toBe(1));

  const startedAt = performance.now();
  await testApp.app.close();

  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect([202, 429]).toContain((await asked).status);
  expect(await dms.countDocuments({ text: 'on its way', status: 'queued' })).toBe(1);
  await sandbox.stop();
}, 30_000);

describe('a process of role worker', () => {
  it('answers for its health and figures and for nothing else', async () => {
    const { app, url } = await start({ ROLE: 'worker' });
    try {
      await request(url).get('/health').expect(200);
      await request(url).get('/health/ready').expect(200);
      await request(url).get('/metrics').expect(200);
      for (const path of [
        '/webhook/instagram',
        '/admin/queues',
        '/admin/deliveries',
        '/inbox/conversations',
        '/accounts',
      ]) {
        await request(url).get(path).expect(404);
      }
    } finally {
      await app.close();
    }
  }, 30_000);
});

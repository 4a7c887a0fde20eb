import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import { MovableClock } from '#libs/clock';
import { AlertWebhookService } from '../../src/accounts/alerts/alert-webhook.service.js';
import { AccountDirectoryService, AccountHealthService, AlertsService } from '../../src/accounts/index.js';
import { Secret, type AppConfig } from '../../src/config/index.js';
import { SchedulerService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

interface Notice {
  headers: Record<string, unknown>;
  body: string;
  data: { kind: string; status: string; account_id: string; text: string };
}

const hourMs = 3_600_000;
/** What Standard Webhooks hands out; its libraries take the bytes that the base64 stands for. */
const key = Buffer.from('twenty-four bytes of key');
const secret = `whsec_${key.toString('base64')}`;
const services = useServices();
const clock = new MovableClock();
const got: Notice[] = [];
/** How the receiver answers its next posts; 204 when there is no more. */
let answers: (number | Promise<number>)[] = [];
let receiver: Server;
let hook: string;
let mongo: mongoose.mongo.MongoClient;
let app: TestApp;
let accountId: string;

const signatureOf = ({ headers, body }: Notice, by: Buffer): string => {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', by).update(signed).digest('base64')}`;
};
const told = () => got.map(({ data: { kind, status } }) => `${kind} ${status}`);
const deliverDue = () => app.get(AlertsService).deliverDue(AbortSignal.timeout(5_000));
/** Everything was told, and nobody is telling anything. */
const allTold = () =>
  eventually(async () => {
    await deliverDue();
    const open = { $or: [{ undelivered: true }, { claimed_until: { $exists: true } }] };
    expect(await mongo.db(services.databaseName).collection('alerts').countDocuments(open)).toBe(0);
  });
const breakToken = () => app.get(AccountHealthService).markNeedsReauth(accountId, 'Session has expired');
const account = async () =>
  ((await (await app.call()).get(`/accounts/${accountId}`).expect(200)).body as { data: Record<string, unknown> }).data;
const after = async (ms: number) => {
  clock.advance(ms);
  await app.get(SchedulerService).runDue();
};

beforeAll(async () => {
  mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  receiver = createServer((request, reply) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { data } = JSON.parse(body) as Pick<Notice, 'data'>;
      got.push({ headers: request.headers, body, data });
      void Promise.resolve(answers.shift() ?? 204).then((status) => reply.writeHead(status).end());
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const env = { ALERT_WEBHOOK_URL: hook, ALERT_WEBHOOK_SECRET: secret };
  app = await startTestApp({ services, clock, env, sandboxOptions: { clock } });
}, 60_000);
afterAll(async () => {
  await app?.stop();
  receiver.close().closeAllConnections();
  await mongo.close();
});
beforeEach(async () => {
  accountId = await app.connect(undefined, { enabled: false });
  await allTold();
  got.length = 0;
  answers = [];
  app.sandbox.faults.clear();
});

it('posts an alert once however many notice, and tries again until it is taken', async () => {
  answers = [500];

  await Promise.all([1, 2, 3].map(breakToken));
  await eventually(() => expect(got).toHaveLength(1));
  await eventually(async () => {
    await after(10_000);
    expect(got).toHaveLength(2);
  });
  await deliverDue();

  expect(told()).toEqual(['needs_reauth firing', 'needs_reauth firing']);
  expect(got[1]?.headers['webhook-id']).toBe(got[0]?.headers['webhook-id']);
  expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({
    type: 'account.needs_reauth',
    data: { account_id: accountId, text: expect.stringContaining(app.sandbox.account.username) as string },
  });
  expect(await account()).toMatchObject({ status: 'needs_reauth', alerts: [{ kind: 'needs_reauth' }] });
});

it('signs as the libraries of Standard Webhooks check it: a whsec_ secret is base64', async () => {
  await breakToken();
  await eventually(() => expect(got).toHaveLength(1));

  expect(got[0]?.headers['webhook-signature']).toBe(signatureOf(got[0] as Notice, key));
});

it('signs with the text itself of any other secret', async () => {
  const own = 'a-secret-for-alerts-0123';
  const settings = { ALERT_WEBHOOK_URL: hook, ALERT_WEBHOOK_SECRET: new Secret(own) } as AppConfig;
  const now = clock.date();

  await new AlertWebhookService(settings, clock).post({
    ...{ _id: 'needs_reauth:1', kind: 'needs_reauth', account_id: '1', text: 'Connect again.' },
    ...{ raised_at: now, times: 1, attempts: 0 },
  });

  expect(got[0]?.headers['webhook-signature']).toBe(signatureOf(got[0] as Notice, Buffer.from(own)));
});

it('tells once that an alert is resolved, signed, under an id of its own', async () => {
  await breakToken();
  await eventually(() => expect(got).toHaveLength(1));

  for (let n = 0; n < 2; n++) await app.connect(undefined, { enabled: false });
  await allTold();

  expect(told()).toEqual(['needs_reauth firing', 'needs_reauth resolved']);
  expect(got[1]?.headers['webhook-id']).toBe(`${String(got[0]?.headers['webhook-id'])}:resolved`);
  expect(got[1]?.headers['webhook-signature']).toBe(signatureOf(got[1] as Notice, key));
  expect(got[1]?.data).toEqual({ ...got[0]?.data, status: 'resolved', text: `Resolved: ${got[0]?.data.text}` });
  expect(await account()).toMatchObject({ status: 'active', alerts: [] });
});

it('tells it after the alert itself, however slow the receiver is', async () => {
  let answer: (status: number) => void = () => undefined;
  answers = [new Promise((resolve) => (answer = resolve))];
  await breakToken();
  await eventually(() => expect(got).toHaveLength(1));

  await app.connect(undefined, { enabled: false });
  await deliverDue();
  expect(told()).toEqual(['needs_reauth firing']);
  answer(204);
  await allTold();

  expect(told()).toEqual(['needs_reauth firing', 'needs_reauth resolved']);
});

it('resolves everything that stood when the account is disconnected', async () => {
  await breakToken();
  await (await app.call()).delete(`/accounts/${accountId}`).expect(200);
  await allTold();

  expect(told().at(-1)).toBe('needs_reauth resolved');
});

describe('an account that Meta blocked', () => {
  const send = async (text: string) => {
    const guest = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
    guest.sendText('Hello?', { webhook: false });
    const recipient_id = guest.idFor(app.sandbox.account);
    await (
      await app.call()
    )
      .post('/instagram-dms/send')
      .send({ recipient_id, message_text: text, platform_account_id: accountId });
  };
  const accepted = () => app.sandbox.sends.map(({ text }) => text);

  beforeEach(async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'policy_block', count: 1 });
    await send('Blocked');
    await eventually(async () => expect(await account()).toMatchObject({ alerts: [{ kind: 'account_blocked' }] }));
  });

  it('has its alert cleared by the first send that Meta takes after the pause, and not before', async () => {
    await app.get(AccountHealthService).noteAccepted(accountId); // one that was under way when the block came
    expect(await account()).toMatchObject({ alerts: [{ kind: 'account_blocked' }] });

    await after(hourMs + 1_000);

    await eventually(async () => {
      await after(1_000);
      expect(await account()).toMatchObject({ alerts: [] });
    });
    expect(accepted()).toContain('Blocked');
    expect(await account()).not.toHaveProperty('sends_paused_until');
    await allTold();
    expect(told()).toEqual(['account_blocked firing', 'account_blocked resolved']);
  });

  it('sends on as soon as somebody ends the pause', async () => {
    const sent = accepted().length;
    await after(120_000);
    expect(accepted()).toHaveLength(sent);

    const answer = await (await app.call()).patch(`/accounts/${accountId}`).send({ sends_paused: false }).expect(200);

    expect(answer.body.data).not.toHaveProperty('sends_paused_until');
    expect(await account()).toMatchObject({ alerts: [] });
    await after(120_000);
    await eventually(() => expect(accepted()).toHaveLength(sent + 1));
    expect((await app.get(AccountDirectoryService).get(accountId))?.sends_paused_until).toBeUndefined();
  });
});

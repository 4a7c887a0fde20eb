import { randomBytes, randomUUID } from 'node:crypto';
import mongoose, { Types, type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { rotateStoredTokens } from '../accounts/index.js';
import { systemScope } from '../auth/index.js';
import { Secret } from '../config/index.js';
import { TransactionsService } from '../database/index.js';
import { EndpointSecretsService } from './endpoints/endpoint-secrets.service.js';
import {
  WEBHOOK_ENDPOINT,
  WebhookEndpointSchema,
  type WebhookEndpointRecord,
} from './endpoints/webhook-endpoint.schema.js';
import { endpointSecretsOver, WebhookEndpointsRepository } from './endpoints/webhook-endpoints.repository.js';
import {
  ENDPOINT_MESSAGE,
  EndpointMessageSchema,
  type EndpointMessageRecord,
} from './messages/endpoint-message.schema.js';
import {
  EndpointMessagesRepository,
  type EndpointMessage,
  type NewEndpointMessage,
} from './messages/endpoint-messages.repository.js';
import {
  RELAY_CURSOR,
  RelayCursorRepository,
  RelayCursorSchema,
  type RelayCursorRecord,
} from './relay/relay-cursor.repository.js';

const services = useServices();
const clock = new MovableClock();
const claimMs = 60_000;

let connection: Connection;
let transactions: TransactionsService;
let endpoints: WebhookEndpointsRepository;
let messages: EndpointMessagesRepository;
let cursors: RelayCursorRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
  transactions = new TransactionsService(connection, { end: () => Promise.resolve() } as never);
  const endpointModel = connection.model<WebhookEndpointRecord>(WEBHOOK_ENDPOINT, WebhookEndpointSchema);
  const messageModel = connection.model<EndpointMessageRecord>(ENDPOINT_MESSAGE, EndpointMessageSchema);
  await Promise.all([endpointModel.createIndexes(), messageModel.createIndexes()]);
  endpoints = new WebhookEndpointsRepository(endpointModel, clock);
  messages = new EndpointMessagesRepository(messageModel, clock);
  cursors = new RelayCursorRepository(connection.model<RelayCursorRecord>(RELAY_CURSOR, RelayCursorSchema));
  await cursors.ensure();
});
afterAll(() => connection?.close());

async function newEndpoint(sealed = 'sealed'): Promise<string> {
  const _id = new Types.ObjectId().toHexString();
  const fields = { url: 'https://example.com/', event_types: ['message' as const], description: '', enabled: true };
  const endpoint = { _id, user_id: randomUUID(), ...fields, since: '', secrets: [{ sealed }] };
  await transactions.run((session) => endpoints.insert(session, endpoint));
  return _id;
}

const about = (endpoint_id: string, event_id: string = randomUUID()): NewEndpointMessage => ({
  endpoint_id,
  user_id: 'tenant',
  event_id,
  event_type: 'test',
  happened_at: clock.date(),
});
const queue = (...told: NewEndpointMessage[]) => transactions.run((session) => messages.queue(session, told));
const attempt = (status: number) => ({ at: clock.date(), status, ms: 1 });

describe('relaying', () => {
  const read = async () => (await cursors.find()) ?? { position: '', revision: -1 };
  /** As the relay writes: messages and the place they were read at, or neither. */
  const write = (seen: { position: string; revision: number }, position: string, told: NewEndpointMessage) =>
    transactions.run(async (session) => {
      if (!(await cursors.advance(seen, position, session))) return false;
      await messages.queue(session, [told]);
      return true;
    });

  it('writes nothing once another relay has been there, or endpoints have changed', async () => {
    const id = await newEndpoint();
    const seen = await read();
    expect(await write(seen, '82A', about(id, 'first'))).toBe(true);
    expect(await write(seen, '82A', about(id, 'by one that was overtaken'))).toBe(false);

    const next = await read();
    await transactions.run((session) => cursors.endpointsChange(session));
    expect(await write(next, '82B', about(id, 'for endpoints of before'))).toBe(false);

    expect((await messages.list(id, { limit: 10 })).map(({ event_id }) => event_id)).toEqual(['first']);
    expect(await read()).toMatchObject({ position: '82A' });
  });

  it('keeps neither messages nor place of a write that was broken off', async () => {
    const id = await newEndpoint();
    const seen = await read();
    const broken = transactions.run(async (session) => {
      await cursors.advance(seen, '82C', session);
      await messages.queue(session, [about(id)]);
      throw new Error('the process ends');
    });

    await expect(broken).rejects.toThrow('the process ends');
    expect(await messages.list(id, { limit: 10 })).toEqual([]);
    expect(await read()).toMatchObject({ position: seen.position });
  });

  it('tells an endpoint of a change once, however often it is read', async () => {
    const [one, other] = [await newEndpoint(), await newEndpoint()];
    await queue(about(one, 'change'));
    const [told] = await messages.claimDue(one, 1, claimMs);
    await messages.noteAttempt(told as EndpointMessage, attempt(204), 'delivered');

    await queue(about(one, 'change'), about(other, 'change'));

    expect(await messages.list(one, { limit: 10 })).toMatchObject([{ status: 'delivered' }]);
    expect(await messages.list(other, { limit: 10 })).toMatchObject([{ status: 'queued' }]);
  });
});

describe('posting', () => {
  it('is one worker’s at a time, and another’s when that one has died', async () => {
    const id = await newEndpoint();
    const until = new Date(clock.now() + 90_000);
    expect(await endpoints.claimPosting(id, until)).toMatchObject({ _id: id });
    expect(await endpoints.claimPosting(id, until)).toBeNull();

    clock.advance(90_000);
    const later = new Date(clock.now() + 90_000);
    expect(await endpoints.claimPosting(id, later)).toMatchObject({ _id: id });
    await endpoints.releasePosting(id, until);
    expect(await endpoints.claimPosting(id, later)).toBeNull();
  });

  it('takes what is due, and finds what a worker that died had taken', async () => {
    const id = await newEndpoint();
    await queue(about(id), about(id));
    expect(await endpoints.findIdsWithDue(clock.date())).toContain(id);
    expect(await messages.claimDue(id, 8, claimMs)).toHaveLength(2);
    expect(await messages.claimDue(id, 8, claimMs)).toEqual([]);
    expect(await endpoints.findIdsWithDue(clock.date())).not.toContain(id);

    clock.advance(claimMs);

    expect(await endpoints.findIdsWithDue(clock.date())).toContain(id);
    expect(await messages.claimDue(id, 8, claimMs)).toHaveLength(2);
  });

  it('leaves alone what was given up or replayed while it was tried', async () => {
    const id = await newEndpoint();
    await queue(about(id));
    const [tried] = (await messages.claimDue(id, 1, claimMs)) as [EndpointMessage];
    await messages.giveUp(id);
    await messages.noteAttempt(tried, attempt(500), 'queued', clock.date());

    expect(await messages.find(id, tried._id)).toMatchObject({ status: 'failed', attempts: [{ status: 500 }] });
    expect(await messages.claimDue(id, 1, claimMs)).toEqual([]);
  });

  it('knows since when an endpoint takes nothing', async () => {
    const id = await newEndpoint();
    const since = clock.date();
    expect(await endpoints.noteFailure(id)).toEqual(since);
    clock.advance(5_000);
    expect(await endpoints.noteFailure(id)).toEqual(since);
    await endpoints.noteSuccess(id);
    expect(await endpoints.noteFailure(id)).toEqual(clock.date());
  });
});

describe('replaying', () => {
  it('queues what failed since then, the oldest first and so many at once', async () => {
    const id = await newEndpoint();
    await queue(about(id, 'too old'));
    await messages.giveUp(id);
    clock.advance(1_000);
    const since = clock.date();
    for (const event_id of ['a', 'b', 'c']) {
      await queue(about(id, event_id));
      clock.advance(1);
    }
    await messages.giveUp(id);
    await queue(about(id, 'queued already'));

    expect(await messages.replayFailed(id, since, 2)).toEqual({ replayed: 2, more: true });
    expect((await messages.list(id, { status: 'failed', limit: 9 })).map(({ event_id }) => event_id)).toEqual([
      'c',
      'too old',
    ]);
    expect(await messages.replayFailed(id, since, 2)).toEqual({ replayed: 1, more: false });
  });
});

it('puts sealed secrets under the active key', async () => {
  const [old, active] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const keys = (key: string, previous: string[] = []) =>
    new EndpointSecretsService({
      ENCRYPTION_KEY: new Secret(key),
      ENCRYPTION_KEYS_PREVIOUS: previous.map((one) => new Secret(one)),
    });
  const place = { databaseUrl: services.databaseUrl, databaseName: services.databaseName, activeKey: active };
  await connection.collection('webhook_endpoints').deleteMany({});
  const id = await newEndpoint();
  const before = { _id: id, secrets: [{ sealed: 'sealed' }] };
  await endpoints.putSecrets(systemScope, before, [{ sealed: keys(old).seal('whsec_a', id) }]);

  const rotated = await rotateStoredTokens({ ...place, previousKeys: [old] }, undefined, [endpointSecretsOver]);

  const sealed = (await endpoints.find(systemScope, id))?.secrets[0]?.sealed ?? '';
  expect(rotated).toMatchObject({ seen: 1, rotated: 1, unreadable: [] });
  expect(keys(active).open(sealed, id)).toBe('whsec_a');
  expect(() => keys(active).open(sealed, new Types.ObjectId().toHexString())).toThrow();
});

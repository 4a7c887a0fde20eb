import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose, { Types, type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { testSettings } from '../../../test/support/test-settings.js';
import { useServices } from '../../../test/support/services.js';
import { rotateStoredTokens } from '../../accounts/index.js';
import { systemScope, tenantScope } from '../../auth/index.js';
import { readSettings, type AppConfig } from '../../config/index.js';
import { AGENT_ACTION, ActionSchema, type ActionRecord } from './action.schema.js';
import { ActionsRepository, type Proposal } from './actions.repository.js';
import { TOOL_CALL, ToolCallSchema, type ToolCallRecord } from './tool-call.schema.js';
import { ToolCallerService } from './tool-caller.service.js';
import { knownForMs, ToolCallsRepository } from './tool-calls.repository.js';
import { readParameters } from './tool-parameters.js';
import { ToolRoundsService } from './tool-rounds.service.js';
import { AGENT_TOOL, ToolSchema, type ToolRecord } from './tool.schema.js';
import { ToolSecretsService } from './tool-secrets.service.js';
import { ToolsRepository, toolSecretsOver, type NewTool } from './tools.repository.js';

const services = useServices();
const clock = new MovableClock(new Date('2026-11-30T12:00:00Z').getTime());
const account = { _id: new Types.ObjectId().toHexString(), user_id: 'tenant' };
const { signal } = new AbortController();

let connection: Connection;
let config: AppConfig;
let tools: ToolsRepository;
let calls: ToolCallsRepository;
let actions: ActionsRepository;
let rounds: ToolRoundsService;
let shop: Server;
let asked: string[] = [];
let answer: RequestListener;

beforeAll(async () => {
  shop = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
  config = readSettings(testSettings(services, { MEDIA_EXTRA_HOSTS: '127.0.0.1' }));
  tools = new ToolsRepository(connection.model<ToolRecord>(AGENT_TOOL, ToolSchema), clock);
  calls = new ToolCallsRepository(connection.model<ToolCallRecord>(TOOL_CALL, ToolCallSchema), clock);
  actions = new ActionsRepository(connection.model<ActionRecord>(AGENT_ACTION, ActionSchema), clock);
  const caller = new ToolCallerService(new ToolSecretsService(config), config);
  rounds = new ToolRoundsService(tools, calls, actions, caller);
  await Promise.all(Object.values(connection.models).map((model) => model.init()));
  await tools.put(tool('order_lookup', { order_number: { type: 'string', from_customer: true } }), undefined);
  await tools.put({ ...tool('cancel_order'), method: 'POST', effect: 'write' }, undefined);
});
beforeEach(() => {
  asked = [];
  answer = (_request, response) => void response.end(JSON.stringify({ state: 'sent' }));
});
afterAll(async () => {
  shop.closeAllConnections();
  shop.close();
  await connection?.close();
});

function tool(name: string, properties: object = { order_number: { type: 'string' } }): NewTool {
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/${name}/{order_number}`;
  const { parameters } = readParameters({ properties, required: ['order_number'] });
  return {
    ...{ account_id: account._id, user_id: account.user_id, name, description: name, method: 'GET', url },
    ...{ hosts: ['127.0.0.1'], parameters, headers: [], pick: [], effect: 'read', idempotent: false },
    approval: 'person',
  };
}

const newId = () => new Types.ObjectId().toHexString();
const about = (conversation_id = randomUUID(), order = '1') => ({
  ...{ user_id: 'tenant', account_id: account._id, conversation_id, message_id: 'm1' },
  ...{ tool: 'order_lookup', args: { order_number: order } },
});

describe('the ledger of calls', () => {
  it('gives one of many the right to call, and the others what it found', async () => {
    const question = about();
    const begun = await Promise.all([1, 2, 3].map(() => calls.begin(question)));
    const [right, ...more] = begun.filter(({ kind }) => kind === 'call');
    expect(more).toEqual([]);
    if (right?.kind !== 'call') throw new Error('nobody may call');
    await calls.end(right.key, right.attempt, { state: 'done', status: 200, answer: { state: 'sent' } });

    expect(await calls.begin(question)).toMatchObject({ kind: 'known', record: { answer: { state: 'sent' } } });
    expect(await calls.begin({ ...question, message_id: 'm2' })).toMatchObject({ kind: 'call' });
  });

  it('shows a call that its process left, and lets it be made again after a minute, by one', async () => {
    const question = about();
    const first = await calls.begin(question);
    expect(await calls.begin(question)).toMatchObject({ kind: 'known', record: { state: 'started' } });
    clock.advance(knownForMs);
    const again = await Promise.all([1, 2, 3].map(() => calls.begin(question)));
    expect(again.map(({ kind }) => kind).sort()).toEqual(['call', 'known', 'known']);
    // The one that slept ends nothing any more.
    if (first.kind === 'call') await calls.end(first.key, first.attempt, { state: 'done', answer: 'late' });
    expect(await calls.begin(question)).toMatchObject({ kind: 'known', record: { state: 'started' } });
  });
});

describe('an answer’s tools', () => {
  const open = (customer: string, conversationId?: string, messageId = 'm1') =>
    rounds.open({ account, conversationId, messageId, customerTexts: [customer] });
  const look = (id: string, order_number: string, name = 'order_lookup') => ({
    ...{ id, name },
    arguments: JSON.stringify({ order_number }),
  });
  const told = async (round: Awaited<ReturnType<typeof open>>, ...wanted: ReturnType<typeof look>[]) =>
    (await round?.run(wanted, signal))?.map(({ content }) => JSON.parse(content) as Record<string, unknown>);

  it('look up what the customer named, once, and a second process finds it', async () => {
    const conversation = newId();
    const first = await open('where is 1042?', conversation);
    expect(await told(first, look('a', '1042'), look('b', '1042'))).toMatchObject([
      { answer: { state: 'sent' } },
      { answer: { state: 'sent' } },
    ]);
    expect(first?.sources).toEqual([{ id: 'a', text: '{"state":"sent"}' }]);
    const second = await open('where is 1042?', conversation);
    expect(await told(second, look('c', '1042'))).toMatchObject([{ answer: { state: 'sent' } }]);
    expect(asked).toEqual(['GET /order_lookup/1042']);
  });

  it('look up nothing that the customer did not write, and end with a person', async () => {
    const conversation = newId();
    const round = await open('my order?', conversation);
    expect(await told(round, look('a', '1042'))).toMatchObject([{ error: 'not_from_customer' }]);
    expect([round?.mustAsk, round?.needsPerson, asked]).toEqual([true, false, []]);

    answer = (_request, response) => void response.writeHead(404).end('{}');
    const guessing = await open('1 2 3 4 5 6', conversation, 'm2');
    expect(await told(guessing, look('a', '1'), look('b', '2'), look('c', '3'))).toMatchObject(
      Array(3).fill({ answer: null }) as object[],
    );
    expect(guessing?.needsPerson).toBe(false);
    const last = await open('1 2 3 4 5 6', conversation, 'm3');
    await told(last, look('a', '6'));
    expect(last?.needsPerson).toBe(true);
    const after = await open('1 2 3', conversation, 'm4');
    expect(after?.offered.map(({ name }) => name)).toEqual(['cancel_order']);
    expect(asked).toHaveLength(4);
  });

  it('keep their limits, and take no tool, argument or host that was not declared', async () => {
    const round = await open('1 2 3 4', newId());
    const wanted = ['1', '2', '3', '4'].map((order) => look(order, order));
    expect((await told(round, ...wanted))?.[3]).toMatchObject({ error: 'no_more_calls' });
    expect(asked).toHaveLength(3);
    const odd = [
      { id: 'x', name: 'delete_everything', arguments: '{}' },
      { id: 'y', name: 'order_lookup', arguments: '{"order_number":"1","url":"https://evil.example"}' },
      { id: 'z', name: 'order_lookup', arguments: 'not JSON' },
      { id: 'v', name: 'order_lookup', arguments: '{"order_number":"../cancel_order/1"}' },
    ];
    const answers = await told(await open('1 ../cancel_order/1', newId()), ...odd);
    expect(answers?.map(({ error }) => error)).toEqual([
      ...['unknown_tool', 'bad_arguments', 'bad_arguments', 'unavailable'],
    ]);
    expect(asked).toHaveLength(3);
  });

  it('tell that a tool is away, and no more', async () => {
    answer = (_request, response) => void response.writeHead(503).end('stack trace of the shop');
    const [failed] = (await told(await open('77', newId()), look('a', '77'))) ?? [];
    expect(failed).toMatchObject({ error: 'unavailable' });
    expect(JSON.stringify(failed)).not.toMatch(/503|stack/);
  });

  it('only propose what writes: nothing is called, nothing is kept until the reply is written', async () => {
    const conversation = newId();
    const round = await open('cancel 5', conversation);
    expect(await told(round, look('a', '5', 'cancel_order'), look('b', '5', 'cancel_order'))).toMatchObject([
      { state: 'proposed' },
      { state: 'proposed' },
    ]);
    expect([asked, round?.proposals.length]).toEqual([[], 1]);
    expect(await actions.list(systemScope, { conversation_id: conversation }, { limit: 10 })).toEqual([]);
  });
});

describe('actions', () => {
  const proposal = (approval: 'person' | 'automatic' = 'person'): Proposal => ({
    tool: { name: 'cancel_order', revision: 1, approval },
    args: { order_number: '5' },
  });
  const propose = async (proposals: Proposal[], conversation_id = newId()) => {
    const where = { user_id: 'tenant', account_id: account._id, conversation_id, message_id: 'm1' };
    const ready = await connection.transaction((session) => actions.propose(session, proposals, where));
    const listed = await actions.list(systemScope, { conversation_id }, { limit: 10 });
    return { conversation_id, ready, listed, id: listed[0]?._id ?? '' };
  };

  it('go with the transaction they are written in, and are proposed once at a time', async () => {
    const conversation = newId();
    const where = { user_id: 'tenant', account_id: account._id, conversation_id: conversation, message_id: 'm1' };
    const broken = connection.transaction(async (session) => {
      await actions.propose(session, [proposal()], where);
      throw new Error('the answer was thrown away');
    });
    await expect(broken).rejects.toThrow('thrown away');
    expect(await actions.list(systemScope, { conversation_id: conversation }, { limit: 10 })).toEqual([]);
    await propose([proposal()], conversation);
    expect((await propose([proposal()], conversation)).listed).toHaveLength(1);
  });

  it('are decided on once, by their tenant, and carried out by one', async () => {
    const { id } = await propose([proposal()]);
    expect(await actions.claim(id)).toBeNull();
    expect(await actions.decide(tenantScope('another'), id, 'approved', 'eve')).toBeNull();
    expect(await actions.decide(tenantScope('tenant'), id, 'approved', 'anna')).toMatchObject({ decided_by: 'anna' });
    expect(await actions.decide(tenantScope('tenant'), id, 'refused', 'ben')).toBeNull();
    const claims = await Promise.all([1, 2, 3].map(() => actions.claim(id)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('that need nobody are approved as they are written', async () => {
    const { ready, listed } = await propose([proposal('automatic')]);
    expect(listed).toMatchObject([{ _id: ready[0], state: 'approved', decided_by: 'automatic' }]);
  });

  it('whose process is gone stay unknown, and a late answer still counts', async () => {
    const { id } = await propose([proposal('automatic')]);
    expect(await actions.waitingSince(clock.date(), 10)).not.toContain(id);
    clock.advance(1);
    expect(await actions.waitingSince(clock.date(), 10)).toContain(id);
    const claimed = await actions.claim(id);
    clock.advance(60_001);
    await actions.giveUpLost(new Date(clock.now() - 60_000));
    expect(await actions.find(systemScope, id)).toMatchObject({ state: 'unknown', reason: 'lost' });
    expect(await actions.claim(id)).toBeNull();
    expect(await actions.end({ _id: id, attempt: 'another' }, { state: 'done' })).toBeNull();
    expect(claimed && (await actions.end(claimed, { state: 'done', status: 200 }))).toMatchObject({ state: 'done' });
  });
});

it('secret headers are put under a new key with the tokens, and open in their place alone', async () => {
  const [old, active] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const keyed = (key: string, previous = '') =>
    new ToolSecretsService(
      readSettings(testSettings(services, { ENCRYPTION_KEY: key, ENCRYPTION_KEYS_PREVIOUS: previous })),
    );
  const sealed = keyed(old).seal('Bearer 1', account._id, 'stock', 'Authorization');
  await tools.put(
    {
      ...tool('stock'),
      headers: [
        { name: 'Authorization', sealed },
        { name: 'x', value: 'y' },
      ],
    },
    undefined,
  );
  const place = { databaseUrl: services.databaseUrl, databaseName: services.databaseName, activeKey: active };
  const rotated = await rotateStoredTokens({ ...place, previousKeys: [old] }, undefined, [toolSecretsOver]);
  expect(rotated).toMatchObject({ rotated: 1, unreadable: [] });

  const after = (await tools.find(systemScope, account._id, 'stock'))?.headers;
  expect(after?.[1]).toEqual({ name: 'x', value: 'y' });
  const envelope = after?.[0]?.sealed ?? '';
  expect(keyed(active).open(envelope, account._id, 'stock', 'authorization')).toBe('Bearer 1');
  expect(() => keyed(active).open(envelope, account._id, 'another', 'authorization')).toThrow();
});

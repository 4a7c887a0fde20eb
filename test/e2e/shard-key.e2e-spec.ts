import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { withMongo } from '../support/embedded-servers.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin } from '../support/test-app.js';

jest.setTimeout(90_000);
const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  // Before the start: the first thing that a server does is each of its sweeps.
  await withMongo(services.databaseUrl, async (client) => {
    const db = client.db(services.databaseName);
    await db.createCollection('system.profile', { capped: true, size: 100_000_000 });
    await db.command({ profile: 2 });
  });
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());

const shardKey = 'platform_account_id';
const sharded = ['instagram_dms', 'inbox_conversations', 'instagram_comments', 'dm_tombstones'];

interface Profiled {
  ns: string;
  op: string;
  command: {
    filter?: object;
    q?: object;
    query?: object;
    pipeline?: object[];
    getMore?: unknown;
  };
}

/** Names of the fields that a filter asks for, those inside `$and` and `$or` as well. */
function fieldsIn(filter: object): string[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    if (name === '$and' || name === '$or') return (value as object[]).flatMap(fieldsIn);
    return name.startsWith('$') ? [] : [name];
  });
}

/** Whether a router could tell from a filter which shards to ask. */
function namesShardKey(filter: object): boolean {
  return Object.entries(filter).some(([name, value]) => {
    if (name === '$and') return (value as object[]).some(namesShardKey);
    if (name === '$or') return (value as object[]).every(namesShardKey);
    return name === shardKey;
  });
}

function filterOf({ filter, q, query, pipeline }: Profiled['command']): object | undefined {
  const matched = (pipeline?.[0] as { $match?: object } | undefined)?.$match;
  return filter ?? q ?? query ?? (pipeline ? (matched ?? {}) : undefined);
}

/** A query of one of these collections that says of no account: which fields it asks for. */
interface Unrouted {
  collection: string;
  fields: string[];
}

/** What the product has asked up to now. */
async function unroutedQueries(): Promise<Unrouted[]> {
  const { db } = scene;
  const profiled = await db
    .collection<Profiled>('system.profile')
    .find({ ns: { $in: sharded.map((name) => `${db.databaseName}.${name}`) } })
    .toArray();
  return profiled.flatMap(({ ns, command }) => {
    const filter = command.getMore === undefined ? filterOf(command) : undefined;
    if (filter === undefined || namesShardKey(filter)) return [];
    return [{ collection: ns.slice(ns.indexOf('.') + 1), fields: [...new Set(fieldsIn(filter))].toSorted() }];
  });
}

/** The rows of the page's list: a query is meant that asks for these fields, and maybe others. */
function listedQueries(): Unrouted[] {
  const page = readFileSync(join(__dirname, '../../docs/scaling.md'), 'utf8');
  const list = page.slice(page.indexOf('### What asks every shard'));
  return [...list.matchAll(/^\| `(\w+)` +\| (.+?) +\| .+ \|$/gm)].map(([, collection = '', fields = '']) => ({
    collection,
    fields: [...fields.matchAll(/`([^`]+)`/g)].map(([, field = '']) => field),
  }));
}

/** Whether a row means a query; one without fields means a query without any. */
const means = (row: Unrouted, query: Unrouted): boolean =>
  row.collection === query.collection &&
  (row.fields.length > 0 ? row.fields.every((field) => query.fields.includes(field)) : query.fields.length === 0);

it('every query of what is sharded says of which account, or stands in docs/scaling.md with why not', async () => {
  const customer = scene.newCustomer('Mara');
  const call = await scene.app.call();
  const { mid } = customer.sendText('When are you open?');
  await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
  await scene.settled(customer);
  const { _id } = await scene.conversationOf(customer);
  const conversation = `/inbox/conversations/${_id.toHexString()}`;
  for (const path of [
    '/inbox/conversations',
    '/inbox/conversations?q=mara&archived=false',
    '/inbox/conversations?view=waiting',
    '/inbox/counts',
    '/inbox/comments',
    '/instagram-dms/list',
    `/instagram-dms/list?platform_account_id=${scene.accountId}`,
    `/instagram-dms/list?sender_id=${customer.id}`,
    '/messages/list?status=failed',
    conversation,
    `${conversation}/messages`,
    `${conversation}/messages/search?q=open`,
    `/accounts/${scene.accountId}`,
  ])
    await call.get(path).expect(200);
  const everywhere = await scene.app.call(admin);
  for (const path of ['/inbox/conversations', '/instagram-dms/list']) await everywhere.get(path).expect(200);
  await call.patch(conversation).send({ read: true, archived: true }).expect(200);
  await call.post(`${conversation}/notes`).send({ text: 'A note' }).expect(201);
  const sent = await call.post(`${conversation}/messages`).send({ message: 'At nine.' });
  expect(sent.status).toBeLessThan(300);
  await scene.settled(customer);
  customer.unsend(mid ?? '');
  const erase = { account_id: scene.accountId, participant_id: customer.id };
  const asked = await call.post('/privacy/erasures').send(erase).expect(202);
  const { id } = (asked.body as { data: { id: string } }).data;
  await eventually(async () =>
    expect((await call.get(`/privacy/erasures/${id}`)).body).toMatchObject({ data: { state: 'done' } }),
  );

  const rows = listedQueries();
  // Sweeps come by when they are due.
  const queries = await eventually(async () => {
    const asked = await unroutedQueries();
    expect(rows.filter((row) => !asked.some((query) => means(row, query)))).toEqual([]);
    return asked;
  });
  const unlisted = queries.filter((query) => !rows.some((row) => means(row, query)));
  expect(unlisted.map(({ collection, fields }) => `${collection}: ${fields.join(', ')}`)).toEqual([]);
});

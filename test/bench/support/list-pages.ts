import mongoose from 'mongoose';
import type { FindOptions } from '../floors/driver.js';
import type { LoadResult, ProbeOptions } from '../load/generator.js';
import { interleave } from '../measure/interleave.js';
import { ratio } from '../measure/statistics.js';
import type { Check, Contender, Line, RunOptions } from '../plan.js';
import { databaseName, type BenchStack } from './bench-stack.js';
import type { Helper } from './helper.js';
import { big, longConversationId, many, somebody, somebodysConversationId, type Spread } from './list-seed.js';

const { EJSON } = mongoose.mongo.BSON;
const either = { direction: { $in: ['inbound', 'outbound'] }, read: { $in: [false, true] } };

/** A page as a dashboard asks for it, and the driver's query for the same documents. */
interface Page {
  name: string;
  path: string;
  as: string;
  find: Pick<FindOptions, 'collection' | 'sort' | 'limit'> & { filter: object };
}

export interface Seeded {
  depth: number;
  spread: Spread;
}

/**
 * Every list of DMs and conversations of a seeded database, at its beginning and deep down, beside the driver's find.
 * @param seeded how many records lie before the deep pages, and how DMs are spread
 */
export async function measurePages(
  stack: BenchStack,
  options: RunOptions,
  seeded: Seeded,
): Promise<{ lines: Line[]; checks: Check[] }> {
  const floor = await stack.floor('driver');
  const lines: Line[] = [];
  const checks: Check[] = [];
  for (const page of await pagesOf(stack, seeded, options.smoke ? 20 : 50)) {
    const pair = await interleave([api(stack, page, options), driver(stack, floor, page, options)], options);
    const [ours, driven] = pair as [Line, Line];
    lines.push(...pair);
    const value = ratio(ours, driven, 'p50Ms');
    checks.push({ what: `${page.name}: p50 against the driver’s find`, value, unit: '×', aim: { atMost: 3 } });
  }
  return { lines, checks };
}

async function pagesOf(stack: BenchStack, { depth, spread }: Seeded, limit: number): Promise<Page[]> {
  return [...(await dmLists(stack, { depth, spread }, limit)), ...(await inboxPages(stack, depth, limit))];
}

async function dmLists(stack: BenchStack, { depth, spread }: Seeded, limit: number): Promise<Page[]> {
  const of = { collection: 'instagram_dms', sort: { created_at: -1, _id: -1 } } as const;
  const all = { platform_account_id: big.accountId, ...either, is_deleted: false };
  const fromOne = { conversation_id: somebodysConversationId, sender_id: somebody, ...either, direction: 'inbound' };
  const deep = await positionAt(stack, { ...of, filter: all }, depth, 'created_at');
  const path = `/instagram-dms/list?platform_account_id=${big.accountId}&limit=${limit}`;
  const page = (name: string, query: string, filter: object, count = limit): Page => {
    return { name: `DM list, ${name}`, path: `${path}${query}`, as: big.userId, find: { ...of, filter, limit: count } };
  };
  return [
    page('first page', '', all),
    page(`${depth.toLocaleString('en')} deep`, `&cursor=${deep.cursor}`, { ...all, created_at: { $lt: deep.at } }),
    page('unread inbound', '&direction=inbound&read=false', { ...all, direction: 'inbound', read: false }),
    page(
      'from one sender',
      `&sender_id=${somebody}`,
      { ...fromOne, is_deleted: false },
      Math.min(limit, spread.perConversation.big / 2),
    ),
  ];
}

async function inboxPages(stack: BenchStack, depth: number, limit: number): Promise<Page[]> {
  const of = { collection: 'inbox_conversations', sort: { last_message_at: -1, _id: -1 } } as const;
  const all = { user_id: many.userId, archived: false, unread: { $in: [false, true] } };
  const deep = await positionAt(stack, { ...of, filter: all }, depth, 'last_message_at');
  const thread = { collection: 'instagram_dms', sort: { timestamp: -1, _id: -1 } } as const;
  const inThread = { conversation_id: longConversationId, is_deleted: false };
  const old = await positionAt(stack, { ...thread, filter: inThread }, depth, 'created_at');
  const deepName = `${depth.toLocaleString('en')} deep`;
  const conversations = `/inbox/conversations?limit=${limit}`;
  const messages = `/inbox/conversations/${longConversationId}/messages?limit=${limit}`;
  const list = (name: string, query: string, filter: object): Page => {
    const path = `${conversations}${query}`;
    return { name: `conversations, ${name}`, path, as: many.userId, find: { ...of, filter, limit } };
  };
  const history = (name: string, query: string, filter: object): Page => {
    const path = `${messages}${query}`;
    return { name: `messages of one, ${name}`, path, as: big.userId, find: { ...thread, filter, limit } };
  };
  return [
    list('first page', '', all),
    list(deepName, `&cursor=${deep.cursor}`, { ...all, last_message_at: { $lt: deep.at } }),
    history('first page', '', inThread),
    history(deepName, `&cursor=${old.cursor}`, { ...inThread, timestamp: { $lt: old.at.getTime() } }),
  ];
}

/** Where the page after the first `depth` begins. The cursor is what the server's own `next_cursor` would be there. */
async function positionAt(
  stack: BenchStack,
  { collection, filter, sort }: Pick<Page['find'], 'collection' | 'filter' | 'sort'>,
  depth: number,
  field: string,
): Promise<{ at: Date; cursor: string }> {
  const client = await mongoose.mongo.MongoClient.connect(stack.databaseUrl);
  try {
    const found = client.db(databaseName).collection(collection).find(filter).sort(sort);
    const [last] = await found
      .skip(depth - 1)
      .limit(1)
      .toArray();
    if (!last) throw new Error(`${collection} holds fewer than ${depth}`);
    const at = last[field] as Date;
    return { at, cursor: Buffer.from(`${at.getTime().toString(36)}.${String(last._id)}`).toString('base64url') };
  } finally {
    await client.close();
  }
}

/** A page takes a few milliseconds: a quarter of the time gives a steady median. */
const shortened = ({ seconds, warmUpSeconds }: RunOptions) => ({
  seconds: seconds / 4,
  warmUpSeconds: warmUpSeconds / 4,
});

function api(stack: BenchStack, { name, path, as }: Page, options: RunOptions): Contender {
  const headers = { authorization: `Bearer ${stack.stack.token(as, 'user')}` };
  return {
    name,
    async measure() {
      const order: ProbeOptions = { url: stack.stack.apiUrl, path, headers, ...shortened(options) };
      const { result } = await stack.generator.run<LoadResult>('probe', order);
      return { p50Ms: result.p50Ms, p99Ms: result.p99Ms, failures: result.failures };
    },
  };
}

function driver(stack: BenchStack, floor: Helper, { find }: Page, options: RunOptions): Contender {
  const order: FindOptions = {
    ...{ databaseUrl: stack.databaseUrl, databaseName, ...shortened(options) },
    ...{ ...find, filter: EJSON.stringify(find.filter) },
  };
  return {
    name: `driver: find of the same ${find.limit}`,
    isFloor: true,
    async measure() {
      const { result } = await floor.run<LoadResult>('find', order);
      return { p50Ms: result.p50Ms, p99Ms: result.p99Ms, failures: 0 };
    },
  };
}

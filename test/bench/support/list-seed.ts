import mongoose from 'mongoose';
import { ConversationSchema, conversationIdOf } from '../../../src/conversations/conversation.schema.js';
import { searchTermsOf } from '../../../src/conversations/search-terms.js';
import { DmSchema } from '../../../src/dms/dm.schema.js';

type Db = mongoose.mongo.Db;

/** Grows when what is seeded changes: an older cached database is seeded again. */
const version = 2;
const batchSize = 5_000;
const start = Date.UTC(2026, 0, 1);

/** How DMs are spread. */
export interface Spread {
  /** Of ten DMs, those of the large account; the other accounts take turns. */
  bigOfTen: number;
  /** Of twenty DMs of the large account, those of its long conversation. */
  longOfTwenty: number;
  /** DMs of a usual conversation. */
  perConversation: { big: number; other: number };
}

/** A fifth of all in one account, more than half of these in one conversation. */
export const usualSpread: Spread = { bigOfTen: 2, longOfTwenty: 11, perConversation: { big: 30, other: 5 } };
/** Half of all in one account, nearly one conversation for ten DMs, the longest with a fortieth of all. */
export const lopsidedSpread: Spread = { bigOfTen: 5, longOfTwenty: 1, perConversation: { big: 10, other: 10 } };

/** One tenant with one large account. */
export const big = { userId: 'tenant-big', accountId: accountIdAt(0), igId: igIdAt(0) } as const;
/** One tenant with eight accounts and very many small conversations. */
export const many = { userId: 'tenant-many' } as const;
export const longConversationId = conversationIdOf(big.accountId, personAt(0, 0));
/** Somebody in the large account with a conversation of usual length. */
export const somebody = personAt(0, 1);
export const somebodysConversationId = conversationIdOf(big.accountId, somebody);

/** Those of the large account who write conversations of usual length, from 1 on. */
export function personOfBig(person: number): string {
  return personAt(0, person);
}

interface Conversation {
  _id: string;
  account: number;
  person: string;
  counts: { inbound_unread: number; inbound_read: number; outbound_unread: number; outbound_read: number };
  sent: number;
  last: { text: string; at: number; direction: 'inbound' | 'outbound' };
  lastInboundAt?: number;
}

const texts = [
  'Hello, are you open on Sunday?',
  'Do you ship the green one to Norway, and how long does it take?',
  'Thanks!',
  'We are open from ten to six, on Sundays from noon.',
  'I ordered the small pot last week and it has not arrived yet. My order number is 40127, could you have a look?',
];

/** Fills a database with DMs as the product stores them, unless it holds them already. */
export async function seedLists(
  databaseUrl: string,
  databaseName: string,
  total: number,
  spread: Spread,
): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(databaseUrl);
  try {
    const db = client.db(databaseName);
    const done = await db.collection('bench_seed').findOne({ version, total });
    if (!done) {
      await db.dropDatabase();
      await insertAccounts(db);
      await insertConversations(db, await insertDms(db, total, spread));
    }
    // Afterwards, in one go: much faster than keeping nine indexes up to date a million times.
    await createIndexes(db, 'instagram_dms', DmSchema.indexes());
    await createIndexes(db, 'inbox_conversations', ConversationSchema.indexes());
    if (done) return;
    await db.collection('bench_seed').insertOne({ version, total });
    // Else the first pages would be read while a million documents are being written down.
    await client.db('admin').command({ fsync: 1 });
  } finally {
    await client.close();
  }
}

async function createIndexes(db: Db, collection: string, indexes: ReturnType<typeof DmSchema.indexes>): Promise<void> {
  await db
    .collection(collection)
    .createIndexes(
      indexes.map(
        ([key, { background: _background, ...options }]) => ({ ...options, key }) as mongoose.mongo.IndexDescription,
      ),
    );
}

function accountOf(number: number, { bigOfTen }: Spread): number {
  return Math.max(0, (number % 10) - bigOfTen + 1);
}

async function insertDms(db: Db, total: number, spread: Spread): Promise<Map<string, Conversation>> {
  const conversations = new Map<string, Conversation>();
  const perAccount = new Array<number>(9).fill(0);
  const { bigOfTen, longOfTwenty, perConversation } = spread;
  const inOthers = (total * bigOfTen * (20 - longOfTwenty)) / 200;
  const people = {
    big: Math.max(2, Math.ceil(inOthers / perConversation.big)),
    other: Math.max(2, Math.ceil(total / 10 / perConversation.other)),
  };
  for (let from = 0; from < total; from += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, total - from) }, (_, index) => {
      const number = from + index;
      const account = accountOf(number, spread);
      const turn = (perAccount[account] as number)++;
      const person = personAt(
        account,
        account === 0 ? inBig(turn, people.big, longOfTwenty) : 1 + (turn % people.other),
      );
      return dm(conversations, account, person, number);
    });
    await db.collection('instagram_dms').insertMany(batch, { ordered: false, writeConcern: { w: 1 } });
  }
  return conversations;
}

/** Who writes: the one of the long conversation, or one of the others in turn. */
function inBig(turn: number, others: number, longOfTwenty: number): number {
  const place = turn % 20;
  if (place < longOfTwenty) return 0;
  return 1 + ((Math.floor(turn / 20) * (20 - longOfTwenty) + place - longOfTwenty) % others);
}

function dm(conversations: Map<string, Conversation>, account: number, person: string, number: number) {
  const accountId = accountIdAt(account);
  const conversation = conversationOf(conversations, account, person);
  const inbound = conversation.sent++ % 2 === 0;
  const read = !inbound || number % 11 !== 0;
  const at = start + number * 1_000;
  const text = `${texts[number % texts.length]} (${number})`;
  conversation.counts[`${inbound ? 'inbound' : 'outbound'}_${read ? 'read' : 'unread'}`] += 1;
  conversation.last = { text, at, direction: inbound ? 'inbound' : 'outbound' };
  if (inbound) conversation.lastInboundAt = at;
  const igId = igIdAt(account);
  const mid = `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAxOjM0MDI4MjM2Njg0MTcxMDMwMTI0NDI3NjAyMzcz${number}`;
  return {
    ...{ platform_account_id: accountId, ig_id: igId, user_id: userOf(account), conversation_id: conversation._id },
    ...(inbound
      ? { sender_id: person, sender_name: 'Mara Lindqvist', recipient_id: igId, recipient_name: 'shop' }
      : {}),
    ...(inbound
      ? {}
      : { sender_id: igId, sender_name: 'shop', recipient_id: person, recipient_name: 'Mara Lindqvist' }),
    ...{ message_id: mid, kind: 'message', text, attachments: [], timestamp: at, is_echo: !inbound },
    ...{ direction: inbound ? 'inbound' : 'outbound', read, manual_dm: false, source: inbound ? 'webhook' : 'agent' },
    ...{ reactions: [], edits: [], is_deleted: false, unsent: false, delivery_ids: [new mongoose.mongo.ObjectId()] },
    ...(inbound
      ? { agent_state: 'answered' }
      : { status: 'sent', sent_at: new Date(at), send_seq: number, attempts: 1 }),
    raw: { sender: { id: person }, recipient: { id: igId }, timestamp: at, message: { mid, text } },
    ...{ created_at: new Date(at), updated_at: new Date(at) },
  };
}

function conversationOf(conversations: Map<string, Conversation>, account: number, person: string): Conversation {
  const _id = conversationIdOf(accountIdAt(account), person);
  const known = conversations.get(_id);
  if (known) return known;
  const counts = { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 0 };
  const fresh: Conversation = {
    _id,
    account,
    person,
    counts,
    sent: 0,
    last: { text: '', at: 0, direction: 'inbound' },
  };
  conversations.set(_id, fresh);
  return fresh;
}

async function insertConversations(db: Db, conversations: Map<string, Conversation>): Promise<void> {
  const records = [...conversations.values()].map(({ _id, account, person, counts, sent, last, lastInboundAt }) => ({
    ...{ _id: new mongoose.mongo.ObjectId(_id), platform: 'instagram', platform_account_id: accountIdAt(account) },
    ...{ user_id: userOf(account), participant_id: person, participant_name: 'Mara Lindqvist' },
    ...{ last_message: last.text, last_message_at: new Date(last.at), last_message_direction: last.direction },
    ...(lastInboundAt === undefined ? {} : { last_inbound_at: new Date(lastInboundAt) }),
    ...{ unread_count: counts.inbound_unread, unread: counts.inbound_unread > 0, counts, archived: false },
    ...{ search_terms: searchTermsOf('Mara Lindqvist', last.text), answer_epoch: 0, send_epoch: 0, send_seq: sent },
    ...{ created_at: new Date(start), updated_at: new Date(last.at) },
  }));
  for (let from = 0; from < records.length; from += batchSize)
    await db.collection('inbox_conversations').insertMany(records.slice(from, from + batchSize), { ordered: false });
}

async function insertAccounts(db: Db): Promise<void> {
  const at = new Date(start);
  const accounts = Array.from({ length: 9 }, (_, account) => ({
    ...{ _id: new mongoose.mongo.ObjectId(accountIdAt(account)), user_id: userOf(account), platform: 'meta_instagram' },
    ...{ channel: 'instagram', external_id: igIdAt(account), username: `shop_${account}` },
    ...{ login: 'instagram', status: 'active', status_changed_at: at, token_version: 0, scopes: [], released: false },
    ...{ instagram_data: { ig_id: igIdAt(account), username: `shop_${account}` }, meta: { id: igIdAt(account) } },
    ...{ human_agent_allowed: false, keep_media: false, refresh: { failures: 0 } },
    ...{ subscription: { state: 'unknown', fields: [], refused_fields: [] } },
    ...{ connected_at: at, created_at: at, updated_at: at },
  }));
  await db.collection('accounts').insertMany(accounts);
}

function userOf(account: number): string {
  return account === 0 ? big.userId : many.userId;
}

function accountIdAt(account: number): string {
  return `00000000000000000000a0${String(account).padStart(2, '0')}`;
}

function igIdAt(account: number): string {
  return String(17_841_400_000_000_000n + BigInt(account));
}

function personAt(account: number, person: number): string {
  return String(6_000_000_000_000_000n + BigInt(account) * 10_000_000n + BigInt(person));
}

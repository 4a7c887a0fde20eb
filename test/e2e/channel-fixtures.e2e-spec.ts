import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MovableClock } from '#libs/clock';
import { decodePageDelivery, directionOf, parseJsonLossless, type WebhookEvent } from '#libs/graph-api';
import { decodeWhatsAppDelivery } from '#libs/whatsapp-api';
import { channelFixtures } from '../fixtures/channel-fixtures.js';
import { appSecret, deliver, insertAccount } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(180_000);

/** Fixtures tell of 28 November 2026, 12:00 UTC. */
const at = 1_795_867_200_000;
const clock = new MovableClock(at + 60_000);

interface Dm {
  direction: string;
  kind: string;
  message_id?: string;
  sender_id: string;
  recipient_id: string;
  text?: string;
  status?: string;
  attachments: { type: string; original_type?: string; title?: string; media_id?: string; url?: string }[];
  reactions: { emoji?: string; reaction?: string }[];
  edits: { text?: string }[];
  quick_reply?: { payload: string };
  postback?: { payload?: string };
  reply_to?: { mid?: string };
  referral?: Record<string, unknown>;
  error?: { code?: number };
  [field: string]: unknown;
}

interface Conversation {
  external_id: string;
  participant_name: string;
  unread_count: number;
  window_closes_at: string | null;
  agent_paused_reason: string | null;
}

interface Delivery {
  _id: string;
  state: string;
  payload: unknown;
  decoded: { kind: string; reason?: string }[];
}

const channels = {
  messenger: {
    object: 'page',
    platform: 'meta_messenger',
    /** What stands in fixtures, and the digits that make it one fixture's own. */
    accountId: ['107000000000003', '10700000000'],
    decode: (body: unknown) => decodePageDelivery(body, { receivedAt: clock.now() }),
    /** A message that was there before the fixture speaks of it. */
    earlier: (account: string, person: string, mid: string, isOurs: boolean) => {
      const [sender, recipient] = isOurs ? [account, person] : [person, account];
      const message = { mid, text: 'Said before.', ...(isOurs ? { is_echo: true } : {}) };
      const event = { sender: { id: sender }, recipient: { id: recipient }, timestamp: at - 60_000, message };
      return { object: 'page', entry: [{ id: account, time: at, messaging: [event] }] };
    },
  },
  whatsapp: {
    object: 'whatsapp_business_account',
    platform: 'meta_whatsapp',
    accountId: ['105600000000002', '10560000000'],
    decode: (body: unknown) => decodeWhatsAppDelivery(body, { receivedAt: clock.now() }),
    earlier: (account: string, person: string, mid: string, isOurs: boolean) => {
      const said = { id: mid, timestamp: String(at / 1000 - 60), type: 'text', text: { body: 'Said before.' } };
      const ends = isOurs
        ? { message_echoes: [{ from: '15550001234', to: person, ...said }] }
        : { messages: [{ from: person, ...said }] };
      const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: account }, ...ends };
      const field = isOurs ? 'smb_message_echoes' : 'messages';
      return { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field, value }] }] };
    },
  },
} as const;

type Name = keyof typeof channels;

const cases = (Object.keys(channels) as Name[])
  .flatMap((channel) => channelFixtures(`webhook.${channel}`).map((fixture) => ({ ...fixture, channel })))
  .filter(({ name }) => !name.endsWith('-verify'))
  .map((fixture, index) => ({ ...fixture, ...ownIdsOf(fixture.channel, index) }));
type Case = (typeof cases)[number];

/** Each fixture is for an account of its own: what one of them leaves behind is none of another's. */
function ownIdsOf(channel: Name, index: number) {
  const [, prefix] = channels[channel].accountId;
  return { externalId: `${prefix}${index + 1000}`, businessId: `10450000000${index + 1000}` };
}

function bodyOf({ payload, channel, externalId, businessId }: Case): string {
  const [stood] = channels[channel].accountId;
  return JSON.stringify(payload).replaceAll(stood, externalId).replaceAll('104500000000001', businessId);
}

/** Messages that a body speaks of without being them, as far as it says whose they are. */
function spokenOf(events: WebhookEvent[], accountId: string): { mid: string; person: string; isOurs: boolean }[] {
  return events.flatMap((event) => {
    const { kind } = event;
    const isOutbound = directionOf(event, new Set([accountId])) === 'outbound';
    const person = isOutbound ? event.recipientId : event.senderId;
    if (person === undefined) return [];
    if (kind === 'read') return [{ mid: event.mid ?? `read-${person}`, person, isOurs: !isOutbound }];
    if (kind === 'status' || kind === 'edit' || kind === 'unsend')
      return [{ mid: event.mid, person, isOurs: isOutbound }];
    return kind === 'reaction' ? [{ mid: event.mid, person, isOurs: !isOutbound }] : [];
  });
}

/** A DM in a line: what of it a person or the agent would miss. */
function inOneLine(dm: Dm, externalId: string): string {
  const other = dm.direction === 'inbound' ? dm.sender_id : dm.recipient_id;
  const isOwn = (dm.direction === 'inbound' ? dm.recipient_id : dm.sender_id) === externalId;
  const facts: unknown[] = [dm.direction, dm.kind, isOwn ? other : 'NOT BETWEEN THE TWO'];
  if (dm.text !== undefined) facts.push(JSON.stringify(dm.text));
  for (const { type, original_type: original, title, media_id: media, url } of dm.attachments)
    facts.push(`[${[type, original, title, media, url].filter((part) => part !== undefined).join(' ')}]`);
  for (const name of [
    'standby',
    'is_echo',
    'is_self',
    'is_unsupported',
    'unsent',
    'read_at',
    'delivered_at',
    'played_at',
  ])
    if (dm[name] !== undefined && dm[name] !== false) facts.push(name);
  for (const { emoji, reaction } of dm.reactions) facts.push(`reaction ${emoji ?? reaction ?? '?'}`);
  for (const { text } of dm.edits) facts.push(`edited to ${JSON.stringify(text)}`);
  if (dm.quick_reply) facts.push(`chose ${JSON.stringify(dm.quick_reply.payload)}`);
  if (dm.postback) facts.push(`pressed ${JSON.stringify(dm.postback.payload)}`);
  if (dm.reply_to) facts.push(`reply to ${JSON.stringify(dm.reply_to)}`);
  if (dm.referral) facts.push(`referral ${JSON.stringify(dm.referral)}`);
  if (dm.status !== undefined) facts.push(dm.status);
  if (dm.error) facts.push(`error ${dm.error.code}`);
  return facts.join(' ');
}

const services = useServices();
let app: TestApp;
const accountIds = new Map<string, string>();
const answers = new Map<string, number>();
const kept = new Map<string, Delivery>();
/** What the door was told: events by kind, and deliveries for accounts that nobody connected. */
const told = { events: {} as Record<string, number>, unknown: 0 };

beforeAll(async () => {
  const env = { META_APP_SECRET: appSecret, META_APP_ID: '869300000000007', AGENT_ENABLED: 'false' };
  app = await startTestApp({ services, env, clock });
  for (const { name, channel, externalId } of cases) {
    const { platform } = channels[channel];
    const fields = { platform, channel, login: 'facebook', instagram_data: undefined };
    const { databaseUrl, databaseName } = services;
    accountIds.set(name, await insertAccount(databaseUrl, databaseName, externalId, 'tenant-1', fields));
  }
  let before = 0;
  for (const one of cases) {
    const { channel, externalId } = one;
    const events = channels[channel].decode(parseJsonLossless(bodyOf(one))).entries.flatMap((entry) => entry.events);
    const ours = events.filter(({ accountIds: ids, isTest }) => ids.includes(externalId) && !isTest);
    for (const { kind } of ours) count(kind);
    if (ours.length === 0 && !events.some(({ isTest }) => isTest)) told.unknown++;
    for (const { mid, person, isOurs } of spokenOf(ours, externalId)) {
      before++;
      count('message');
      await deliver(app.url, channels[channel].earlier(externalId, person, mid, isOurs), { path: '/webhook/meta' });
    }
  }
  await allStored(before);
  for (const one of cases) {
    const answer = await deliver(app.url, bodyOf(one), { path: `/webhook/${one.channel}` });
    answers.set(one.name, answer.status);
  }
  const caller = await app.call(admin);
  for (const { _id } of await allStored(before + cases.length)) {
    const { data } = (await caller.get(`/admin/deliveries/${_id}`).expect(200)).body as { data: Delivery };
    const text = JSON.stringify(data.payload);
    const one = cases.find(({ externalId, businessId }) => text.includes(externalId) || text.includes(businessId));
    if (one && !text.includes('Said before.')) kept.set(one.name, data);
    else if (!one) for (const other of cases) if (text === bodyOf(other)) kept.set(other.name, data);
  }
});
afterAll(async () => {
  await app?.stop();
});

function count(kind: string): void {
  told.events[kind] = (told.events[kind] ?? 0) + 1;
}

/** The whole delivery log, once there are so many in it and none has work left. */
async function allStored(count: number): Promise<Delivery[]> {
  const caller = await app.call(admin);
  return eventually(async () => {
    const all: Delivery[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await caller.get(`/admin/deliveries?limit=100${cursor && `&cursor=${cursor}`}`).expect(200);
      const { data, next_cursor: next } = page.body as { data: Delivery[]; next_cursor: string | null };
      all.push(...data);
      cursor = next;
    }
    expect(all).toHaveLength(count);
    expect(all.filter(({ state }) => state === 'received')).toEqual([]);
    return all;
  }, 90_000);
}

/** What a tenant then sees of the account: its conversations and their DMs. */
async function storedOf({ name, channel, externalId }: Case): Promise<string[]> {
  const caller = await app.call();
  const accountId = accountIds.get(name);
  const listed = await caller.get('/inbox/conversations').query({ platform_account_id: accountId }).expect(200);
  const { conversations } = listed.body as { conversations: Conversation[] };
  const heads = conversations.map((one) => {
    const { external_id: person, participant_name: called, unread_count: unread } = one;
    const open = one.window_closes_at ? `open until ${one.window_closes_at}` : 'not opened';
    return [`conversation ${person}`, called, `${unread} unread`, open, one.agent_paused_reason]
      .filter(Boolean)
      .join(', ');
  });
  const query = { platform_account_id: accountId, limit: 100 };
  const { data } = (await caller.get('/messages/list').query(query).expect(200)).body as { data: Dm[] };
  const dms = data.map((dm) => inOneLine(dm, externalId)).reverse();
  return [...heads, ...dms].map((line) => line.replaceAll(externalId, channels[channel].accountId[0]));
}

describe('a fixture through the door', () => {
  const expected = Object.fromEntries(
    (Object.keys(channels) as Name[]).map((channel) => [
      channel,
      JSON.parse(readFileSync(resolve(`test/fixtures/channels-expected/${channel}-stored.json`), 'utf8')),
    ]),
  ) as Record<Name, Record<string, string[]>>;

  it.each(cases)('$name is answered 200 and kept', (one) => {
    expect(answers.get(one.name)).toBe(200);
    const { payload } = kept.get(one.name) ?? {};
    const came = parseJsonLossless(bodyOf(one));
    // What was taken back is not kept in what took it back, either.
    if (/deleted|revoke/.test(one.name)) expect(payload).toBeDefined();
    else expect(payload).toEqual(came);
  });

  it.each(cases)('$name is stored as it was meant', async (one) => {
    expect(await storedOf(one)).toEqual(expected[one.channel][one.name]);
  });

  it('counts every event, understood or not, by its kind', async () => {
    const { text } = await (await app.call(null)).get('/metrics').expect(200);
    const counted = [...text.matchAll(/^dm_webhook_events_total\{kind="(\w+)"\} (\d+)/gm)];
    const found = Object.fromEntries(counted.map(([, kind = '', count]) => [kind, Number(count)]));
    expect(found).toEqual(told.events);
    expect(text).toContain(`dm_webhook_deliveries_total{outcome="kept"} ${told.unknown}`);
  });
});

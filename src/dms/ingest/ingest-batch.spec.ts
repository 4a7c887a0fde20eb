import fc from 'fast-check';
import { Types } from 'mongoose';
import { decodeDelivery, participantOf, type WebhookEvent } from '#libs/graph-api';
import { conversationIdOf, type Conversation } from '../../conversations/index.js';
import type { DmRecord } from '../dm.schema.js';
import { matchesOpenSend } from '../outbound/echo-matching.js';
import { IngestBatch, slotOf, type IngestItem } from './ingest-batch.js';

const account = { _id: '0123456789abcdef01234567', ig_id: '17841400000000001', user_id: 'tenant', username: 'shop' };
const own = new Set([account.ig_id]);
const customer = '5550001';
const start = 1_760_000_000_000;
const now = new Date(start + 60_000);

/** What MongoDB would hold, reduced to what a batch reads and writes. */
class Memory {
  readonly dms = new Map<string, DmRecord>();
  readonly conversations = new Map<string, Conversation>();

  /** Runs one batch as the transaction does: snapshot, apply, write. */
  store(events: WebhookEvent[]): void {
    const all = [...this.dms.values()];
    const batch = new IngestBatch(
      {
        dms: new Map(all.flatMap((dm) => (dm.message_id ? [[slotOf(account._id, dm.message_id), dm] as const] : []))),
        conversations: new Map(
          [...this.conversations].map(([id, conversation]) => [id, structuredClone(conversation)]),
        ),
        openSends: new Map([
          [conversationIdOf(account._id, customer), all.filter((dm) => dm.outbound_open && (dm.attempts ?? 0) > 0)],
        ]),
        tombstones: new Set(),
      },
      matchesOpenSend,
    );
    for (const event of [...events].sort((a, b) => a.timestamp - b.timestamp)) batch.apply(itemOf(event));
    for (const { before, after } of batch.changes()) {
      if (before) this.dms.delete(String(before._id));
      if (after) this.dms.set(String(after._id), after);
    }
    for (const { upToMs, at } of batch.readMarks) {
      for (const [id, dm] of this.dms) {
        const covered = dm.direction === 'outbound' && !dm.placeholder && dm.timestamp <= upToMs && !dm.read_at;
        if (covered) this.dms.set(id, { ...dm, read_at: at });
      }
    }
    for (const conversation of batch.conversations()) this.conversations.set(conversation._id, conversation);
  }
}

function itemOf(event: WebhookEvent): IngestItem {
  const participantId = participantOf(event, own) ?? customer;
  return {
    event,
    pauseAfterHumanMs: 3_600_000,
    ownAppIds: new Set(['1']),
    context: {
      account,
      ownIds: own,
      participantId,
      conversationId: conversationIdOf(account._id, participantId),
      source: 'webhook',
      now,
    },
  };
}

let tick = 0;
const inbound = (body: object, at = ++tick) => ({
  sender: { id: customer },
  recipient: { id: account.ig_id },
  timestamp: start + at * 1000,
  ...body,
});
const echo = (message: object, at = ++tick) => ({
  sender: { id: account.ig_id },
  recipient: { id: customer },
  timestamp: start + at * 1000,
  message: { is_echo: true, ...message },
});
const decode = (messaging: object[]): WebhookEvent[] =>
  decodeDelivery({ object: 'instagram', entry: [{ id: account.ig_id, time: start, messaging }] }).entries.flatMap(
    (entry) => entry.events,
  );

/** A conversation in which everything that can overtake something happens. */
const story = decode([
  inbound({ message: { mid: 'm1', text: 'hello' } }),
  inbound({ message: { mid: 'm2', text: 'typo' } }),
  inbound({ message_edit: { mid: 'm2', text: 'fixed once', num_edit: '1' } }),
  inbound({ message_edit: { mid: 'm2', text: 'fixed twice', num_edit: 2 } }),
  echo({ mid: 'ours', text: 'Our  answer' }),
  echo({ mid: 'human', text: 'A person here' }),
  inbound({ reaction: { mid: 'ours', action: 'react', reaction: 'love', emoji: '❤' } }),
  inbound({ reaction: { mid: 'ours', action: 'unreact' } }),
  inbound({ reaction: { mid: 'ours', action: 'react', reaction: 'wow', emoji: '😮' } }),
  inbound({ read: { mid: 'human' } }),
  inbound({ message: { mid: 'm3', text: 'secret' } }),
  inbound({ message: { mid: 'm3', is_deleted: true } }),
  echo({ mid: 'human', is_deleted: true }),
  inbound({ postback: { title: 'Prices', payload: 'P' } }),
  inbound({ referral: { ref: 'ad-1', source: 'ADS', type: 'OPEN_THREAD' } }),
  inbound({ referral: { ref: 'ad-2', source: 'ADS', type: 'OPEN_THREAD' } }),
]);

/** Our reply, on its way: the call has begun, its answer has not come. */
function openSend(): DmRecord {
  const conversationId = conversationIdOf(account._id, customer);
  return {
    _id: new Types.ObjectId(), platform_account_id: account._id, ig_id: account.ig_id, user_id: account.user_id,
    conversation_id: conversationId, sender_id: account.ig_id, recipient_id: customer, kind: 'message', text: 'Our answer',
    attachments: [], timestamp: start, is_echo: false, direction: 'outbound', read: true, manual_dm: false, source: 'agent',
    reactions: [], edits: [], is_deleted: false, unsent: false, delivery_ids: [], status: 'sending', outbound_open: true,
    attempts: 1, sending_at: new Date(start), send_seq: 1, send_key: 'agent:x:0', created_at: now, updated_at: now,
  }; // prettier-ignore
}

function memoryWithSend(): Memory {
  const memory = new Memory();
  const send = openSend();
  memory.dms.set(String(send._id), send);
  const conversationId = send.conversation_id;
  memory.conversations.set(conversationId, {
    _id: conversationId, platform: 'instagram', platform_account_id: account._id, user_id: account.user_id, participant_id: customer,
    unread_count: 0, counts: { inbound_unread: 0, inbound_read: 0, outbound_unread: 0, outbound_read: 1 }, archived: false,
    answer_epoch: 0, send_epoch: 0, send_seq: 1, created_at: now, updated_at: now,
  }); // prettier-ignore
  return memory;
}

/** What a dashboard could tell apart; ids and times of writing are chance. */
function endState(memory: Memory): unknown {
  const dms = [...memory.dms.values()].map(
    ({ _id, raw: _raw, created_at: _c, updated_at: _u, read_at, delivery_ids: _d, ...dm }) => ({
      ...dm,
      was_read: read_at !== undefined,
    }),
  );
  const conversations = [...memory.conversations.values()].map(
    ({ created_at: _c, updated_at: _u, read_up_to_at: _r, ...conversation }) => conversation,
  );
  return JSON.parse(
    JSON.stringify({ dms: dms.sort((a, b) => (a.message_id ?? '').localeCompare(b.message_id ?? '')), conversations }),
  );
}

describe('a batch of events', () => {
  const expected = (() => {
    const memory = memoryWithSend();
    for (const event of story) memory.store([event]);
    return endState(memory);
  })();

  it('ends in the same state in whatever order, however often and in whatever batches its events come', () => {
    const arrivals = fc
      .tuple(
        fc.shuffledSubarray(story, { minLength: story.length }),
        fc.array(fc.constantFrom(...story), { maxLength: 12 }),
      )
      .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }))
      .chain((events) =>
        fc.tuple(fc.constant(events), fc.array(fc.integer({ min: 1, max: 6 }), { minLength: events.length })),
      );
    fc.assert(
      fc.property(arrivals, ([events, sizes]) => {
        const memory = memoryWithSend();
        let rest = events;
        for (const size of sizes) {
          if (rest.length === 0) break;
          memory.store(rest.slice(0, size));
          rest = rest.slice(size);
        }
        expect(endState(memory)).toEqual(expected);
      }),
      { numRuns: 1_500 },
    );
  });

  it('tells our own send from a person’s answer by what it says, and counts each message once', () => {
    const memory = memoryWithSend();
    memory.store(story);
    const dms = [...memory.dms.values()].filter((dm) => !dm.placeholder);
    expect(dms.map((dm) => dm.message_id).sort()).toEqual([
      'human',
      'm1',
      'm2',
      'm3',
      'ours',
      expect.stringMatching(/^postback:/),
    ]);
    const ours = dms.find((dm) => dm.message_id === 'ours');
    expect(ours).toMatchObject({ source: 'agent', status: 'sent', is_echo: true, send_key: 'agent:x:0' });
    expect(ours?.outbound_open).toBeUndefined();
    const [conversation] = [...memory.conversations.values()];
    expect(conversation?.counts).toEqual({ inbound_unread: 4, inbound_read: 0, outbound_unread: 0, outbound_read: 2 });
    expect(conversation?.agent_paused_by_mid).toBe('human');
  });

  it('leaves nothing of a message that was taken back', () => {
    const memory = new Memory();
    memory.store(story.filter((event) => 'mid' in event && event.mid === 'm3'));
    expect(JSON.stringify([...memory.dms.values(), ...memory.conversations.values()])).not.toContain('secret');
  });
});

import { Types } from 'mongoose';
import { decodeDelivery, participantOf, type WebhookEvent } from '#libs/graph-api';
import { conversationIdOf, type Conversation } from '../../src/conversations/index.js';
import type { DmRecord } from '../../src/dms/dm.schema.js';
import { slotOf, type ReadMark } from '../../src/dms/ingest/batch-snapshot.js';
import { IngestBatch, type IngestItem } from '../../src/dms/ingest/ingest-batch.js';
import type { IngestContext } from '../../src/dms/ingest/reduce-dm.js';
import { matchesOpenSend } from '../../src/dms/outbound/echo-matching.js';

/** What the specs of storing events share: an account, a customer, their events, and a store in memory. */
const account = {
  _id: '0123456789abcdef01234567',
  ig_id: '17841400000000001',
  channel: 'instagram' as const,
  user_id: 'tenant',
  username: 'shop',
};
export const accountId = account.ig_id;
const own = new Set([accountId]);
export const customer = '5550001';
export const start = 1_760_000_000_000;
export const now = new Date(start + 60_000);
/** Events that a look at Meta's conversation told, not a webhook. */
const synced = new Set<WebhookEvent>();

/** What MongoDB would hold, reduced to what a batch reads and writes. */
export class Memory {
  readonly dms = new Map<string, DmRecord>();
  readonly conversations = new Map<string, Conversation>();

  constructor(
    private readonly settings: Pick<IngestItem, 'automaticTexts'> = {},
    private readonly channel: Pick<IngestContext, 'readsOneByOne'> = {},
  ) {}

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
        blocked: new Set(),
        answeredUntil: this.answeredUntil(),
        around: new Map([[conversationIdOf(account._id, customer), all]]),
        erasedAt: this.erasedAt,
      },
      matchesOpenSend,
    );
    for (const event of [...events].sort((a, b) => a.timestamp - b.timestamp))
      batch.apply({ ...itemOf(event, this.channel), ...this.settings });
    for (const { before, after } of batch.changes()) {
      if (before) this.dms.delete(String(before._id));
      if (after) this.dms.set(String(after._id), after);
    }
    for (const { fromMs = -Infinity, upToMs, at } of batch.readMarks) {
      for (const [id, dm] of this.dms) {
        const inRange = dm.timestamp > fromMs && dm.timestamp <= upToMs;
        const covered = dm.direction === 'outbound' && dm.status === 'sent' && !dm.placeholder && !dm.read_at;
        if (inRange && covered) this.dms.set(id, { ...dm, read_at: at });
      }
    }
    for (const conversation of batch.conversations()) this.conversations.set(conversation._id, conversation);
    this.lastMarks = batch.readMarks;
    this.lastHints = batch.hints().map(({ mid, about }) => `${mid} ${about}`);
  }

  /** By participant. */
  readonly erasedAt = new Map<string, number>();

  /** Of the last batch. */
  lastMarks: readonly ReadMark[] = [];
  lastHints: readonly string[] = [];

  find(mid: string): DmRecord | undefined {
    return [...this.dms.values()].find((dm) => dm.message_id === mid);
  }

  private answeredUntil(): Map<string, number> {
    const answers = [...this.dms.values()].filter((dm) => dm.direction === 'outbound' && !dm.placeholder);
    const until = Math.max(...answers.map(({ timestamp }) => timestamp));
    return new Map([[conversationIdOf(account._id, customer), until]]);
  }
}

function itemOf(event: WebhookEvent, channel: Pick<IngestContext, 'readsOneByOne'>): IngestItem {
  const participantId = participantOf(event, own) ?? customer;
  return {
    event,
    quietMs: 0,
    pauseAfterHumanMs: 3_600_000,
    ownAppIds: new Set(['1']),
    context: {
      account,
      ownIds: own,
      participantId,
      conversationId: conversationIdOf(account._id, participantId),
      ...(event.personName === undefined ? {} : { participantName: event.personName }),
      source: synced.has(event) ? 'sync' : 'webhook',
      now,
      ...channel,
    },
  };
}

let tick = 0;
export const inbound = (body: object, at = ++tick) => ({
  sender: { id: customer },
  recipient: { id: account.ig_id },
  timestamp: start + at * 1000,
  ...body,
});
export const echo = (message: object, at = ++tick) => ({
  sender: { id: account.ig_id },
  recipient: { id: customer },
  timestamp: start + at * 1000,
  message: { is_echo: true, ...message },
});
export const decode = (messaging: object[]): WebhookEvent[] =>
  decodeDelivery({ object: 'instagram', entry: [{ id: account.ig_id, time: start, messaging }] }).entries.flatMap(
    (entry) => entry.events,
  );
/** The same messages as a look at Meta's conversation tells them. */
export const fetched = (events: WebhookEvent[], mids: string[]): WebhookEvent[] => {
  const messages = events.filter((event) => event.kind === 'message' && mids.includes(event.mid));
  const copies = messages.map((event) => ({ ...event, replyTo: undefined }));
  for (const copy of copies) synced.add(copy);
  return copies;
};

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

export function memoryWithSend(channel: Pick<IngestContext, 'readsOneByOne'> = {}): Memory {
  const memory = new Memory({}, channel);
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

import type { DecodedDelivery, DeliverySummary, EventBase, WebhookEvent } from '#libs/graph-api';
import type { ChannelWebhook } from '../../../src/channels/index.js';

/** What the invented channel posts: one account, and what happened to it. Times are whole seconds. */
export interface InventedBody {
  object: 'invented';
  number: string;
  happened: (
    | { what: 'said'; id: string; from: string; text: string; at: number }
    | { what: 'status'; id: string; to: string; state: 'taken' | 'read'; note: string; at: number }
  )[];
}

const isInvented = (body: unknown): body is InventedBody =>
  typeof body === 'object' && body !== null && (body as InventedBody).object === 'invented';

export const inventedWebhook: ChannelWebhook = {
  objects: ['invented'],

  summarize(body): DeliverySummary {
    if (!isInvented(body)) return { object: undefined, events: 0, accountIds: [], isTest: false };
    return { object: body.object, events: body.happened.length, accountIds: [[body.number]], isTest: false };
  },

  decode(body): DecodedDelivery {
    if (!isInvented(body)) return { object: undefined, entries: [], shape: 'object' };
    const events = body.happened.map((one, index) => eventOf(body.number, one, index));
    return { object: body.object, entries: [{ entryId: body.number, events }], shape: 'object' };
  },
};

function eventOf(number: string, one: InventedBody['happened'][number], index: number): WebhookEvent {
  const isOurs = one.what === 'status' && one.state === 'taken';
  const person = one.what === 'said' ? one.from : one.to;
  const base: Omit<EventBase, 'kind'> = {
    index,
    entryId: number,
    accountIds: [number],
    senderId: isOurs ? number : person,
    recipientId: isOurs ? person : number,
    timestamp: one.at * 1_000,
    standby: false,
    isEcho: isOurs,
    isSelf: false,
    isTest: false,
    raw: one,
    unknownFields: [],
  };
  if (one.what === 'status' && one.state === 'read') return { ...base, kind: 'read', mid: one.id };
  // That it was taken is told without its words: the note has them.
  const text = one.what === 'said' ? one.text : one.note;
  return { ...base, kind: 'message', mid: one.id, text, attachments: [], isUnsupported: false };
}

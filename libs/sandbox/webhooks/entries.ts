import type { Login } from '../world/types.js';
import type { WebhookEvent } from './event.js';

interface Entry {
  id: string;
  time?: number;
  [place: string]: unknown;
}

/** Several events about one object in one body, as Meta batches them: neighbours of the same account and kind share an entry. */
export function batchBody(events: readonly WebhookEvent[], login: Login, now: number): object {
  const entry: Entry[] = [];
  let last: { entryId: string; place: string; bodies: unknown[] } | null = null;
  for (const event of events) {
    if (!last || last.entryId !== event.entryId || last.place !== event.place) {
      last = { entryId: event.entryId, place: event.place, bodies: [] };
      // WhatsApp gives a time to what concerns a whole account alone.
      const time = event.object === 'whatsapp_business_account' ? {} : { time: now };
      entry.push({ id: event.entryId, ...time, [event.place]: last.bodies });
    }
    last.bodies.push(event.bodyFor(login));
  }
  return { object: events[0]?.object ?? 'instagram', entry };
}

const KINDS = [
  'message',
  'postback',
  'reaction',
  'read',
  'delivery',
  'message_edit',
  'referral',
  'optin',
  'pass_thread_control',
];

/** What a delivery is about, in a few words for a log: `message`, `echo`, `read`, `3 × message`. */
export function summaryOf(body: string): string {
  const kinds = new Map<string, number>();
  for (const event of eventsIn(body)) {
    const kind = kindOf(event);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  if (kinds.size === 0) return 'raw';
  return [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(', ');
}

function eventsIn(body: string): Record<string, unknown>[] {
  const entries = asRecord(parsed(body))?.entry;
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry) => {
    const lists = ['messaging', 'standby', 'changes'].map((place) => asRecord(entry)?.[place]);
    return lists.filter(Array.isArray).flat() as Record<string, unknown>[];
  });
}

/** A test may post what isn't JSON at all. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function kindOf(event: unknown): string {
  const fields = asRecord(event) ?? {};
  if (typeof fields.field === 'string') return fields.field;
  const kind = KINDS.find((name) => name in fields) ?? 'event';
  const message = asRecord(fields.message);
  if (message?.is_deleted) return 'unsend';
  return message?.is_echo ? 'echo' : kind;
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

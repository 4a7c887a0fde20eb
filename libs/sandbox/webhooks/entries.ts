import type { Account, Login } from '../world/types.js';
import type { WebhookEvent } from './event.js';

interface Entry {
  id: string;
  time: number;
  [place: string]: unknown;
}

/** Several events in one body, as Meta batches them: neighbours of the same account and kind share an entry. */
export function batchBody(events: readonly WebhookEvent[], login: Login, now: number): object {
  const entry: Entry[] = [];
  let last: { account: Account; place: string; bodies: unknown[] } | null = null;
  for (const event of events) {
    if (!last || last.account !== event.account || last.place !== event.place) {
      last = { account: event.account, place: event.place, bodies: [] };
      entry.push({ id: event.account.igId, time: now, [event.place]: last.bodies });
    }
    last.bodies.push(event.bodyFor(login));
  }
  return { object: 'instagram', entry };
}

const KINDS = ['message', 'postback', 'reaction', 'read', 'message_edit', 'referral', 'optin', 'pass_thread_control'];

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

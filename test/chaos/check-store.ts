import type { People } from './people.js';
import type { ChaosStack } from './stack.js';
import type { StoredDm } from './store-watch.js';

/** One line of the result: what must not be, how often it was, and some of it. */
export interface Finding {
  name: string;
  count: number;
  examples: string[];
}

export const finding = (name: string, examples: string[]): Finding => ({
  name,
  count: examples.length,
  examples: examples.slice(0, 5),
});

interface Indexed {
  byMid: Map<string, StoredDm[]>;
  byPayload: Map<string, StoredDm[]>;
  byText: Map<string, StoredDm[]>;
}

function indexed(dms: StoredDm[]): Indexed {
  const index: Indexed = { byMid: new Map(), byPayload: new Map(), byText: new Map() };
  const put = (map: Map<string, StoredDm[]>, key: string | undefined, dm: StoredDm): void => {
    if (key !== undefined) map.set(key, [...(map.get(key) ?? []), dm]);
  };
  for (const dm of dms) {
    if (dm.placeholder) continue;
    put(index.byMid, dm.message_id, dm);
    put(index.byPayload, dm.postback?.payload, dm);
    if (dm.direction === 'outbound') put(index.byText, dm.text, dm);
  }
  return index;
}

/** Jepsen's total queue: all that was acknowledged is there, once, and nothing else is. */
export function checkStored(people: People, dms: StoredDm[]): Finding[] {
  const { byMid, byPayload, byText } = indexed(dms);
  const missing: string[] = [];
  const doubled: string[] = [];
  const known = new Set<string>();
  /** Sent, but neither echo nor look has told us which mid it got: what people do with it can be put nowhere. */
  const neverNamed = new Set<string>();
  const iceBreakers = new Set(people.notes.filter(({ mid }) => mid === undefined).map(({ message }) => message));
  for (const { phone } of people.threads) {
    for (const message of phone.messages()) {
      const { mid } = message;
      known.add(mid);
      const found = iceBreakers.has(message) ? byPayload.get(message.payload ?? '') : byMid.get(mid);
      // Of a send whose answer was lost the mid is not known yet; what became of it is looked at with the answers.
      const open = message.via === 'api' && !found ? byText.get(message.text ?? '') : undefined;
      if (open?.every(({ status, message_id: named }) => status === 'unconfirmed' && !named)) neverNamed.add(mid);
      if (!found && !open) missing.push(`${message.via} ${message.text ?? message.payload ?? mid}`);
      if ((found?.length ?? 0) > 1) doubled.push(`${found?.length} × ${message.text ?? message.payload ?? mid}`);
    }
  }
  for (const [text, found] of byText) if (found.length > 1) doubled.push(`${found.length} × outbound ${text}`);
  const unexpected = dms.filter(
    ({ message_id: mid, placeholder }) => mid && !placeholder && !mid.startsWith('postback:') && !known.has(mid),
  );
  const placeholders = dms.filter(({ placeholder, message_id: mid = '' }) => placeholder && !neverNamed.has(mid));
  return [
    finding('stored missing', missing),
    finding('stored doubled', doubled),
    finding(
      'stored but never delivered',
      unexpected.map(({ message_id, text }) => `${text ?? ''} ${message_id}`),
    ),
    finding(
      'placeholders left',
      placeholders.map(({ message_id }) => message_id ?? ''),
    ),
  ];
}

/** Whatever came in whatever order: the end state is what the person sees on their phone. */
export function checkContent(people: People, dms: StoredDm[]): Finding[] {
  const { byMid } = indexed(dms);
  const wrong: string[] = [];
  for (const { phone } of people.threads) {
    for (const message of phone.messages()) {
      const dm = byMid.get(message.mid)?.[0];
      if (!dm) continue;
      const stored = dm.reactions.find(({ removed }) => !removed)?.emoji;
      const facts = [
        ['unsent', message.unsent, dm.unsent],
        ['text', message.unsent ? undefined : message.text, dm.text],
        ['reaction', message.emoji, stored],
      ] as const;
      for (const [name, expected, actual] of facts) {
        if (expected !== actual) wrong.push(`${name} of ${message.text ?? 'a message'}: ${actual}, not ${expected}`);
      }
    }
  }
  return [finding('content wrong', wrong)];
}

export function checkDeliveries(stack: ChaosStack): { findings: Finding[]; facts: Record<string, string | number> } {
  const { deliveries } = stack.local.sandbox;
  const attempts = deliveries.flatMap((delivery) => delivery.attempts);
  const statuses = new Map<string, number>();
  for (const { status } of attempts) {
    const name = status === null ? 'none' : String(status);
    statuses.set(name, (statuses.get(name) ?? 0) + 1);
  }
  const answered = attempts
    .filter(({ status }) => status !== null && status !== 502)
    .map(({ durationMs }) => durationMs);
  const sorted = answered.sort((a, b) => a - b);
  const refused = attempts.filter(({ status }) => status !== null && status >= 400 && status < 500);
  const open = deliveries.filter(({ state }) => state !== 'delivered');
  return {
    findings: [
      finding(
        'deliveries not accepted',
        open.map(({ id, state, summary }) => `${id} ${state} ${summary}`),
      ),
      finding(
        'deliveries refused with 4xx',
        refused.map(({ status, answer }) => `${status} ${answer}`),
      ),
    ],
    facts: {
      accepted: `${deliveries.filter(({ state }) => state === 'delivered').length} deliveries, ${deliveries.reduce((sum, { events }) => sum + events, 0)} events`,
      'largest body': `${Math.max(0, ...deliveries.map(({ events }) => events))} events`,
      attempts: `${attempts.length} (${[...statuses]
        .sort()
        .map(([status, n]) => `${status}: ${n}`)
        .join(', ')})`,
      'webhook answered': `median ${sorted[Math.floor(sorted.length / 2)] ?? 0} ms, p99 ${sorted[Math.floor(sorted.length * 0.99)] ?? 0} ms, longest ${sorted.at(-1) ?? 0} ms`,
    },
  };
}

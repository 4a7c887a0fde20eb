import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { finding, type Finding } from './check-store.js';
import { foreignJobs } from './foreign-jobs.js';
import { secretOf, type People } from './people.js';
import type { ChaosStack } from './stack.js';
import type { StoredDm, StoreWatch } from './store-watch.js';

interface StoredConversation {
  _id: unknown;
  counts: Record<'inbound_unread' | 'inbound_read' | 'outbound_unread' | 'outbound_read', number>;
  unread_count: number;
  unread?: boolean;
  last_message_at?: Date;
  participant_id: string;
  agent_paused_until?: Date;
  agent_paused_reason?: string;
  agent_paused_by_mid?: string;
}

/** What conversations carry beside their messages must be what counting would give. */
export async function checkConversations(people: People, dms: StoredDm[], watch: StoreWatch): Promise<Finding[]> {
  const shown = new Map<string, StoredDm[]>();
  for (const dm of dms) {
    if (dm.placeholder || dm.is_deleted) continue;
    shown.set(dm.conversation_id, [...(shown.get(dm.conversation_id) ?? []), dm]);
  }
  const conversations = await watch.collection<StoredConversation>('inbox_conversations').find().toArray();
  const counters: string[] = [];
  const unread: string[] = [];
  const last: string[] = [];
  for (const { _id, counts, unread_count, unread: flag, last_message_at } of conversations) {
    const own = shown.get(String(_id)) ?? [];
    const count = (direction: string, read: boolean) =>
      own.filter((dm) => dm.direction === direction && dm.read === read).length;
    const recount = {
      inbound_unread: count('inbound', false),
      inbound_read: count('inbound', true),
      outbound_unread: count('outbound', false),
      outbound_read: count('outbound', true),
    };
    const differs = (Object.keys(recount) as (keyof typeof recount)[]).some((key) => recount[key] !== counts[key]);
    if (differs) counters.push(`${String(_id)}: ${JSON.stringify(counts)}, not ${JSON.stringify(recount)}`);
    if (unread_count !== recount.inbound_unread || flag !== recount.inbound_unread > 0)
      unread.push(`${String(_id)}: ${unread_count} (${flag}), not ${recount.inbound_unread}`);
    const newest = Math.max(0, ...own.map(({ timestamp }) => timestamp));
    if ((last_message_at?.getTime() ?? 0) < newest)
      last.push(`${String(_id)}: ${last_message_at?.toISOString()}, not ${new Date(newest).toISOString()}`);
  }
  return [
    finding('agent paused for nothing', pausedForNothing(people, conversations, dms)),
    finding('conversation counters wrong', counters),
    finding('unread wrong', unread),
    finding('last message wrong', last),
  ];
}

/** Only a person's own answer may silence the agent; an echo of what we sent is none. */
function pausedForNothing(people: People, conversations: StoredConversation[], dms: StoredDm[]): string[] {
  const withPerson = new Set(people.threads.flatMap(({ withPerson: yes, phone }) => (yes ? [phone.id] : [])));
  const paused = conversations.filter(({ agent_paused_until }) => agent_paused_until);
  return paused
    .filter(({ participant_id }) => !withPerson.has(participant_id))
    .map(({ _id, agent_paused_reason, agent_paused_by_mid }) => {
      const dm = dms.find(({ message_id }) => message_id === agent_paused_by_mid);
      const { text, source, send_key, status } = dm ?? {};
      return `${String(_id)}: ${agent_paused_reason} by ${JSON.stringify({ text: text?.slice(0, 40), source, send_key, status })}`;
    });
}

/** What was taken back is nowhere; what anybody wrote is in no log and no job. */
export async function checkSecrets(
  stack: ChaosStack,
  people: People,
  watch: StoreWatch,
  logsFolder: string,
): Promise<Finding[]> {
  const unsent = new Set(people.notes.filter(({ message }) => message?.unsent).map(({ mark }) => secretOf(mark)));
  const secretsIn = (text: string): string[] => text.match(/whisper\d{6}/g) ?? [];
  const left: string[] = [];
  for (const name of ['instagram_dms', 'inbox_conversations', 'webhook_deliveries', 'dead_letters', 'agent_usage']) {
    for await (const document of watch.collection(name).find()) {
      const id = String(document._id);
      for (const secret of secretsIn(JSON.stringify(document)))
        if (unsent.has(secret)) left.push(`${secret} in ${name} ${id}`);
    }
  }
  const logged = readdirSync(logsFolder).flatMap((file) =>
    secretsIn(readFileSync(join(logsFolder, file), 'utf8')).map((secret) => `${secret} in ${file}`),
  );
  const numbers = readdirSync(logsFolder).flatMap((file) =>
    (readFileSync(join(logsFolder, file), 'utf8').match(/wamid\.\w{10,}/g) ?? []).map((id) => `${id} in ${file}`),
  );
  const inRedis = secretsIn(await everythingIn(stack.redis.url)).map((secret) => `${secret} in Redis`);
  return [
    finding('taken back, but still there', left),
    finding('written into a log', logged),
    finding('numbers of people in a log', numbers),
    finding('written into Redis', inRedis),
  ];
}

async function everythingIn(url: string): Promise<string> {
  const client = new Redis(url);
  const found: string[] = [];
  try {
    for await (const keys of client.scanStream({ count: 500 }) as AsyncIterable<string[]>) {
      for (const key of keys) {
        const type = await client.type(key);
        if (type === 'hash') found.push(JSON.stringify(await client.hgetall(key)));
        else if (type === 'list') found.push((await client.lrange(key, 0, -1)).join(' '));
        else if (type === 'string') found.push((await client.get(key)) ?? '');
      }
    }
  } finally {
    client.disconnect();
  }
  return found.join('\n');
}

interface StoredLetter {
  kind: string;
  subject: string;
  reason: string;
  error?: string;
}

const foreignNames: readonly string[] = foreignJobs.map(({ name }) => name);

/** Jobs that nobody here knows are put aside; nothing else may end there but jobs that ran out of tries meanwhile. */
export async function checkDeadLetters(
  watch: StoreWatch,
): Promise<{ findings: Finding[]; facts: Record<string, string> }> {
  const letters = await watch.collection<StoredLetter>('dead_letters').find().toArray();
  const counts = new Map<string, number>();
  for (const { kind, subject, reason } of letters) {
    const name = `${kind} ${subject} ${reason}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const bad = letters.filter(
    ({ kind, subject }) => kind !== 'job' || (kind === 'job' && !foreignNames.includes(subject) && !isHint(subject)),
  );
  const parked = await watch
    .collection<{ state: string; error?: string }>('webhook_deliveries')
    .find({ state: 'parked' })
    .toArray();
  return {
    findings: [
      finding(
        'dead letters',
        bad.map(({ kind, subject, reason, error }) => `${kind} ${subject} ${reason}: ${error}`),
      ),
      finding(
        'deliveries parked',
        parked.map(({ error }) => error ?? ''),
      ),
    ],
    facts: { 'dead letters': [...counts].map(([name, n]) => `${n} ${name}`).join(', ') || '0' },
  };
}

/** A hint that ran out of tries while MongoDB was away costs nothing: the sweep gives it again. */
function isHint(subject: string): boolean {
  return ['answer-conversation', 'settle-send', 'fetch-profile'].includes(subject);
}

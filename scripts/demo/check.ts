import type { LocalStack } from '../stack/local-stack.js';

interface DmListed {
  direction: string;
  text?: string;
  status?: string;
  unsent: boolean;
  message_id?: string;
}

export interface Finding {
  what: string;
  ok: boolean;
  seen: string;
}

export interface Summary {
  deliveries: number;
  attempts: number;
  stored: number;
  inbound: number;
  duplicatesRefused: number;
  answers: number;
  answerMessages: number;
  findings: Finding[];
}

/** Holds what the server stored and sent against what happened on the local Instagram. */
export async function checkAll(stack: LocalStack, accountId: string, answers: number): Promise<Summary> {
  const { sandbox } = stack;
  const sends = sandbox.sends.filter(({ channel }) => channel === 'instagram');
  const listed = await stack.api<{ data: DmListed[]; total: number }>(
    'GET',
    `/instagram-dms/list?platform_account_id=${accountId}&limit=100`,
  );
  const happened = sandbox.customer.messages();
  const inbound = listed.data.filter((dm) => dm.direction === 'inbound');
  const written = happened.filter((message) => message.from === 'customer');
  const attempts = sandbox.deliveries.reduce((sum, delivery) => sum + delivery.attempts.length, 0);
  const mids = listed.data.map((dm) => dm.message_id);
  const sent = listed.data.filter((dm) => dm.status === 'sent' && dm.direction === 'outbound');
  const findings: Finding[] = [
    countedFinding('every message is stored exactly once', inbound.length, written.length),
    countedFinding('no DM is stored twice', new Set(mids).size, mids.length),
    countedFinding('the total the API names', listed.total, listed.data.length),
    countedFinding('every outbound DM is sent', sent.length, happened.length - written.length),
    countedFinding('every send is one the server knows', sends.filter(({ mid }) => !mids.includes(mid)).length, 0),
    countedFinding('nothing is left of the message taken back', await countWords(stack, '4111'), 0),
    countedFinding(
      'deliveries not accepted',
      sandbox.deliveries.filter(({ state }) => state !== 'delivered').length,
      0,
    ),
  ];
  return {
    deliveries: sandbox.deliveries.length,
    attempts,
    stored: listed.total,
    inbound: inbound.length,
    duplicatesRefused: attempts - sandbox.deliveries.length,
    answers,
    answerMessages: sends.length,
    findings,
  };
}

/** What was counted, and what it should have been. */
export function countedFinding(what: string, seen: number, wanted: number): Finding {
  return { what, ok: seen === wanted, seen: seen === wanted ? String(seen) : `${seen} instead of ${wanted}` };
}

/** How many DMs and raw deliveries still hold a text. */
async function countWords(stack: LocalStack, text: string): Promise<number> {
  const dms = await stack.api<{ data: unknown[] }>('GET', '/instagram-dms/list?limit=100');
  const raw = await stack.api<{ data: { _id: string }[] }>('GET', '/admin/deliveries?limit=100');
  const payloads = await Promise.all(raw.data.map(({ _id }) => stack.api('GET', `/admin/deliveries/${_id}`)));
  return [...dms.data, ...payloads].filter((item) => JSON.stringify(item).includes(text)).length;
}

import type { Finding } from './check-store.js';
import type { FaultScript, Struck } from './faults.js';
import type { People } from './people.js';
import { chaosChannels } from './phone.js';
import type { ChaosStack } from './stack.js';
import type { StoredDm, StoreWatch } from './store-watch.js';

const isTerminal = process.stdout.isTTY;
const colour = (code: number, text: string): string => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function printFacts(title: string, facts: Record<string, string | number>): void {
  say(`\n${title}`);
  for (const [name, value] of Object.entries(facts)) say(`  ${name.padEnd(38)} ${value}`);
}

/** What was written, sent and lost on each channel, by the ledger of what Meta took. */
export function printChannels({ local, accounts }: ChaosStack, people: People, dms: StoredDm[]): void {
  for (const channel of chaosChannels) {
    const own = new Set(accounts.filter((account) => account.channel === channel).map(({ id }) => id));
    const sends = local.sandbox.sends.filter((send) => send.channel === channel);
    const once = new Set(sends.map(({ recipientId, text }) => `${recipientId} ${text}`));
    const lost = sends.filter(({ answered }) => !answered).length;
    const share = sends.length === 0 ? 0 : Math.round((lost / sends.length) * 100);
    const stored = dms.filter(({ platform_account_id: id }) => own.has(id));
    const unconfirmed = stored.filter(({ status }) => status === 'unconfirmed').length;
    printFacts(`On ${channel}`, {
      'conversations, messages to answer': `${people.threads.filter((one) => one.account.channel === channel).length}, ${people.notes.filter((one) => one.thread.account.channel === channel).length}`,
      'DMs stored': stored.length,
      'sends accepted': `${sends.length}, ${lost} of them (${share} %) without an answer`,
      'sent twice': sends.length - once.size,
      unconfirmed,
    });
  }
}

/** @returns whether nothing was found */
export function printFindings(findings: Finding[]): boolean {
  say('\nWhat must not be');
  for (const { name, count, examples } of findings) {
    say(`  ${name.padEnd(38)} ${count === 0 ? colour(32, '0') : colour(31, String(count))}`);
    for (const example of examples) say(`      ${example}`);
  }
  return findings.every(({ count }) => count === 0);
}

/** How long the workers' jobs took, by their own metrics since their last start: mean ms. */
export async function jobTimes(stack: ChaosStack): Promise<string> {
  const sums = new Map<string, { count: number; seconds: number }>();
  for (const { app } of stack.workers) {
    const text = await fetch(`${app.url}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    for (const [, what, job, value] of text.matchAll(
      /_job_duration_seconds_(sum|count)\{[^}]*job="([^"]+)"[^}]*\} (\S+)/g,
    )) {
      const sum = sums.get(job as string) ?? { count: 0, seconds: 0 };
      if (what === 'sum') sum.seconds += Number(value);
      else sum.count += Number(value);
      sums.set(job as string, sum);
    }
  }
  return [...sums]
    .map(([job, { count, seconds }]) => `${job} ${count} × ${Math.round((seconds / Math.max(1, count)) * 1_000)}`)
    .join(', ');
}

interface Recovery {
  stored: number[];
  answered: number[];
  open: number;
}

/** How long a line that was written at the moment of a fault took to be stored, and to be answered. */
export function printRecovery(struck: Struck[], stack: ChaosStack, watch: StoreWatch): void {
  const byKind = new Map<string, Recovery>();
  for (const { kind, at, canary } of struck) {
    const recovery = byKind.get(kind) ?? { stored: [], answered: [], open: 0 };
    const storedAt = watch.storedAt.get(canary.mid ?? '');
    const answer = stack.local.sandbox.sends.find(({ text }) => text?.includes(canary.mark));
    if (storedAt !== undefined) recovery.stored.push(storedAt - at);
    if (answer) recovery.answered.push(answer.at - at);
    else recovery.open++;
    byKind.set(kind, recovery);
  }
  say('\nA message written at the moment of a fault: until stored, until answered (ms, median and longest)');
  for (const [kind, { stored, answered, open }] of [...byKind].sort()) {
    const times = `${spread(stored).padEnd(16)} ${spread(answered).padEnd(16)}`;
    say(
      `  ${kind.padEnd(38)} ${String(stored.length).padStart(3)} ×  ${times}${open > 0 ? ` ${open} not answered` : ''}`,
    );
  }
}

export function printProcesses(stack: ChaosStack, faults: FaultScript): Finding[] {
  const late = faults.endsMs.filter(({ tookMs }) => tookMs > 10_000);
  const ends = faults.endsMs.map(({ name, tookMs }) => `${name} ${tookMs} ms`).join(', ');
  say(`\nAsked to end (SIGTERM)\n  ${ends || 'none'}`);
  for (const { name, unexpectedEnds } of [...stack.apis, ...stack.workers])
    if (unexpectedEnds.length > 0)
      say(`  ${name} ended by itself ${unexpectedEnds.length} times and was started again`);
  if (faults.missed.length > 0) say(`\nFaults that did not strike\n  ${faults.missed.join('\n  ')}`);
  return [
    {
      name: 'took more than 10 s to end',
      count: late.length,
      examples: late.map(({ name, tookMs }) => `${name}: ${tookMs} ms`),
    },
  ];
}

function spread(values: number[]): string {
  if (values.length === 0) return '-';
  const sorted = [...values].sort((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length / 2)]} / ${sorted.at(-1)}`;
}

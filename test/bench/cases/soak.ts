import { setTimeout as sleep } from 'node:timers/promises';
import { Customers } from '../load/customers.js';
import { StackWatch, type Outcome, type Sample } from '../measure/stack-watch.js';
import { overSixths } from '../measure/statistics.js';
import type { BenchCase, CaseResult, RunOptions } from '../plan.js';
import { BenchStack } from '../support/bench-stack.js';
import { InstantMeta } from '../support/instant-meta.js';

const processes = [
  { name: 'api', role: 'api' as const },
  { name: 'worker', role: 'worker' as const },
];
/** What is on its way when a sample is taken comes and goes: jobs, locks, hints. */
const onTheirWay = 20;
const patienceMs = 60_000;

/** A sample, and how many people had been answered then. */
type Moment = Sample & { people: number };

/** What an hour shows and a minute does not: something that is kept of each message, answer or person. */
export const soak: BenchCase = {
  name: 'soak',
  title: 'Soak: customers write at a steady pace and are answered, one api and one worker process',
  byDefault: false,
  inSmoke: true,
  async run(options) {
    const cleanUps: (() => unknown)[] = [];
    try {
      const meta = await InstantMeta.start();
      cleanUps.push(() => meta.stop());
      const stack = await BenchStack.start(processes, options, settings(meta));
      cleanUps.push(() => stack.stop());
      const watch = await StackWatch.open(stack);
      cleanUps.push(() => watch.close());
      meta.sandboxUrl = stack.stack.sandbox.env['GRAPH_INSTAGRAM_URL'] ?? '';
      await stack.connect({ enabled: true, quiet_ms: 0, daily_token_budget: 1_000_000_000 });
      const { smoke, perSecond = 8 } = options;
      const pauseSeconds = smoke ? 2 : 30;
      const customers = new Customers({ url: stack.stack.apiUrl, bodies: stack.bodies(1), perSecond, pauseSeconds });
      const moments = await watchWhile(customers.write(options.minutes * 60), { watch, meta, options });
      await untilAnswered(watch, smoke ? 0 : 5_000);
      return report({ moments, last: await watch.sample(), outcome: await watch.outcome(), customers, meta });
    } finally {
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    }
  },
};

/** No limit of the account's is what is measured. */
function settings(meta: InstantMeta): Record<string, string> {
  return {
    ...{ GRAPH_INSTAGRAM_URL: meta.url, OPENAI_BASE_URL: `${meta.url}/v1`, AGENT_QUIET_MS: '0' },
    ...{ RATE_LIMIT_PER_HOUR: '10000000', RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_PER_RECIPIENT_DAY: '1000000' },
  };
}

interface Watched {
  watch: StackWatch;
  meta: InstantMeta;
  options: RunOptions;
}

async function watchWhile(writing: Promise<void>, { watch, meta, options }: Watched): Promise<Moment[]> {
  const everyMs = Math.min(10_000, options.minutes * 5_000);
  const moments: Moment[] = [];
  let isOver = false;
  const over = writing.finally(() => (isOver = true));
  over.catch(() => undefined); // told when it is awaited
  while (!isOver) {
    await Promise.race([sleep(everyMs), over]);
    if (isOver) break;
    const moment = { ...(await watch.sample()), people: meta.messagesTo.size };
    moments.push(moment);
    if (moments.length % 6 === 0)
      options.log(`  ${((moments.length * everyMs) / 60_000).toFixed(1)} min: ${inShort(moment)}`);
  }
  await over;
  return moments;
}

/** @param graceMs for what was sent last to be written down, and for an answer too many to show itself */
async function untilAnswered(watch: StackWatch, graceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while ((await watch.sample()).unanswered > 0 && performance.now() < deadline) await sleep(100);
  await sleep(500 + graceMs);
}

interface Seen {
  moments: Moment[];
  last: Sample;
  outcome: Outcome;
  customers: Customers;
  meta: InstantMeta;
}

function report({ moments, last, outcome, customers, meta }: Seen): CaseResult {
  const growth = (of: (moment: Moment) => number): number => {
    const { early, late } = overSixths(moments.map(of));
    return late - early;
  };
  const memory = processes.map(({ name }, index) => ({
    name,
    ...overSixths(moments.map(({ residentMb }) => residentMb[index] as number)),
  }));
  const onTheWire = sum(meta.messagesTo);
  const people = [...new Set([...customers.written.keys(), ...meta.messagesTo.keys(), ...outcome.answersTo.keys()])];
  const tooMany = people.map((id) => tooManyTo(id, { outcome, customers, meta }));
  const all = [...moments, last];
  const highest = (of: (sample: Sample) => number): number => Math.max(...all.map(of));
  const redis = overSixths(moments.map(({ redisMb }) => redisMb));
  return {
    lines: [],
    checks: [
      ...memory.map(({ name, early, late }) => ({
        what: `memory of the ${name} process, last sixth over the second`,
        value: (late / early - 1) * 100,
        unit: '%' as const,
        aim: { atMost: 5 },
      })),
      {
        what: 'Redis keys that never expire, last sixth less the second',
        value: growth(({ lastingKeys }) => lastingKeys),
        unit: 'keys',
        aim: { atMost: onTheirWay },
      },
      {
        what: 'Redis keys that expire beyond one a person, last sixth less the second',
        value: growth(({ expiringKeys, people }) => expiringKeys - people),
        unit: 'keys',
        aim: { atMost: onTheirWay },
      },
      { what: 'failed jobs', value: highest(({ failedJobs }) => failedJobs), unit: 'jobs', aim: { atMost: 0 } },
      { what: 'deliveries that were not taken', value: customers.refused, unit: 'deliveries', aim: { atMost: 0 } },
      { what: 'DMs without an answer', value: customers.total - outcome.answered, unit: 'DMs', aim: { atMost: 0 } },
      {
        what: 'answers sent twice, or for nothing',
        value: tooMany.reduce((total, count) => total + count, 0),
        unit: 'DMs',
        aim: { atMost: 0 },
      },
    ],
    notes: [
      `${customers.total.toLocaleString('en')} DMs of ${customers.written.size.toLocaleString('en')} people; ${onTheWire.toLocaleString('en')} answers on the wire, ${(customers.total - onTheWire).toLocaleString('en')} fewer than DMs: who writes again before the answer gets one for both. At most ${highest(({ unanswered }) => unanswered)} unanswered when looked at, ${last.unanswered} at the end.`,
      `Resident, medians of the second and the last sixth: ${memory.map(({ name, early, late }) => `${name} ${early.toFixed(0)} → ${late.toFixed(0)} MB`).join(', ')}.`,
      `Redis: ${redis.early.toFixed(2)} → ${redis.late.toFixed(2)} MB; at the end ${last.lastingKeys} keys that never expire and ${last.expiringKeys} that do. Of each person one stays for a day, the count for RATE_LIMIT_PER_RECIPIENT_DAY; a conversation's list of pending hints and lock go with the answer, a job's key with the job.`,
      `Jobs that Bull keeps: at most ${highest(({ completedJobs }) => completedJobs)} completed, ${highest(({ failedJobs }) => failedJobs)} failed.`,
    ],
  };
}

function inShort({ residentMb, lastingKeys, expiringKeys, people, unanswered, failedJobs }: Moment): string {
  const memory = processes.map(({ name }, index) => `${name} ${residentMb[index]?.toFixed(0)} MB`).join(', ');
  return `${memory}; ${lastingKeys} + ${expiringKeys} keys, ${people} people; ${unanswered} unanswered, ${failedJobs} failed`;
}

/** On the wire is what the store knows, once each, and never more than the person wrote. */
function tooManyTo(person: string, { outcome, customers, meta }: Pick<Seen, 'outcome' | 'customers' | 'meta'>): number {
  const onTheWire = meta.messagesTo.get(person) ?? 0;
  const most = Math.min(outcome.answersTo.get(person) ?? 0, customers.written.get(person) ?? 0);
  return Math.max(0, onTheWire - most);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

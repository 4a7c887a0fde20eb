import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { startMongo } from '#libs/embedded';
import { Customers } from '../load/customers.js';
import type { LoadResult, ProbeOptions } from '../load/generator.js';
import { residentMb } from '../measure/cpu.js';
import { interleave } from '../measure/interleave.js';
import { median } from '../measure/statistics.js';
import type { BenchCase, CaseResult, Check, Contender, Line, RunOptions } from '../plan.js';
import { BenchStack, databaseName } from '../support/bench-stack.js';
import { measurePages } from '../support/list-pages.js';
import { big, longConversationId, lopsidedSpread, many, personOfBig, seedLists } from '../support/list-seed.js';

const cacheFolder = fileURLToPath(new URL('../../../.cache/bench/', import.meta.url));
const processes = [
  { name: 'api', role: 'api' as const },
  { name: 'worker', role: 'worker' as const },
];
/** The server ends what a request waits for longer than that. */
const boundMs = 5_000;
const patienceMs = 120_000;
const operator = { userId: 'operator', role: 'admin' } as const;
const owner = { userId: big.userId, role: 'user' } as const;

/** What lists don't show of a large account; no driver's query does the same. */
interface Question {
  name: string;
  path: string;
  as: { userId: string; role: 'user' | 'admin' };
}

/** Everything that reads or removes by something other than an id, in accounts as large as they get, while people write. */
export const large: BenchCase = {
  name: 'large',
  title: 'Large accounts: 10,000,000 DMs, half of them in one account, while customers write',
  byDefault: false,
  inSmoke: true,
  async run(options) {
    const dataDir = `${cacheFolder}large-${options.dms}`;
    mkdirSync(dataDir, { recursive: true });
    options.log('  starting MongoDB and seeding what is not there yet …');
    const mongo = await startMongo({ dataDir: `${dataDir}/mongo`, cacheGb: 2 });
    try {
      await seedLists(mongo.url, databaseName, options.dms, lopsidedSpread);
      const env = { DATABASE_URL: mongo.url, DATABASE_NAME: databaseName };
      const stack = await BenchStack.start(processes, options, env);
      try {
        return await measureUnderWrites(stack, options);
      } finally {
        await stack.stop();
      }
    } finally {
      await mongo.stop();
    }
  },
};

async function measureUnderWrites(stack: BenchStack, options: RunOptions): Promise<CaseResult> {
  const { smoke, perSecond = smoke ? 20 : 300, dms } = options;
  const bodies = { igId: big.igId, appSecret: stack.appSecret };
  const customers = new Customers({ url: stack.stack.apiUrl, bodies, perSecond, pauseSeconds: smoke ? 2 : 30 });
  const writing = customers.write();
  writing.catch(() => undefined); // told when it is awaited
  try {
    const measured = await measureAll(stack, options);
    customers.stop();
    await writing;
    return await report(stack, { ...measured, customers, perSecond, dms });
  } finally {
    customers.stop();
  }
}

interface Measured {
  lines: Line[];
  checks: Check[];
  /** How long each took to be erased, in ms. */
  erasures: number[];
}

async function measureAll(stack: BenchStack, options: RunOptions): Promise<Measured> {
  const seeded = { depth: Math.floor(options.dms / 100), spread: lopsidedSpread };
  const pages = await measurePages(stack, options, seeded);
  const questions = await ask(stack, options);
  const erasures = await erase(stack, options.smoke ? 1 : 5);
  return {
    lines: [...pages.lines, ...questions.lines],
    checks: [...pages.checks, ...questions.checks],
    erasures,
  };
}

async function report(
  stack: BenchStack,
  {
    lines,
    checks,
    erasures,
    customers,
    perSecond,
    dms,
  }: Measured & { customers: Customers; perSecond: number; dms: number },
): Promise<CaseResult> {
  const waiting = await waitingDeliveries(stack);
  const [, worker] = stack.serverPids;
  const workerMb = worker === undefined ? Infinity : residentMb(worker).now;
  return {
    lines,
    checks: [
      ...checks,
      {
        what: 'a person erased, from the request on, median',
        value: median(erasures),
        unit: 'ms',
        aim: { atMost: patienceMs },
      },
      { what: 'deliveries that were not taken', value: customers.refused, unit: 'deliveries', aim: { atMost: 0 } },
      {
        what: 'deliveries not stored two minutes after the last',
        value: waiting,
        unit: 'deliveries',
        aim: { atMost: 0 },
      },
      { what: 'memory of the worker', value: workerMb, unit: 'MB', aim: { atMost: 350 } },
    ],
    notes: [
      `${dms.toLocaleString('en')} DMs; ${customers.total.toLocaleString('en')} more were written meanwhile at ${perSecond} a second, all to the large account.`,
      'Lists carry their `total`. What no driver’s query stands beside has to answer within the bound that the server sets itself.',
    ],
  };
}

const conversations = `/inbox/conversations?platform_account_id=${big.accountId}&limit=50`;
const questions: Question[] = [
  { name: 'DM list by Meta’s time', path: `/instagram-dms/list?sort=timestamp&limit=50`, as: owner },
  { name: 'unread conversations of the account', path: `${conversations}&unread=true`, as: owner },
  { name: 'those that wait for an answer', path: `${conversations}&view=waiting`, as: owner },
  { name: 'search for a name that everybody has', path: `${conversations}&q=lindqvist`, as: owner },
  { name: 'search for what one person wrote', path: `${conversations}&q=4711`, as: owner },
  {
    name: 'search in the longest conversation',
    path: `/inbox/conversations/${longConversationId}/messages/search?q=norway`,
    as: owner,
  },
  { name: 'counts of the work lists', path: '/inbox/counts', as: owner },
  { name: 'counts over many accounts', path: '/inbox/counts', as: { userId: many.userId, role: 'user' } },
  { name: 'deliveries of the account', path: `/admin/deliveries?account_id=${big.accountId}`, as: operator },
  { name: 'dead letters', path: '/admin/dead-letters', as: operator },
];

async function ask(stack: BenchStack, options: RunOptions): Promise<{ lines: Line[]; checks: Check[] }> {
  const lines: Line[] = [];
  const checks: Check[] = [];
  for (const question of questions) {
    const [line] = (await interleave([asker(stack, question, options)], options)) as [Line];
    lines.push(line);
    const slowest = Math.max(...line.rounds.map(({ p99Ms = Infinity }) => p99Ms));
    checks.push({
      what: `${question.name}: p99 of the slowest round`,
      value: slowest,
      unit: 'ms',
      aim: { atMost: boundMs },
    });
  }
  return { lines, checks };
}

function asker(stack: BenchStack, { name, path, as }: Question, { seconds, warmUpSeconds }: RunOptions): Contender {
  const headers = { authorization: `Bearer ${stack.stack.token(as.userId, as.role)}` };
  return {
    name,
    async measure() {
      const timing = { seconds: seconds / 4, warmUpSeconds: warmUpSeconds / 4 };
      const order: ProbeOptions = { url: stack.stack.apiUrl, path, headers, ...timing };
      const { result } = await stack.generator.run<LoadResult>('probe', order);
      return { p50Ms: result.p50Ms, p99Ms: result.p99Ms, failures: result.failures };
    },
  };
}

/** Other people at each run: whom an earlier one erased has nothing left. @returns ms, of each */
async function erase(stack: BenchStack, count: number): Promise<number[]> {
  const times: number[] = [];
  const first = 2 + Math.floor(Math.random() * 100);
  for (let person = first; person < first + count; person += 1) {
    const request = { account_id: big.accountId, participant_id: personOfBig(person) };
    const startedAt = performance.now();
    const { data } = await stack.stack.api<{ data: { id: string } }>('POST', '/privacy/erasures', request, owner);
    await until(async () => {
      const path = `/privacy/erasures/${data.id}`;
      const erasure = await stack.stack.api<{ data: { state: string } }>('GET', path, undefined, owner);
      return erasure.data.state === 'done';
    });
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function waitingDeliveries(stack: BenchStack): Promise<number> {
  const client = await mongoose.mongo.MongoClient.connect(stack.databaseUrl);
  try {
    const deliveries = client.db(databaseName).collection('webhook_deliveries');
    const count = async (): Promise<number> => deliveries.countDocuments({ unfinished: true, state: 'received' });
    await until(async () => (await count()) === 0);
    return await count();
  } finally {
    await client.close();
  }
}

/** Gives up after two minutes: what was waited for then shows in the figures. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && !(await isSo())) await sleep(50);
}

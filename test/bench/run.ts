/**
 * `npm run bench [-- case … --rounds 3 --seconds 8 --smoke --out file --cpu-prof folder --docs]`: measures the built server against floors that
 * do the same with nothing around it, in the same run on the same machine. `soak` takes `--minutes 30 --per-second 8`,
 * `large` takes `--dms 10000000 --per-second 300`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answer } from './cases/answer.js';
import { batches } from './cases/batches.js';
import { intake } from './cases/intake.js';
import { knowledge } from './cases/knowledge.js';
import { large } from './cases/large.js';
import { lists } from './cases/lists.js';
import { memory } from './cases/memory.js';
import { soak } from './cases/soak.js';
import { store } from './cases/store.js';
import type { BenchCase, RunOptions } from './plan.js';
import { machine, markdown, withReport, type Conditions, type NamedResult } from './report.js';

const cases: BenchCase[] = [intake, batches, store, answer, lists, large, knowledge, memory, soak];
const page = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const resultsFolder = fileURLToPath(new URL('../../.cache/bench/results/', import.meta.url));

interface Asked extends RunOptions {
  cases: BenchCase[];
  out?: string;
  /** Puts the report into docs/benchmarks.md. */
  docs: boolean;
}

function readArguments(args: string[]): Asked {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      'per-second': { type: 'string' },
      dms: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      out: { type: 'string' },
      'cpu-prof': { type: 'string' },
      docs: { type: 'boolean', default: false },
    },
  });
  const isMeant = (asked: string, { name }: BenchCase): boolean => name === asked || name === `${asked}s`;
  const unknown = positionals.filter((asked) => !cases.some((one) => isMeant(asked, one)));
  if (unknown.length > 0)
    throw new Error(`No bench ${unknown.join(', ')}. There are: ${cases.map(({ name }) => name).join(', ')}.`);
  const { smoke } = values;
  const named = cases.filter((one) => positionals.some((asked) => isMeant(asked, one)));
  const seconds = positive('--seconds', values.seconds ?? (smoke ? '0.5' : '8'));
  return {
    cases: named.length > 0 ? named : cases.filter(({ byDefault, inSmoke }) => (smoke ? inSmoke : byDefault)),
    rounds: positive('--rounds', values.rounds ?? (smoke ? '1' : '3')),
    seconds,
    warmUpSeconds: smoke ? 0.3 : Math.min(3, seconds),
    minutes: positive('--minutes', values.minutes ?? (smoke ? '0.1' : '30')),
    ...(values['per-second'] === undefined ? {} : { perSecond: positive('--per-second', values['per-second']) }),
    dms: positive('--dms', values.dms ?? (smoke ? '5000' : '10000000')),
    smoke,
    out: values.out,
    docs: values.docs,
    ...(values['cpu-prof'] === undefined ? {} : { profileFolder: resolve(values['cpu-prof']) }),
    log: (line) => void process.stderr.write(`${line}\n`),
  };
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`${name}: expected a number above 0`);
  return number;
}

function conditionsOf({ rounds, seconds, smoke }: Asked): Conditions {
  return {
    date: new Date().toISOString(),
    machine: machine(),
    node: process.versions.node,
    commit: commit(),
    rounds,
    seconds,
    smoke,
  };
}

function commit(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined; // unpacked from an archive
  }
}

/** A run that nothing keeps going any more ends without a word otherwise, and passes for one that succeeded. */
let isDone = false;
process.once('exit', () => {
  if (isDone || process.exitCode) return;
  process.stderr.write('The run ended before its end.\n');
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const asked = readArguments(process.argv.slice(2));
  const conditions = conditionsOf(asked);
  const results: NamedResult[] = [];
  if (asked.profileFolder) mkdirSync(asked.profileFolder, { recursive: true });
  for (const { name, title, run } of asked.cases) {
    asked.log(`${name}: ${title}`);
    results.push({ name, title, ...(await run(asked)) });
  }
  const text = markdown(results, conditions);
  process.stdout.write(`${text}\n`);
  const out = asked.out ?? join(resultsFolder, `${conditions.date.replaceAll(':', '-')}.json`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, JSON.stringify({ conditions, results }, null, 2));
  writeFileSync(out.replace(/(\.json)?$/, '.md'), `${text}\n`);
  if (asked.docs) writeFileSync(page, withReport(readFileSync(page, 'utf8'), text));
  isDone = true;
  asked.log(`Written to ${out} and beside it as Markdown.`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});

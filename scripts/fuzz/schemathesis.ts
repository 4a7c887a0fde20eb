import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#libs/embedded';

const run = promisify(execFile);
const version = '4.32.5';
const installTimeoutMs = 300_000;

/**
 * Where schemathesis lies: fetched from PyPI once into the user's cache folder, never into the machine's Python.
 * @throws {Error} in a sentence when there is no Python 3.11 or newer, or pip can't fetch it
 */
export async function schemathesisFolder(log: (line: string) => void): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, `schemathesis-${version}`);
  if (existsSync(folder)) return folder;
  log(`Fetching schemathesis ${version} from PyPI …`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.schemathesis-'));
  const pip = ['-m', 'pip', 'install', '--quiet', '--target', work, `schemathesis==${version}`];
  try {
    await run('python3', pip, { timeout: installTimeoutMs });
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    // Another run may have been first.
    if (!existsSync(folder))
      throw new Error('schemathesis could not be installed; it needs python3 (3.11 or newer) with pip', {
        cause: error,
      });
  }
  return folder;
}

/** Runs `st run` with these arguments and lets it write to our output. @returns its exit code */
export async function runSchemathesis(
  folder: string,
  { args, cwd, token }: { args: string[]; cwd: string; token: string },
): Promise<number> {
  const child = spawn('python3', ['-m', 'schemathesis.cli', ...args], {
    cwd,
    // The token goes by the environment: arguments stand in every process list.
    env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', FUZZ_TOKEN: token },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

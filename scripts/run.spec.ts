import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Stands in for npm: writes down what it was asked, and leaves behind what the real one would. */
const fakeNpm = `
const { appendFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync('npm-calls', args.filter((arg) => !arg.startsWith('--')).join(' ') + '\\n');
if (existsSync('npm-fails')) { console.error('npm error network'); process.exit(3); }
if (args[0] === 'ci') {
  mkdirSync('node_modules/jest/bin', { recursive: true });
  writeFileSync('node_modules/jest/bin/jest.js', 'console.log("jest ran with", ...process.argv.slice(2)); process.exitCode = 7;');
  if (!existsSync('node_modules/tsx')) symlinkSync(process.env.REAL_TSX, 'node_modules/tsx');
  cpSync('package-lock.json', 'node_modules/.package-lock.json');
} else {
  for (const folder of ['libs', 'web']) mkdirSync('dist/' + folder, { recursive: true });
  writeFileSync('dist/web/index.html', '');
  writeFileSync('dist/main.js', '');
}
`;

const lock = (version: string): string =>
  JSON.stringify({
    packages: {
      '': { name: 'shop' },
      'node_modules/a': { version },
      'node_modules/only-on-a-mac': { version: '1.0.0', optional: true },
    },
  });

let root: string;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const npmCalls = (): string[] => {
  try {
    return readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};

const startRun = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: root,
    env: {
      ...process.env,
      npm_execpath: join(root, 'npm-cli.js'),
      REAL_TSX: join(process.cwd(), 'node_modules', 'tsx'),
    },
  });

const run = async (...args: string[]): Promise<{ code: number; output: string }> => {
  const child = startRun(...args);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'run-spec-'));
  cpSync('scripts/run.mjs', join(root, 'scripts/run.mjs'));
  write('npm-cli.js', fakeNpm);
  write('package.json', JSON.stringify({ engines: { node: '>=20.19.0' } }));
  write('package-lock.json', lock('1.0.0'));
  write('src/main.ts', '');
  write('scripts/find-servers.ts', 'console.log("servers found")');
  write('scripts/start.ts', 'console.log("started with", ...process.argv.slice(2))');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('run.mjs', () => {
  it('installs, looks for the servers, then runs the task with its arguments and its exit code', async () => {
    const { code, output } = await run('test', 'libs/clock', '-t', 'tells');

    expect(npmCalls()).toEqual(['ci']);
    expect(output).toMatch(/Installing packages.*servers found.*jest ran with libs\/clock -t tells/s);
    expect(code).toBe(7);
  });

  it.each(['unit', 'store', 'e2e'])('runs the project %s alone, with the paths it was given', async (project) => {
    const { output } = await run(project, 'src/dms');

    expect(output).toContain(`jest ran with src/dms --selectProjects ${project}`);
    expect(output.includes('servers found')).toBe(project !== 'unit');
  });

  it('installs again only when the lockfile asks for something else, packages of other systems aside', async () => {
    await run('test');
    const installed = JSON.parse(lock('1.0.0')) as { packages: Record<string, unknown> };
    delete installed.packages['node_modules/only-on-a-mac'];
    write('node_modules/.package-lock.json', JSON.stringify(installed));

    await run('test');
    expect(npmCalls()).toEqual(['ci']);

    write('package-lock.json', lock('1.0.1'));
    await run('test');
    expect(npmCalls()).toEqual(['ci', 'ci']);
  });

  it('builds before a start when a source is newer than the build, and not otherwise', async () => {
    expect((await run('start', '--quiet')).output).toContain('started with --quiet');
    await run('start');
    expect(npmCalls()).toEqual(['ci', 'run build']);

    const later = new Date(Date.now() + 60_000);
    utimesSync(join(root, 'src/main.ts'), later, later);
    await run('start');
    expect(npmCalls()).toEqual(['ci', 'run build', 'run build']);
  });

  it.each([
    ['chaos', 'test/chaos/run.ts', ['--seed', '7']],
    ['browser', 'test/browser/connect.browser.ts', []],
  ])('installs, builds and looks for the servers before %s', async (task, file, args) => {
    write(file, 'console.log("it ran", ...process.argv.slice(2))');

    const { output } = await run(task, ...args);

    expect(npmCalls()).toEqual(['ci', 'run build']);
    expect(output).toMatch(new RegExp(['servers found.*it ran', ...args].join(' '), 's'));
  });

  it('says in a sentence what failed and what to look at, and runs nothing on top of it', async () => {
    write('npm-fails', '');

    const { code, output } = await run('start');

    expect(output).toContain('npm error network');
    expect(output).toMatch(/Installing packages \(npm ci\) failed \(exit code 3\)\. The lines above say why/);
    expect(output).not.toMatch(/started with|at .*run\.mjs/);
    expect(code).toBe(3);
  });

  it('goes no further when the servers can not be found', async () => {
    write('scripts/find-servers.ts', 'console.error("No redis-server found."); process.exitCode = 1;');

    const { code, output } = await run('test');

    expect(output).toContain('No redis-server found.');
    expect(output).not.toMatch(/jest ran/);
    expect(code).toBe(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on and ends when, and as, the task ends', async (signal) => {
    write(
      'scripts/start.ts',
      `process.on('${signal}', () => { console.log('leaving in order'); process.exit(5); });
       setInterval(() => undefined, 1000);
       console.log('up');`,
    );
    const child = startRun('start');
    let output = '';
    await new Promise<void>((resolve) =>
      child.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('up\n')) resolve();
      }),
    );

    child.kill(signal);

    expect(await once(child, 'close')).toEqual([5, null]);
    expect(output).toContain('leaving in order');
  });

  it('names the Node it needs and the one it got', async () => {
    write('package.json', JSON.stringify({ engines: { node: '>=99.1.0' } }));

    const { code, output } = await run('test');

    expect(output).toContain(`Node 99.1.0 or newer is needed; this is Node ${process.versions.node}`);
    expect([code, npmCalls()]).toEqual([1, []]);
  });

  it.each([[[]], [['constructor']], [['nonsense']]])('says how it is used when asked for %j', async (args) => {
    expect(await run(...args)).toEqual({
      code: 2,
      output: expect.stringContaining('Usage: node scripts/run.mjs <demo|'),
    });
  });
});

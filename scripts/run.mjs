/**
 * The way into a fresh clone: `node scripts/run.mjs <task> [arguments]`, which is what `npm test`, `npm run demo` and
 * `npm start` call. Brings the machine to where the task can run (packages, build, MongoDB), then hands over to it.
 * Plain JavaScript without dependencies: it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const typescript = ['--import', 'tsx'];
const jest = 'node_modules/jest/bin/jest.js';

/**
 * `built`: needs dist/. `servers`: always starts its own MongoDB and Redis, so they are looked for (and MongoDB
 * downloaded) up front, where a failure is a sentence and not a stack trace. `last`: comes behind the arguments;
 * --selectProjects in front of them would take a path for the name of a project.
 */
const tasks = {
  demo: { command: [...typescript, 'scripts/demo.ts'], built: true, servers: true },
  start: { command: [...typescript, 'scripts/start.ts'], built: true, servers: false },
  test: { command: [jest], built: false, servers: true },
  unit: { command: [jest], last: ['--selectProjects', 'unit'], built: false, servers: false },
  store: { command: [jest], last: ['--selectProjects', 'store'], built: false, servers: true },
  e2e: { command: [jest], last: ['--selectProjects', 'e2e'], built: false, servers: true },
  token: { command: ['dist/cli/make-token.js'], built: true, servers: false },
  'first-admin': { command: ['dist/cli/first-admin.js'], built: true, servers: false },
  migrate: { command: ['dist/cli/migrate.js'], built: true, servers: false },
  doctor: { command: ['dist/cli/doctor.js'], built: true, servers: false },
  'keys:rotate': { command: ['dist/cli/rotate-keys.js'], built: true, servers: false },
  eval: { command: [...typescript, 'scripts/eval/run.ts'], built: true, servers: true },
  bench: { command: [...typescript, 'test/bench/run.ts'], built: true, servers: true },
  fuzz: { command: [...typescript, 'scripts/fuzz.ts'], built: true, servers: true },
  chaos: { command: [...typescript, 'test/chaos/run.ts'], built: true, servers: true },
  browser: { command: [...typescript, '--test', ...browserSpecs()], built: true, servers: true },
};

/** Node 20 knows no patterns after --test. */
function browserSpecs() {
  const folder = 'test/browser';
  if (!existsSync(join(root, folder))) return [];
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.browser.ts'));
  return files.map((name) => join(folder, name));
}

/** A failure that is told in a sentence. */
class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function checkNode() {
  const needed = readPackage().engines.node.replace('>=', '');
  const [major, minor] = needed.split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new Failure(
    `Node ${needed} or newer is needed; this is Node ${process.versions.node} (${process.execPath}). ` +
      'Install a newer one (https://nodejs.org, or `nvm install` in this folder).',
  );
}

function readPackage() {
  return readJson('package.json');
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/**
 * What is installed differs from package-lock.json. Compared by content: times say nothing after a checkout, and
 * `npm ci` empties node_modules, which must not happen for nothing.
 */
function isInstallStale() {
  // npm writes this one last, so that a broken-off installation lacks it.
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return true;
  const installed = readJson('node_modules/.package-lock.json').packages;
  return Object.entries(readJson('package-lock.json').packages).some(([path, wanted]) => {
    // Packages for other systems are listed and rightly not installed.
    const own = path === '' || wanted.link || wanted.optional || wanted.devOptional || wanted.peer;
    return !own && installed[path]?.version !== wanted.version;
  });
}

/** Something that the build reads is newer than its result. Folders count too: removing a file changes theirs. */
function isBuildStale() {
  const built = statSync(join(root, 'dist/main.js'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined || !existsSync(join(root, 'dist/libs'))) return true;
  if (!existsSync(join(root, 'dist/web/index.html'))) return true;
  const inputs = [
    'src',
    'libs',
    'web',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'nest-cli.json',
    '.swcrc',
  ];
  return inputs.some((path) => newestMs(join(root, path)) > built);
}

function newestMs(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  // The build itself writes the client's code, from openapi.json.
  if (entry === undefined || path.endsWith('spec.ts') || path.endsWith('/generated')) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** Runs a preparing step with its output shown, and says now and then that it is still at it. */
async function step(title, program, args, advice) {
  say(`${title} …`);
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const timer = setInterval(() => say(`  … still at it after ${seconds()} s`), 15_000);
  const exitCode = await execute(program, args);
  clearInterval(timer);
  if (exitCode !== 0) throw new Failure(`${title} failed (exit code ${exitCode}). ${advice}`, exitCode);
  say(`${title}: done in ${seconds()} s`);
}

/** The npm that called us, else the one on PATH. */
function npm(...args) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? [process.execPath, [cli, ...args]] : ['npm', args];
}

async function prepare({ built, servers }) {
  if (isInstallStale()) {
    const advice =
      'The lines above say why; usually the network or a proxy (npm config get registry shows where from).';
    await step('Installing packages (npm ci)', ...npm('ci', '--include=dev', '--no-audit', '--no-fund'), advice);
  }
  if (built && isBuildStale()) {
    await step('Building', ...npm('run', '--silent', 'build'), 'The lines above say which file is at fault.');
  }
  if (servers) {
    const exitCode = await execute(process.execPath, [...typescript, 'scripts/find-servers.ts']);
    if (exitCode !== 0) throw new Failure('', exitCode); // it has said why
  }
}

/**
 * Runs a program in our place: same terminal, same exit code, our signals passed on. In a terminal Ctrl-C reaches it
 * without us, and a second SIGINT would look like an impatient user.
 * @returns its exit code, or 128 + the signal's number as shells have it
 */
function execute(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
    const passOn = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    signals.forEach((signal) => process.on(signal, passOn));
    const finish = () => signals.forEach((signal) => process.off(signal, passOn));
    child.once('error', (error) => {
      finish();
      reject(new Failure(`${program} can't be run: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      finish();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

async function main([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (!task) throw new Failure(`Usage: node scripts/run.mjs <${Object.keys(tasks).join('|')}> [arguments]`, 2);
  await prepare(task);
  return execute(process.execPath, [...task.command, ...args, ...(task.last ?? [])]);
}

try {
  checkNode();
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  if (error.message) say(error.message);
  process.exitCode = error.exitCode;
}

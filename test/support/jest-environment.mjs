import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Runs spec files in the worker's own JavaScript realm and lets Node load the packages they use, once per worker. In
 * a realm per file (Jest's way) NestJS, mongoose and their like are evaluated anew for each file, which took most of
 * the time of most specs. Our own sources are fresh for every file all the same.
 */
const contexts = new WeakSet();
const compileFunction = vm.compileFunction;

/** What is required from within node_modules may be an ES module without a warning of Node's. */
const loadPackage = createRequire(new URL('../../node_modules/jest/', import.meta.url));
const packageFile = /[\\/]node_modules[\\/](?!jest-|@jest[\\/]|expect[\\/])/;

/** Jest compiles each module for the context of its environment; for one of ours that is the realm we are in. */
vm.compileFunction = (code, parameters, options) => {
  if (!contexts.has(options?.parsingContext)) return compileFunction(code, parameters, options);
  if (packageFile.test(options.filename)) return (module) => (module.exports = loadPackage(options.filename));
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return compileFunction(code, parameters, { ...options, parsingContext: undefined, importModuleDynamically });
};

/**
 * Storages that something has entered. Jest evaluates its runner anew for every file, our logger comes along, and each
 * brings an AsyncLocalStorage: one that stays enabled is copied into every promise of all files behind it.
 */
const entered = new Set();
for (const method of ['run', 'enterWith']) {
  const enter = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...given) {
    entered.add(this);
    return enter.apply(this, given);
  };
}

function leaveStorages() {
  for (const storage of entered) storage.disable();
  entered.clear();
}

/** Listeners for the process's end stay: they stop servers that would outlive it. */
const atTheEnd = ['exit', 'beforeExit'];

/** @returns what takes away the listeners that a file has left on `process`, and with them all that they hold */
function listeners() {
  const before = new Map(process.eventNames().map((event) => [event, process.rawListeners(event)]));
  return () => {
    for (const event of process.eventNames().filter((name) => !atTheEnd.includes(name)))
      for (const listener of process.rawListeners(event))
        if (!before.get(event)?.includes(listener)) process.removeListener(event, listener);
  };
}

/** @returns what puts back the environment variables and the console that a file may have changed */
function snapshot() {
  const { env } = process;
  const { console } = globalThis;
  const variables = { ...env };
  return () => {
    process.env = env;
    for (const name of Object.keys(env)) if (!(name in variables)) delete env[name];
    Object.assign(env, variables);
    globalThis.console = console;
  };
}

export default class SharedRealmEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    contexts.add(this.context);
    this.global = globalThis;
    const { constructor: Mocker } = this.moduleMocker;
    const { constructor: FakeTimers } = this.fakeTimersModern;
    this.moduleMocker = new Mocker(globalThis);
    this.fakeTimersModern = new FakeTimers({ config: config.projectConfig, global: globalThis });
    this.restore = [snapshot(), listeners(), leaveStorages];
  }

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    await super.teardown();
    this.restore.forEach((restore) => restore());
  }
}

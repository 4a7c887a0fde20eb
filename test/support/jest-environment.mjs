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
    this.restore = snapshot();
  }

  async teardown() {
    this.moduleMocker.restoreAllMocks();
    await super.teardown();
    this.restore();
  }
}

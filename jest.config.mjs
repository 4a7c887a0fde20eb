import { readFileSync } from 'node:fs';

const {
  exclude: _specs,
  $schema: _schema,
  ...swc
} = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));

const shared = {
  testEnvironment: '<rootDir>/test/support/jest-environment.mjs',
  transform: {
    '^.+\\.[mc]?[jt]s$': ['@swc/jest', { ...swc, swcrc: false, module: { type: 'commonjs' } }],
  },
  resolver: '<rootDir>/test/support/jest-resolver.cjs',
  moduleNameMapper: { '^#libs/(.*)$': '<rootDir>/libs/$1/index.ts' },
  setupFiles: ['reflect-metadata'],
};

/** One MongoDB and one Redis for the run; Jest starts them only when a project that asks for them has a spec to run. */
const withServers = {
  ...shared,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

const besideTheCode = (ending) =>
  ['src', 'libs', 'scripts', 'web/src'].map((folder) => `<rootDir>/${folder}/**/*${ending}`);

/** @type {import('jest').Config} */
export default {
  // End-to-end specs mostly wait; one worker on a machine of two cores would double the time.
  maxWorkers: 2,
  // A bound for what hangs, not a measure of speed: the machine may be busy.
  testTimeout: 60_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: besideTheCode('.spec.ts') },
    { ...withServers, displayName: 'store', testMatch: besideTheCode('.store-spec.ts') },
    { ...withServers, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
  ],
};

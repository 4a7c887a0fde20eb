import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseDotEnv } from 'dotenv';
import { parse } from 'yaml';
import { envSchema, InvalidSettingsError, readSettings, secretNames } from './index.js';

const root = join(__dirname, '../..');
const lines = readFileSync(join(root, '.env.example'), 'utf8').split('\n');
/** A default that differs from place to place stands behind a `#`: what is left empty would be set there, to nothing. */
const settingLine = /^#?([A-Z0-9_]+)=(.*)$/;
const isSetting = (line: string): boolean => settingLine.test(line);
const example = Object.fromEntries(
  lines.flatMap((line) => {
    const [, name, value] = settingLine.exec(line) ?? [];
    return name === undefined ? [] : [[name, value ?? '']];
  }),
);
/** What Docker reads of a copy of the file. */
const copied = parseDotEnv(lines.join('\n'));
const stores = { DATABASE_URL: 'mongodb://mongo:27017/?replicaSet=rs0', REDIS_URL: 'redis://redis:6379' };

describe('.env.example', () => {
  it('lists every setting there is, and none that there is not', () => {
    expect(Object.keys(example).sort()).toEqual(Object.keys(envSchema.shape).sort());
    expect(lines.filter(isSetting)).toHaveLength(Object.keys(example).length);
  });

  it('says what each setting is for, right above it or above its neighbours', () => {
    const uncommented = lines.filter((line, index) => {
      const above = lines.slice(0, index).findLast((before) => !isSetting(before));
      return isSetting(line) && !above?.startsWith('#') && !/^RATE_LIMIT/.test(line);
    });

    expect(uncommented).toEqual([]);
  });

  it('starts a server for development once it knows its stores', () => {
    const settings = readSettings({ ...example, ...stores });

    expect(settings).toMatchObject({ ENVIRONMENT: 'development', ROLE: 'all', PORT: 3000 });
    expect(settings.APP_SECRETS).toHaveLength(1);
  });

  it('shows the default of every setting that has one and is not left empty', () => {
    const required = { JWT_SECRET: 'x', ENCRYPTION_KEY: 'a'.repeat(64), META_APP_SECRET: 'x'.repeat(8) };
    const defaults = readSettings({ ...stores, ...required, META_WEBHOOK_VERIFY_TOKEN: 'x'.repeat(8) });
    const shown = readSettings({ ...example, ...stores });
    const own = new Set<string>([...secretNames, 'APP_SECRETS']);
    const different = Object.keys(defaults).filter(
      (name) =>
        !own.has(name) && JSON.stringify(Reflect.get(defaults, name)) !== JSON.stringify(Reflect.get(shown, name)),
    );

    expect(different).toEqual([]);
  });

  it('is refused in production, each of its secrets by name', () => {
    expectRefusal({ ...example, ...stores, ENVIRONMENT: 'production' });
  });

  it('leaves it to the deployment what it is: a copy of the file does not switch production off', () => {
    expect(copied).not.toHaveProperty('ENVIRONMENT');
  });
});

describe('docker-compose.yml', () => {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const compose = parse(text, { merge: true }) as {
    services: Record<
      string,
      { environment?: Record<string, string>; command?: string[]; deploy?: { replicas: number } }
    >;
  };
  const { api, worker, mongo, redis } = compose.services;

  it('runs two of each role', () => {
    expect([api?.deploy?.replicas, worker?.deploy?.replicas]).toEqual([2, 2]);
    expect([api?.environment?.['ROLE'], worker?.environment?.['ROLE']]).toEqual(['api', 'worker']);
  });

  it('names settings that there are, and values that they take', () => {
    for (const { environment = {} } of Object.values(compose.services)) {
      expect(Object.keys(envSchema.shape)).toEqual(expect.arrayContaining(Object.keys(environment)));
    }
    const development = { ...example, ...substitute(api?.environment, { ENVIRONMENT: 'development' }) };
    expect(readSettings(development)).toMatchObject({ ROLE: 'api', ...stores });
    const substituted = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(example)).toEqual(expect.arrayContaining(substituted));
  });

  it('runs as production unless told otherwise, and then refuses the secrets of .env.example', () => {
    for (const service of [api, worker]) {
      for (const shell of [{}, { ENVIRONMENT: '' }] as Record<string, string>[]) {
        const environment = substitute(service?.environment, { ...copied, ...shell });
        expect(environment['ENVIRONMENT']).toBe('production');
        expectRefusal({ ...copied, ...environment });
      }
    }
  });

  it('gives the server the stores it needs: a replica set, and a Redis that keeps and never evicts', () => {
    expect(mongo?.command?.join(' ')).toContain('--replSet rs0');
    expect(redis?.command?.join(' ')).toContain('--appendonly yes');
    expect(redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

describe('Dockerfile', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8');

  it('copies nothing that .dockerignore holds back', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '));

    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) expect(ignored).toContain(`\n!${source}\n`);
  });

  it('runs the version of Node that .nvmrc names, and not as root', () => {
    const nvmrc = readFileSync(join(root, '.nvmrc'), 'utf8').trim().split('.')[0];

    expect([...text.matchAll(/^FROM node:(\d+)/gm)].map(([, version]) => version)).toEqual([nvmrc, nvmrc]);
    expect(text).toMatch(/^USER node$/m);
  });

  it('runs as production', () => {
    expect(text).toMatch(/^ENV .*\bENVIRONMENT=production\b/m);
  });

  it('counts as ill only when the process itself is: restarting it mends no store', () => {
    expect(/^HEALTHCHECK .*\\\n(.*)$/m.exec(text)?.[1]).toContain('/health/live`');
  });

  it('starts the server as `npm run start:prod` and the local stack do', () => {
    const command = JSON.parse(/^CMD (.+)$/m.exec(text)?.[1] ?? '[]') as string[];
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const flags = command.slice(1, -1);

    expect(scripts).toMatchObject({ 'start:prod': command.join(' ') });
    expect(flags).not.toEqual([]);
    const stack = readFileSync(join(root, 'scripts/stack/server-process.ts'), 'utf8');
    expect(/nodeFlags = \[(.*)\]/.exec(stack)?.[1]).toBe(flags.map((flag) => `'${flag}'`).join(', '));
  });
});

/** As Compose fills in `${NAME:-default}`: from the shell and from .env, where empty counts as not set. */
function substitute(environment: Record<string, string> = {}, values: Record<string, string>): Record<string, string> {
  const filled = Object.entries(environment).map(([name, value]) => [
    name,
    value.replace(/\$\{(\w+):-(\w*)\}/g, (_all, wanted: string, fallback: string) => values[wanted] || fallback),
  ]);
  return Object.fromEntries(filled) as Record<string, string>;
}

function expectRefusal(source: Record<string, string>): void {
  const { problems, message } = refusalOf(source);
  const given = secretNames.filter((name) => example[name] !== '');
  expect(given.length).toBeGreaterThanOrEqual(4);
  expect(problems.map(({ name }) => name)).toEqual(expect.arrayContaining([...given, 'API_URL']));
  for (const name of given) expect(message).not.toContain(example[name]);
}

function refusalOf(source: Record<string, string | undefined>): InvalidSettingsError {
  try {
    readSettings(source);
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

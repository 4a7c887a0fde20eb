import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidSettingsError, readSettings, secretNames } from './index.js';

const base = {
  DATABASE_URL: 'mongodb://127.0.0.1:27017/?replicaSet=rs0',
  REDIS_URL: 'redis://127.0.0.1:6379',
  META_WEBHOOK_VERIFY_TOKEN: 'verify-me-please',
  INSTAGRAM_CLIENT_ID: '1234567890',
  INSTAGRAM_CLIENT_SECRET: 'an-app-secret',
  JWT_SECRET: 'a-secret-to-sign-with',
  JWT_SECRET_PREVIOUS: 'a-secret-that-signed-before',
  ENCRYPTION_KEY: 'q1Vh0c7uX2mS9bJ4kR6yT8wE3zA5nD0fGpLxCvBtHjM=',
  ALERT_WEBHOOK_SECRET: 'an-alert-secret-of-ours',
  METRICS_TOKEN: 'a-token-for-metrics',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-token=of-the-collector',
  OPENAI_API_KEY: 'sk-stand-in-000000000000',
  AWS_SECRET_ACCESS_KEY: 'an-aws-secret',
  META_APP_SECRET: 'another-app-secret',
  APP_SECRET_PREVIOUS: 'a-previous-secret,an-older-secret',
  ENCRYPTION_KEYS_PREVIOUS: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
  OPENAI_BASE_URL: 'https://models.example.com/v1',
  PORT: '3000',
  AGENT_ENABLED: 'true',
};

function revealed(source: Record<string, string>): unknown {
  const settings = readSettings(source);
  const open = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(open)
      : typeof value === 'object' && value !== null && 'reveal' in value
        ? (value as { reveal(): string }).reveal()
        : value;
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (name === 'notices' ? [] : [[name, open(value)]])),
  );
}

function refusal(source: Record<string, string>): string {
  try {
    readSettings(source);
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a setting', () => {
  it.each<[string, (value: string) => string]>([
    ['a newline behind it', (value) => `${value}\n`],
    ['the newline of Windows behind it', (value) => `${value}\r\n`],
    ['spaces and tabs around it', (value) => ` \t${value}  `],
    ['a byte order mark before it', (value) => `\ufeff${value}`],
    ['a zero-width space behind it', (value) => `${value}\u200b`],
    ['a no-break space behind it', (value) => `${value}\u00a0`],
    ['double quotes around it', (value) => `"${value}"`],
    ['single quotes and a newline around it', (value) => `'${value}'\n`],
  ])('of every name is the same with %s, and that is told once by names alone', (_what, around) => {
    const dirty = Object.fromEntries(Object.entries(base).map(([name, value]) => [name, around(value)]));

    expect(revealed(dirty)).toEqual(revealed(base));
    const { notices } = readSettings(dirty);
    expect(notices).toHaveLength(1);
    for (const [name, value] of Object.entries(base)) {
      expect(notices[0]).toContain(name);
      if (value.length > 5) expect(notices[0]).not.toContain(value);
    }
    expect(readSettings(base).notices).toEqual([]);
  });

  it('of white space alone is not set', () => {
    expect(readSettings({ ...base, JWT_ISSUER: ' \n' }).JWT_ISSUER).toBeUndefined();
    expect(refusal({ ...base, JWT_SECRET: '\n' })).toMatch(/JWT_SECRET: is required and not set/);
  });

  it.each(['JWT_SECRET', 'INSTAGRAM_CLIENT_SECRET', 'INSTAGRAM_CLIENT_ID', 'OPENAI_API_KEY'])(
    'with a line break or an invisible character inside is refused by its name: %s',
    (name) => {
      for (const inside of ['\n', '\u200b', '\u0000']) {
        const message = refusal({ ...base, [name]: `first-part${inside}second-part` });
        expect(message).toMatch(new RegExp(`${name}: has a line break or an invisible character inside`));
        expect(message).not.toContain('second-part');
      }
    },
  );

  it('that is a list may have one value a line', () => {
    const settings = revealed({ ...base, APP_SECRET_PREVIOUS: 'a-previous-secret\n"an-older-secret"\n' });

    expect(settings).toEqual(revealed(base));
  });
});

describe('a secret in a file', () => {
  let folder: string;
  const fileOf = (text: string, name = 'secret'): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([...secretNames, 'DATABASE_URL', 'REDIS_URL'])('%s_FILE is read, without the newline at its end', (name) => {
    const { [name as keyof typeof base]: value, ...others } = base;
    const source = { ...others, [`${name}_FILE`]: `${fileOf(`${value}\n`)}\n` };

    expect(revealed(source)).toEqual(revealed(base));
    expect(readSettings(source).notices).toEqual([]);
  });

  it('is refused beside the setting itself', () => {
    expect(refusal({ ...base, JWT_SECRET_FILE: fileOf('another') })).toMatch(
      /JWT_SECRET_FILE: is set, and so is JWT_SECRET/,
    );
  });

  it('that is missing, empty, a folder or very large is refused by the name of its setting, and by nothing else', () => {
    const { JWT_SECRET: _own, ...others } = base;
    for (const [path, why] of [
      [join(folder, 'nothing'), 'can’t be read \\(ENOENT\\)'],
      [folder, 'can’t be read \\(EISDIR\\)'],
      [fileOf('\n', 'empty'), 'is empty'],
      [fileOf('x'.repeat(70_000), 'large'), 'at most 65536 bytes'],
    ] as const) {
      const message = refusal({ ...others, JWT_SECRET_FILE: path });
      expect(message).toMatch(new RegExp(`JWT_SECRET_FILE: .*${why}`));
      expect(message).not.toMatch(/JWT_SECRET:/);
    }
  });
});

describe('REDIS_URL', () => {
  it('takes no options that would win over the connection’s own', () => {
    expect(refusal({ ...base, REDIS_URL: 'redis://127.0.0.1:6379/0?enableOfflineQueue=true' })).toMatch(
      /REDIS_URL: takes no options behind \?/,
    );
    expect(readSettings({ ...base, REDIS_URL: 'redis://127.0.0.1:6379/2?family=6' }).REDIS_URL).toContain('family=6');
  });
});

describe('DATABASE_URL', () => {
  const url = 'mongodb://one:27017,two:27017/';
  const of = (options: string) => readSettings({ ...base, DATABASE_URL: `${url}?${options}` });

  it.each([
    'readPreference=secondaryPreferred', 'readpreference=nearest', 'readPreferenceTags=dc:ny', 'maxStalenessSeconds=120',
    'w=1', 'w=0', 'journal=false', 'wtimeoutMS=1', 'readConcernLevel=linearizable', 'retryWrites=false', 'timeoutMS=5',
    'socketTimeoutMS=1', 'maxPoolSize=1',
  ])('loses %s, which the server sets itself, and says so', (option) => {
    const { DATABASE_URL, notices } = of(`replicaSet=rs0&${option}&authSource=admin`);

    expect(DATABASE_URL).toBe(`${url}?replicaSet=rs0&authSource=admin`);
    expect(notices).toEqual([expect.stringContaining(option.split('=')[0] as string)]);
  }); // prettier-ignore

  it('keeps what a provider puts there that changes nothing, in silence', () => {
    const { DATABASE_URL, notices } = of('retryWrites=true&w=majority&appName=Cluster0');

    expect(DATABASE_URL).toBe(`${url}?retryWrites=true&w=majority&appName=Cluster0`);
    expect(notices).toEqual([]);
  });

  it('with an option that nobody here knows is refused by its name', () => {
    expect(refusal({ ...base, DATABASE_URL: `${url}?promoteLongs=false` })).toMatch(
      /DATABASE_URL: has options that are not taken here: promoteLongs/,
    );
  });
});

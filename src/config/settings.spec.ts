import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fastify from 'fastify';
import { InvalidSettingsError, readSettings } from './index.js';

const strong = {
  JWT_SECRET: 'k7Qm2vX9pLr4Zt8Wc1Yh6Nd3Bf5Gj0Ss',
  META_WEBHOOK_VERIFY_TOKEN: 'Zt8Wc1Yh6Nd3Bf5G',
  INSTAGRAM_CLIENT_SECRET: '3f9c1d7e5b2a8046c1e9d3f7a5b08264',
  ENCRYPTION_KEY: 'q1Vh0c7uX2mS9bJ4kR6yT8wE3zA5nD0fGpLxCvBtHjM=',
};
const production = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'mongodb://mongo.internal:27017/?replicaSet=rs0',
  REDIS_URL: 'rediss://redis.internal:6379',
  API_URL: 'https://dm.example.com',
  FRONTEND_URL: 'https://app.example.com',
  ...strong,
};

type Change = Record<string, string | undefined>;

function refusal(change: Change): InvalidSettingsError {
  try {
    readSettings({ ...production, ...change });
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the settings of production', () => {
  it('are taken when everything is as it should be', () => {
    expect(readSettings(production)).toMatchObject({ isProduction: true, carriesApi: true, carriesWorker: true });
  });

  it.each<[string, string]>([
    ['DATABASE_URL', 'mongodb://a.internal:27017,b.internal:27017,c.internal:27017/?replicaSet=rs0&authSource=admin'],
    ['DATABASE_URL', 'mongodb://server:p%40ss@a.internal:27017,b.internal:27017/?replicaSet=rs0'],
    ['DATABASE_URL', 'mongodb+srv://server:pass@cluster0.example.net/?retryWrites=true'],
    ['REDIS_URL', 'redis+cluster://a.internal:6379,b.internal:6379,c.internal:6379'],
    ['REDIS_URL', 'redis+sentinel://:pass@a.internal:26379,b.internal:26379/mymaster'],
  ])('take a %s of several hosts: %s', (name, value) => {
    expect(readSettings({ ...production, [name]: value })).toMatchObject({ [name]: value });
  });

  it.each<[string, Change]>([
    ['DATABASE_URL', { DATABASE_URL: undefined }],
    ['DATABASE_URL', { DATABASE_URL: 'mongodb://a:27017,b:port/?replicaSet=rs0' }],
    ['DATABASE_URL', { DATABASE_URL: 'mongodb:///?replicaSet=rs0' }],
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://db/dms' }],
    ['REDIS_URL', { REDIS_URL: undefined }],
    ['REDIS_URL', { REDIS_URL: 'http://redis:6379' }],
    ['META_WEBHOOK_VERIFY_TOKEN', { META_WEBHOOK_VERIFY_TOKEN: undefined }],
    ['META_WEBHOOK_VERIFY_TOKEN', { META_WEBHOOK_VERIFY_TOKEN: 'too-short' }],
    ['META_WEBHOOK_VERIFY_TOKEN', { META_WEBHOOK_VERIFY_TOKEN: 'change-me-change-me' }],
    ['INSTAGRAM_CLIENT_SECRET', { INSTAGRAM_CLIENT_SECRET: undefined }],
    ['INSTAGRAM_CLIENT_SECRET', { INSTAGRAM_CLIENT_SECRET: 'a-short-one' }],
    ['INSTAGRAM_CLIENT_SECRET', { INSTAGRAM_CLIENT_SECRET: 'your-instagram-client-secret' }],
    ['META_APP_SECRET', { META_APP_SECRET: 'sandbox-app-secret' }],
    ['APP_SECRET_PREVIOUS', { APP_SECRET_PREVIOUS: '3f9c1d7e5b2a8046c1e9d3f7a5b08264,short' }],
    ['JWT_SECRET', { JWT_SECRET: undefined }],
    ['JWT_SECRET', { JWT_SECRET: 'secret' }],
    ['JWT_SECRET', { JWT_SECRET: 'k7Qm2vX9pLr4Zt8Wc1Yh6Nd3Bf5Gj0S' }],
    ['JWT_SECRET', { JWT_SECRET: 'development-only-jwt-key-0123456789' }],
    ['JWT_SECRET', { JWT_SECRET: 'a'.repeat(64) }],
    ['JWT_SECRET', { JWT_SECRET: 'abcabcabcabcabcabcabcabcabcabcabcabc' }],
    ['ENCRYPTION_KEY', { ENCRYPTION_KEY: undefined }],
    ['ENCRYPTION_KEY', { ENCRYPTION_KEY: 'not-32-bytes' }],
    ['ENCRYPTION_KEY', { ENCRYPTION_KEY: '0'.repeat(64) }],
    ['ENCRYPTION_KEY', { ENCRYPTION_KEY: Buffer.from('passwordpasswordpasswordpassword').toString('base64') }],
    ['ENCRYPTION_KEYS_PREVIOUS', { ENCRYPTION_KEYS_PREVIOUS: 'nonsense' }],
    ['ENCRYPTION_KEYS_PREVIOUS', { ENCRYPTION_KEYS_PREVIOUS: `${strong.ENCRYPTION_KEY},${'0'.repeat(64)}` }],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'short' }],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'changeme-changeme' }],
    ['ALERT_WEBHOOK_SECRET', { ALERT_WEBHOOK_URL: 'https://alerts.example.com/hook' }],
    ['ALERT_WEBHOOK_SECRET', { ALERT_WEBHOOK_SECRET: 'alert-webhook-secret' }],
    ['ALERT_WEBHOOK_SECRET', { ALERT_WEBHOOK_SECRET: 'abcabcabcabcabcabcabc' }],
    ['ENCRYPTION_KEY', { JWT_SECRET: strong.ENCRYPTION_KEY }],
    ['METRICS_TOKEN', { METRICS_TOKEN: strong.META_WEBHOOK_VERIFY_TOKEN }],
    ['META_WEBHOOK_VERIFY_TOKEN', { META_WEBHOOK_VERIFY_TOKEN: strong.INSTAGRAM_CLIENT_SECRET }],
    ['OPENAI_API_KEY', { OPENAI_API_KEY: 'sk-...' }],
    ['OPENAI_API_KEY', { OPENAI_API_KEY: 'sk-proj-...' }],
    ['OPENAI_API_KEY', { OPENAI_API_KEY: 'sk-xxxxxxxxxxxxxxxxxxxxxxxx' }],
    ['OPENAI_API_KEY', { OPENAI_API_KEY: 'sk-1234567890abcdef1234567890abcdef' }],
    ['OPENAI_API_KEY', { OPENAI_API_KEY: 'your-openai-key' }],
    ['API_URL', { API_URL: 'http://dm.example.com' }],
    ['API_URL', { API_URL: undefined }],
    ['FRONTEND_URL', { FRONTEND_URL: 'http://app.example.com' }],
    ['FRONTEND_URL', { FRONTEND_URL: 'app.example.com' }],
    ['FRONTEND_URL', { FRONTEND_URL: '*' }],
    ['GRAPH_INSTAGRAM_URL', { GRAPH_INSTAGRAM_URL: 'http://127.0.0.1:4000/graph' }],
    ['GRAPH_FACEBOOK_URL', { GRAPH_FACEBOOK_URL: 'http://graph.facebook.com' }],
    ['INSTAGRAM_OAUTH_URL', { INSTAGRAM_OAUTH_URL: 'http://www.instagram.com' }],
    ['INSTAGRAM_TOKEN_URL', { INSTAGRAM_TOKEN_URL: 'http://api.instagram.com' }],
    ['FACEBOOK_OAUTH_URL', { FACEBOOK_OAUTH_URL: 'http://www.facebook.com' }],
    ['OPENAI_BASE_URL', { OPENAI_BASE_URL: 'http://127.0.0.1:4001/v1' }],
    ['ALERT_WEBHOOK_URL', { ALERT_WEBHOOK_URL: 'http://alerts.example.com', ALERT_WEBHOOK_SECRET: strong.JWT_SECRET }],
    ['AWS_ENDPOINT_URL_S3', { AWS_ENDPOINT_URL_S3: 'http://s3.example.com' }],
    ['S3_PUBLIC_ENDPOINT', { S3_PUBLIC_ENDPOINT: 'http://files.example.com' }],
    ['AWS_ENDPOINT_URL_S3', { AWS_ENDPOINT_URL_S3: 'http://203.0.113.7:9000' }],
    ['AWS_ENDPOINT_URL_S3', { AWS_ENDPOINT_URL_S3: 'http://10.0.0.5.example.com' }],
    ['API_URL', { API_URL: 'https://dm.example.com/?tenant=1' }],
    ['API_URL', { API_URL: 'https://dm.example.com/#top' }],
    ['API_URL', { API_URL: 'https://user:pass@dm.example.com' }],
    ['API_URL', { API_URL: 'dm.example.com' }],
    ['ENVIRONMENT', { ENVIRONMENT: 'prod' }],
    ['ROLE', { ROLE: 'web' }],
    ['PORT', { PORT: '80a' }],
    ['PORT', { PORT: '65536' }],
  ])('stop the start by the name %s for %j', (name, change) => {
    const { problems, message } = refusal(change);

    expect(problems.map((problem) => problem.name)).toContain(name);
    expect(message).toContain(`${name}: `);
  });

  it.each([
    'https://s3.example.com',
    'http://minio:9000',
    'http://minio.internal:9000',
    'http://127.0.0.1:9000',
    'http://10.1.2.3',
    'http://[fd00::5]:9000',
  ])('take a storage at %s', (AWS_ENDPOINT_URL_S3) => {
    expect(readSettings({ ...production, AWS_ENDPOINT_URL_S3 })).toMatchObject({ AWS_ENDPOINT_URL_S3 });
  });

  it.each([
    '12345678901234567890123456789012',
    '98765432109876543210987654321098',
    'abcdefghijklmnopqrstuvwxyzabcdef',
    '0123456789abcdef0123456789abcdef',
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6',
    'abcd1234efgh5678ijkl9012mnop3456',
    'qwertyuiopasdfghjklzxcvbnm123456',
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9',
    'Kx8mP2vQKx8mP2vQKx8mP2vQKx8mP2vQ',
    'Kx8mP2vQ7hT4nWz9Kx8mP2vQ7hT4nWz9',
    'letmein-LetMeIn-letmein-LetMeIn-1',
    'P@ssw0rd4dm1nP@ssw0rd4dm1n-admin1',
    'correct-horse-battery-staple-2026',
    Buffer.from('0123456789abcdef0123456789').toString('base64'),
  ])('take no secret that is easy to guess: %s', (guessable) => {
    for (const name of ['JWT_SECRET', 'META_WEBHOOK_VERIFY_TOKEN', 'INSTAGRAM_CLIENT_SECRET', 'METRICS_TOKEN']) {
      expect(refusal({ [name]: guessable }).problems.map((problem) => problem.name)).toEqual([name]);
    }
  });

  it.each([
    ['bytes that count', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
    ['bytes that count in tens', Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 10) % 256))],
    ['sixteen bytes twice', Buffer.from('3f9c1d7e5b2a8046c1e9d3f7a5b08264'.repeat(2), 'hex')],
    ['a row of keys', Buffer.from('qwertyuiopasdfghjklzxcvbnm123456')],
  ])('take no encryption key of %s, as hex or base64', (_what, bytes) => {
    for (const encoding of ['hex', 'base64'] as const) {
      const { problems } = refusal({ ENCRYPTION_KEY: bytes.toString(encoding) });
      expect(problems.map(({ name }) => name)).toEqual(['ENCRYPTION_KEY']);
    }
  });

  it('take every random secret', () => {
    const made = { JWT_SECRET: 'base64:48', META_WEBHOOK_VERIFY_TOKEN: 'hex:24', ENCRYPTION_KEY: 'base64:32' };
    const others = { INSTAGRAM_CLIENT_SECRET: 'hex:16', METRICS_TOKEN: 'hex:24', OPENAI_API_KEY: 'base64url:48' };
    for (let n = 0; n < 500; n++) {
      const secrets = Object.entries({ ...made, ...others }).map(([name, how]) => {
        const [encoding, length] = how.split(':');
        return [name, randomBytes(Number(length)).toString(encoding as BufferEncoding)];
      });
      expect(() => readSettings({ ...production, ...Object.fromEntries(secrets) })).not.toThrow();
    }
  });

  it.each(['ollama', 'EMPTY', `sk-proj-${randomBytes(48).toString('base64url')}`])(
    'take what models ask for as their key: %s',
    (OPENAI_API_KEY) => {
      expect(readSettings({ ...production, OPENAI_API_KEY }).OPENAI_API_KEY?.reveal()).toBe(OPENAI_API_KEY);
    },
  );

  it('ask for no dashboard', () => {
    expect(readSettings({ ...production, FRONTEND_URL: '' })).toMatchObject({
      isProduction: true,
      frontendIsSet: false,
    });
  });

  it.each([
    'everyone',
    'true',
    '2',
    '*',
    '10.0.0.0/99',
    '10.0.0.0/0',
    '::/0',
    '10.0.0.1, nobody',
    '10.0.0.0/8/8',
    '10.1',
  ])('name TRUST_PROXY when it is %s, before anything is started', (TRUST_PROXY) =>
    expect(refusal({ TRUST_PROXY }).problems.map(({ name }) => name)).toEqual(['TRUST_PROXY']),
  );

  it.each([
    '10.0.0.7',
    '10.0.0.0/8, 172.16.0.0/12,',
    'loopback, linklocal,uniquelocal',
    '::1',
    'fd00::/8,2001:db8::/32',
    '::ffff:10.0.0.1',
    '::ffff:10.0.0.0/104',
    ' , ',
  ])('take a TRUST_PROXY of %s, and so does the server', (TRUST_PROXY) => {
    const { TRUST_PROXY: trustProxy } = readSettings({ ...production, TRUST_PROXY });

    expect(() => fastify({ trustProxy })).not.toThrow();
  });

  it('are told at once whether they could not be read, lack another, or are too weak for production', () => {
    const change = {
      PORT: '80a',
      TRUST_PROXY: 'everyone',
      DATABASE_URL: undefined,
      META_APP_SECRET: 'x',
      INSTAGRAM_CLIENT_SECRET: undefined,
      JWT_SECRET: 'password',
      FRONTEND_URL: 'http://app.example.com',
      ENCRYPTION_KEY: 'nonsense',
      ALERT_WEBHOOK_URL: 'https://alerts.example.com/hook',
    };
    const names = refusal(change).problems.map(({ name }) => name);

    const { INSTAGRAM_CLIENT_SECRET: _, ALERT_WEBHOOK_URL: __, ...wrong } = change;
    expect(names.sort()).toEqual([...Object.keys(wrong), 'ALERT_WEBHOOK_SECRET'].sort());
  });

  it('are told all at once, and never with the value of a secret', () => {
    const weak = {
      JWT_SECRET: 'weak-jwt-canary',
      META_WEBHOOK_VERIFY_TOKEN: 'verify-canary',
      INSTAGRAM_CLIENT_SECRET: 'client-canary',
      META_APP_SECRET: 'app-canary-1',
      APP_SECRET_PREVIOUS: 'old-canary-1',
    };
    const error = refusal(weak);

    expect(error.problems.map(({ name }) => name).sort()).toEqual(Object.keys(weak).sort());
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
    expect(inspect(refusal({ ENCRYPTION_KEY: 'key-canary', METRICS_TOKEN: 'm-canary' }))).not.toContain('canary');
    expect(inspect(refusal({ DATABASE_URL: 'postgres://user:db-canary@host/' }))).not.toContain('canary');
  });
});

describe('settings', () => {
  it('may be weak where nothing is at stake', () => {
    const weak = { ENVIRONMENT: 'development', JWT_SECRET: 'dev', API_URL: 'http://localhost:3000' };

    expect(readSettings({ ...production, ...weak })).toMatchObject({ isProduction: false });
  });

  it('never show a secret, however they are printed', () => {
    const settings = readSettings({ ...production, APP_SECRET_PREVIOUS: strong.INSTAGRAM_CLIENT_SECRET });
    const printed = [JSON.stringify(settings), inspect(settings, { depth: 9 }), String(settings.JWT_SECRET)].join();

    for (const secret of Object.values(strong)) expect(printed).not.toContain(secret);
    expect(settings.JWT_SECRET.reveal()).toBe(strong.JWT_SECRET);
  });

  it('compare a secret with what somebody gave', () => {
    const { JWT_SECRET: secret } = readSettings(production);
    const near = strong.JWT_SECRET.replace(/^./, 'K');

    expect([strong.JWT_SECRET, near, `${strong.JWT_SECRET} `, ''].map((given) => secret.isSame(given))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('hold each app secret once, the ones in use before the ones going out', () => {
    const { INSTAGRAM_CLIENT_SECRET: first } = strong;
    const settings = readSettings({ ...production, APP_SECRET_PREVIOUS: `0f9c1d7e5b2a8046c1e9d3f7a5b08264, ${first}` });

    expect(settings.APP_SECRETS.map((secret) => secret.reveal())).toEqual([first, '0f9c1d7e5b2a8046c1e9d3f7a5b08264']);
  });

  it.each([
    ['api', true, false],
    ['worker', false, true],
    ['all', true, true],
  ])('of the role %s say what the process carries', (ROLE, carriesApi, carriesWorker) => {
    expect(readSettings({ ...production, ROLE })).toMatchObject({ carriesApi, carriesWorker });
  });

  it('keep dead letters longer than what their replay does again', () => {
    const daysOf = (change: Change): number => readSettings({ ...production, ...change }).DEAD_LETTER_RETENTION_DAYS;

    expect(daysOf({})).toBe(90);
    expect(daysOf({ RETENTION_DAYS: '365' })).toBe(365);
    expect(daysOf({ RETENTION_DAYS: '20', DEAD_LETTER_RETENTION_DAYS: '20' })).toBe(20);
    expect(daysOf({ RETENTION_DAYS: '365', DEAD_LETTER_RETENTION_DAYS: '0' })).toBe(0);
    for (const change of [
      { DEAD_LETTER_RETENTION_DAYS: '29' },
      { RETENTION_DAYS: '1', DEAD_LETTER_RETENTION_DAYS: '6' },
    ]) {
      expect(refusal(change).problems.map(({ name }) => name)).toEqual(['DEAD_LETTER_RETENTION_DAYS']);
    }
  });

  it('are read from text: numbers, switches, lists, addresses without a slash at their end', () => {
    const settings = readSettings({
      ...production,
      PORT: '8080',
      AGENT_ENABLED: 'no',
      SWAGGER_ENABLED: '1',
      MEDIA_EXTRA_HOSTS: ' a.example, ,b.example ',
      API_URL: 'https://dm.example.com//',
    });

    expect(settings).toMatchObject({
      PORT: 8080,
      AGENT_ENABLED: false,
      SWAGGER_ENABLED: true,
      MEDIA_EXTRA_HOSTS: ['a.example', 'b.example'],
      API_URL: 'https://dm.example.com',
    });
  });
});

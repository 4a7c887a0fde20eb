import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { planStart, settingsAmong, stackEnv, StartRefusedError, type Env } from './stack-env.js';

const services = { databaseUrl: 'mongodb://127.0.0.1:1/?replicaSet=rs0', redisUrl: 'redis://127.0.0.1:2' };
const sandbox = {
  env: { GRAPH_INSTAGRAM_URL: 'http://127.0.0.1:3/instagram', INSTAGRAM_CLIENT_ID: 'of-the-sandbox' },
};
const openAi = { baseUrl: 'http://127.0.0.1:4/v1' };
const made = {
  JWT_SECRET: 'made-jwt',
  ENCRYPTION_KEY: 'made-key',
  INSTAGRAM_CLIENT_SECRET: 'made-secret',
  META_WEBHOOK_VERIFY_TOKEN: 'made-token',
};
const example = Object.fromEntries(
  Object.entries(parse(readFileSync('.env.example'))).filter(([, value]) => value !== ''),
);
/** A copy of it with the secrets left out. */
const filled = Object.fromEntries(Object.entries(example).filter(([name]) => !/SECRET|_KEY$|VERIFY_TOKEN/.test(name)));
const app = { INSTAGRAM_CLIENT_ID: '17', INSTAGRAM_CLIENT_SECRET: 'secret-of-the-app' };
const plan = (dotEnv: Env, environment: Env = {}) => planStart({ environment, dotEnv, example, made });
const addresses = (env: Env): string[] =>
  Object.keys(env).filter((name) => /^GRAPH_.*_URL$|_(OAUTH|TOKEN|BASE)_URL$/.test(name));

describe('npm start', () => {
  it.each([
    ['no .env', {}],
    ['a copy of .env.example', example],
  ])('brings everything itself with %s, and answers on this machine alone', (_, dotEnv) => {
    const { standIns, env } = plan(dotEnv);

    expect(standIns).toEqual({ meta: true, model: true });
    const { HOST: _host, API_URL: _url, ENVIRONMENT: _environment, ...others } = { ...made, ...dotEnv } as Env;
    expect(env).toEqual(others);
  });

  it.each([
    [{ INSTAGRAM_CLIENT_ID: '17' }],
    [{ INSTAGRAM_CLIENT_SECRET: 'secret-of-the-app' }],
    [{ META_APP_ID: '18' }],
    [{ META_APP_SECRET: 'secret-of-the-app' }],
    [{ GRAPH_FACEBOOK_URL: 'https://graph.example.com' }],
  ])('leaves the local Instagram away for %j, and with it every address of it', (own) => {
    const { standIns, env } = plan({ ...filled, ...own });
    const server = stackEnv(env, { services });

    expect(standIns.meta).toBe(false);
    expect(addresses(server)).toEqual(Object.keys(own).filter((name) => name.startsWith('GRAPH')));
    expect(server).toMatchObject({ ...own, ENVIRONMENT: 'development' });
  });

  it('knows no app secret but those of the Meta app it is given', () => {
    expect(plan({ ...app, META_APP_ID: '18' }).env).toMatchObject(app);
    expect(plan({ META_APP_ID: '18', META_APP_SECRET: 'x' }).env).not.toHaveProperty('INSTAGRAM_CLIENT_SECRET');
  });

  it('keeps to the cautious limits with real accounts', () => {
    expect(stackEnv(plan(app).env, { services })).not.toHaveProperty('RATE_LIMIT_PER_HOUR');
  });

  it('comes back from OAuth to the address that .env says, and listens where it says', () => {
    const tunnel = { API_URL: 'https://dm.example.com', HOST: '192.168.1.5' };

    expect(plan({ ...app, ...tunnel }).env).toMatchObject(tunnel);
  });

  it('asks OpenAI when there is a key', () => {
    const { standIns, env } = plan({ OPENAI_API_KEY: 'sk-real' });

    expect(standIns).toEqual({ meta: true, model: false });
    expect(stackEnv(env, { services, sandbox })).toMatchObject({ OPENAI_API_KEY: 'sk-real' });
    expect(stackEnv(env, { services, sandbox })).not.toHaveProperty('OPENAI_BASE_URL');
  });

  it('has no agent rather than the stand-in’s answers for real customers', () => {
    const { standIns, env } = plan(app);

    expect(standIns).toEqual({ meta: false, model: false });
    expect(stackEnv(env, { services })).not.toHaveProperty('OPENAI_API_KEY');
  });

  it('lets nobody in from outside with the secrets of .env.example', () => {
    const secrets = Object.keys(example).filter((name) => !(name in filled));

    expect(secrets.length).toBeGreaterThanOrEqual(4);
    for (const name of secrets) expect(() => plan({ ...example, INSTAGRAM_CLIENT_ID: '17' })).toThrow(name);
    expect(plan({ ...app, JWT_SECRET: 'one of our own' }).env).toMatchObject({ JWT_SECRET: 'one of our own' });
  });

  it('refuses in a sentence to play Instagram for production', () => {
    const production = { ENVIRONMENT: 'production' };

    expect(() => plan(production)).toThrow(StartRefusedError);
    expect(() => plan({}, production)).toThrow(StartRefusedError);
    expect(plan({ ...production, ...app }).env).toMatchObject(production);
  });

  it('lets the environment win over .env, also with what .env.example shows', () => {
    const environment = { PORT: '4310', HOST: example['HOST'] ?? '', LOG_LEVEL: 'warn' };

    const { standIns, env } = plan({ PORT: '4000', HOST: '192.168.1.5', DATABASE_NAME: 'kept' }, environment);

    expect(env).toMatchObject({ ...environment, DATABASE_NAME: 'kept' });
    expect(standIns).toEqual({ meta: true, model: true });
    expect(plan({}, { ...app, OPENAI_API_KEY: 'sk-real' })).toMatchObject({ standIns: { meta: false, model: false } });
    expect(() => plan(example, app)).toThrow('JWT_SECRET');
  });

  it('takes of the environment what .env.example lists, and nothing else of a shell', () => {
    const shell = {
      PATH: '/bin',
      HOME: '/root',
      PORT: '4310',
      ENVIRONMENT: 'staging',
      LOG_LEVEL: '',
      NODE_OPTIONS: '-x',
    };

    expect(settingsAmong(shell, readFileSync('.env.example', 'utf8'))).toEqual({
      PORT: '4310',
      ENVIRONMENT: 'staging',
    });
  });
});

describe('the environment of a stack', () => {
  it('points the server at what was started', () => {
    expect(stackEnv({}, { services, sandbox, openAi })).toMatchObject({
      ...sandbox.env,
      OPENAI_BASE_URL: openAi.baseUrl,
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      ENVIRONMENT: 'development',
      JWT_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('lets what is given win, but for the stores, which are what was found', () => {
    const given = { LOG_LEVEL: 'warn', RATE_LIMIT_PER_MINUTE: '20', DATABASE_URL: '' };

    expect(stackEnv(given, { services, sandbox })).toMatchObject({ ...given, DATABASE_URL: services.databaseUrl });
  });
});

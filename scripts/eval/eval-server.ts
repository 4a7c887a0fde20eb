import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { Clock } from '#libs/clock';
import { resolveServices } from '#libs/embedded';
import { startOpenAiStandIn, startSandbox, type OpenAiStandIn, type Sandbox } from '#libs/sandbox';

/** The machine's clock, put to another time: it goes on from there, so that waiting ends. */
export class ShiftedClock extends Clock {
  private shiftMs = 0;

  now(): number {
    return Date.now() + this.shiftMs;
  }

  set(atMs: number): void {
    this.shiftMs = atMs - Date.now();
  }
}

/** The built server with its stores, a local Instagram and the model. */
export interface EvalServer {
  url: string;
  clock: ShiftedClock;
  sandbox: Sandbox;
  /** Absent with a real key. */
  model?: OpenAiStandIn;
  /** Calls the server's API as an owner. @throws {RefusedError} */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  upload(path: string, form: FormData): Promise<unknown>;
  stop(): Promise<void>;
}

export class RefusedError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface EvalServerOptions {
  accounts: { username: string; name: string }[];
  /** Names that the settings of accounts may choose. */
  models: string[];
  /** A real key and where it belongs; without it a stand-in is asked. */
  real?: { key: string; baseUrl?: string };
  startAt: number;
  log: (line: string) => void;
}

interface BuiltApp {
  listen(port: number, host: string): Promise<unknown>;
  getUrl(): Promise<string>;
  get<T>(token: unknown, options: object): T;
  close(): Promise<void>;
}

const builtServer = '../../dist/';
const tenant = { userId: 'eval', role: 'user' };

export async function startEvalServer(options: EvalServerOptions): Promise<EvalServer> {
  const clock = new ShiftedClock();
  clock.set(options.startAt);
  const services = await resolveServices({ log: options.log });
  const secrets = { appSecret: randomBytes(16).toString('hex'), verifyToken: randomBytes(12).toString('hex') };
  const sandbox = await startSandbox({ ...secrets, clock, seed: { accounts: options.accounts, customers: [] } });
  const model = options.real ? undefined : await startOpenAiStandIn();
  const app = await startApp(options, clock, { ...services, ...sandbox.env, ...modelEnv(options, model) });
  const url = await app.listen(0, '127.0.0.1').then(() => app.getUrl());
  sandbox.webhooks.configure({ url: `${url}/webhook/instagram` });
  const { TokenService } = (await import(`${builtServer}auth/index.js`)) as { TokenService: unknown };
  const tokens = app.get<{ sign(of: object, ttlS: number): Promise<string> }>(TokenService, { strict: false });
  const call = async (method: string, path: string, init: RequestInit): Promise<unknown> => {
    const authorization = `Bearer ${await tokens.sign(tenant, 3_600)}`;
    const headers = { ...(init.headers as Record<string, string> | undefined), authorization };
    const answer = await fetch(`${url}${path}`, { ...init, method, headers, signal: AbortSignal.timeout(30_000) });
    const text = await answer.text();
    if (!answer.ok) throw new RefusedError(answer.status, `${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  return {
    ...{ url, clock, sandbox, model },
    api: async <T>(method: string, path: string, body?: unknown) => {
      const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return (await call(method, path, body === undefined ? {} : json)) as T;
    },
    upload: (path, form) => call('POST', path, { body: form }),
    stop: async () => {
      await app.close();
      await sandbox.stop();
      await model?.stop();
      await services.stop();
    },
  };
}

async function startApp(options: EvalServerOptions, clock: Clock, env: object): Promise<BuiltApp> {
  const { createApp } = (await import(`${builtServer}app.factory.js`)) as {
    createApp: (config: unknown, parts: object) => Promise<BuiltApp>;
  };
  const { readSettings } = (await import(`${builtServer}config/index.js`)) as {
    readSettings: (env: Record<string, string>) => unknown;
  };
  const given = env as Record<string, string> & { databaseUrl: string; redisUrl: string };
  const settings = Object.fromEntries(Object.entries(given).filter(([name]) => /^[A-Z]/.test(name)));
  const config = readSettings({
    ...settings,
    ...{ DATABASE_URL: given.databaseUrl, REDIS_URL: given.redisUrl, DATABASE_NAME: 'agent_eval' },
    ...{ ENVIRONMENT: 'test', LOG_LEVEL: process.env['EVAL_LOG_LEVEL'] ?? 'error' },
    ...{ JWT_SECRET: randomBytes(32).toString('hex'), ENCRYPTION_KEY: randomBytes(32).toString('base64') },
    ...{ MEDIA_EXTRA_HOSTS: '127.0.0.1', SHUTDOWN_GRACE_MS: '3000', AGENT_PATIENCE_MS: '0' },
    ...{ API_RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_PER_HOUR: '1000000', RATE_LIMIT_PER_MINUTE: '100000' },
    ...{ RATE_LIMIT_PER_RECIPIENT_DAY: '100000', AGENT_DAILY_TOKEN_LIMIT: '0', AGENT_DAILY_TOKEN_LIMIT_ALL: '0' },
    OPENAI_MODELS: options.models.join(','),
  });
  return createApp(config, { clock });
}

function modelEnv({ real, models }: EvalServerOptions, model?: OpenAiStandIn): Record<string, string> {
  if (real) {
    return {
      OPENAI_API_KEY: real.key,
      ...(real.baseUrl ? { OPENAI_BASE_URL: real.baseUrl } : {}),
      ...(models[0] ? { OPENAI_MODEL: models[0] } : {}),
    };
  }
  const prices = models.map((name) => `${name}=0.10/0.01/0.50`).join(',');
  return { OPENAI_API_KEY: 'sk-stand-in-000000', OPENAI_BASE_URL: model?.baseUrl ?? '', OPENAI_PRICES: prices };
}

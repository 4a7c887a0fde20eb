import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findFreePort, resolveServices, type Services } from '#libs/embedded';
import { startOpenAiStandIn, startSandbox, type OpenAiStandIn, type Sandbox, type SandboxOptions } from '#libs/sandbox';
import { AppProcess } from './server-process.js';

export interface LocalStackOptions {
  /** Keeps data, keys and logs there; a temporary folder that goes with the stack when left out. */
  dataDir?: string;
  /** Settings that win over the stack's own, such as a real DATABASE_URL or OPENAI_API_KEY. */
  env?: Record<string, string>;
  /** Which server processes there are. */
  processes?: { name: string; role: 'all' | 'api' | 'worker' }[];
  /** Port of the first process with HTTP for dashboards; any free one when left out. */
  port?: number;
  sandbox?: Partial<SandboxOptions>;
  log?: (line: string) => void;
}

/** Everything the product needs, running on this machine. */
export interface LocalStack {
  services: Services;
  sandbox: Sandbox;
  /** Absent when a real OpenAI key is configured. */
  openAi?: OpenAiStandIn;
  processes: AppProcess[];
  /** The first process that answers HTTP. */
  apiUrl: string;
  env: Record<string, string>;
  dataDir: string;
  token(userId: string, role: 'user' | 'admin', ttlS?: number): string;
  /** Calls the server's API. @throws {Error} with the answer when it is not 2xx */
  api<T>(method: string, path: string, body?: unknown, as?: { userId: string; role: 'user' | 'admin' }): Promise<T>;
  stop(): Promise<void>;
}

export const operator = { userId: 'operator', role: 'admin' } as const;

/** Starts MongoDB, Redis, a local Instagram, a stand-in for OpenAI and the built server, all on 127.0.0.1. */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { log = () => undefined, env: given = {} } = options;
  const dataDir = options.dataDir ? resolve(options.dataDir) : mkdtempSync(join(tmpdir(), 'instagram-dm-'));
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const cleanUps: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp().catch((error: unknown) => log(String(error)));
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const services = await resolveServices({
      databaseUrl: given['DATABASE_URL'],
      redisUrl: given['REDIS_URL'],
      ...(options.dataDir ? { dataDir } : {}),
      log,
    });
    cleanUps.push(() => services.stop());
    const openAi = given['OPENAI_API_KEY'] ? undefined : await startOpenAiStandIn();
    if (openAi) cleanUps.push(() => openAi.stop());
    const appSecret = given['INSTAGRAM_CLIENT_SECRET'] ?? randomBytes(16).toString('hex');
    const verifyToken = given['META_WEBHOOK_VERIFY_TOKEN'] ?? randomBytes(12).toString('hex');
    const sandbox = await startSandbox({ appSecret, verifyToken, log, ...options.sandbox });
    cleanUps.push(() => sandbox.stop());
    const env = settings(given, { services, sandbox, openAi });
    const wanted = options.processes ?? [{ name: 'server', role: 'all' as const }];
    const processes: AppProcess[] = [];
    for (const { name, role } of wanted) {
      const port = processes.length === 0 && options.port ? options.port : await findFreePort();
      const logFile = join(dataDir, 'logs', `${name}.log`);
      processes.push(
        new AppProcess({ name, role, port, logFile, env: { ...env, API_URL: `http://localhost:${port}` } }),
      );
    }
    cleanUps.push(() => Promise.all(processes.map((server) => server.stop())));
    log(`Starting ${processes.map(({ options: { name } }) => name).join(', ')} …`);
    await Promise.all(processes.map((server) => server.start()));
    const apiUrl = processes.find(({ options: { role } }) => role !== 'worker')?.url ?? '';
    sandbox.webhooks.configure({ url: `${apiUrl}/webhook/instagram` });
    const token = tokenMaker(env['JWT_SECRET'] ?? '');
    return { services, sandbox, openAi, processes, apiUrl, env, dataDir, token, api: apiCaller(apiUrl, token), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  services: Services;
  sandbox: Sandbox;
  openAi?: OpenAiStandIn;
}

function settings(given: Record<string, string>, { services, sandbox, openAi }: Parts): Record<string, string> {
  return {
    ENVIRONMENT: 'development',
    LOG_LEVEL: 'info',
    JWT_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    INSTAGRAM_CLIENT_ID: '990602627938098',
    META_APP_ID: '990602627938099',
    ...sandbox.env,
    ...(openAi ? { OPENAI_BASE_URL: openAi.baseUrl, OPENAI_API_KEY: 'sk-stand-in-000000000000' } : {}),
    // The cautious defaults protect real accounts; a local Instagram can take more.
    RATE_LIMIT_PER_HOUR: '100000',
    RATE_LIMIT_PER_MINUTE: '10000',
    ...given,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
  };
}

type MakeToken = LocalStack['token'];

/** A JWT as any HS256 library makes it. */
function tokenMaker(secret: string): MakeToken {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return (userId, role, ttlS = 24 * 3600) => {
    const now = Math.floor(Date.now() / 1000);
    const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: userId, role, iat: now, exp: now + ttlS })}`;
    return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
  };
}

function apiCaller(apiUrl: string, token: MakeToken): LocalStack['api'] {
  return async <T>(
    method: string,
    path: string,
    body?: unknown,
    as: { userId: string; role: 'user' | 'admin' } = operator,
  ): Promise<T> => {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token(as.userId, as.role)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  };
}

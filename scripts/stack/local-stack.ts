import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findFreePort, resolveServices, type Services } from '#libs/embedded';
import { startOpenAiStandIn, startSandbox, type OpenAiStandIn, type Sandbox, type SandboxOptions } from '#libs/sandbox';
import { AppProcess } from './server-process.js';
import { stackEnv, type Env, type StandIns } from './stack-env.js';

export interface LocalStackOptions {
  /** Keeps data, keys and logs there; a temporary folder that goes with the stack when left out. */
  dataDir?: string;
  /** Settings that win over the stack's own, such as a real DATABASE_URL or OPENAI_API_KEY. */
  env?: Env;
  /** Which server processes there are. */
  processes?: { name: string; role: 'all' | 'api' | 'worker' }[];
  /** Port of the first process with HTTP for dashboards; any free one when left out. */
  port?: number;
  sandbox?: Partial<SandboxOptions>;
  /** How many servers the MongoDB that is started here consists of. */
  mongoMembers?: number;
  log?: (line: string) => void;
}

export interface StackOptions extends LocalStackOptions {
  standIns: StandIns;
}

/** The built server with its stores, and whatever stands in for Meta and OpenAI. */
export interface Stack {
  services: Services;
  /** Absent with a Meta app of one's own. */
  sandbox?: Sandbox;
  /** Absent when a real OpenAI key is configured. */
  openAi?: OpenAiStandIn;
  processes: AppProcess[];
  /** The first process that answers HTTP. */
  apiUrl: string;
  env: Env;
  dataDir: string;
  token(userId: string, role: 'user' | 'admin', ttlS?: number): string;
  /** Calls the server's API. @throws {Error} with the answer when it is not 2xx */
  api<T>(method: string, path: string, body?: unknown, as?: { userId: string; role: 'user' | 'admin' }): Promise<T>;
  stop(): Promise<void>;
}

/** Everything the product needs, running on this machine. */
export interface LocalStack extends Stack {
  sandbox: Sandbox;
}

export const operator = { userId: 'operator', role: 'admin' } as const;

/** Starts MongoDB, Redis, a local Instagram, a stand-in for OpenAI and the built server, all on 127.0.0.1. */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const stack = await startStack({ ...options, standIns: { meta: true, model: !options.env?.['OPENAI_API_KEY'] } });
  return stack as LocalStack;
}

/** The same with the stand-ins that are asked for. */
export async function startStack(options: StackOptions): Promise<Stack> {
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
      mongoMembers: options.mongoMembers,
      log,
    });
    cleanUps.push(() => services.stop());
    const openAi = options.standIns.model ? await startOpenAiStandIn() : undefined;
    if (openAi) cleanUps.push(() => openAi.stop());
    const sandbox = options.standIns.meta ? await startLocalInstagram(options) : undefined;
    if (sandbox) cleanUps.push(() => sandbox.stop());
    const env = stackEnv(given, { services, sandbox, openAi });
    const processes = await describeProcesses(options, env, join(dataDir, 'logs'));
    cleanUps.push(() => Promise.all(processes.map((server) => server.stop())));
    log(`Starting ${processes.map(({ options: { name } }) => name).join(', ')} …`);
    await Promise.all(processes.map((server) => server.start()));
    const apiUrl = processes.find(({ options: { role } }) => role !== 'worker')?.url ?? '';
    sandbox?.webhooks.configure({ url: `${apiUrl}/webhook/instagram` });
    const token = tokenMaker(env);
    return { services, sandbox, openAi, processes, apiUrl, env, dataDir, token, api: apiCaller(apiUrl, token), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startLocalInstagram({ env = {}, sandbox, log }: StackOptions): Promise<Sandbox> {
  return startSandbox({
    appSecret: env['INSTAGRAM_CLIENT_SECRET'] ?? randomBytes(16).toString('hex'),
    metaAppSecret: env['META_APP_SECRET'],
    verifyToken: env['META_WEBHOOK_VERIFY_TOKEN'] ?? randomBytes(12).toString('hex'),
    log,
    ...sandbox,
  });
}

async function describeProcesses(options: StackOptions, env: Env, logsFolder: string): Promise<AppProcess[]> {
  const processes: AppProcess[] = [];
  for (const { name, role } of options.processes ?? [{ name: 'server', role: 'all' as const }]) {
    const port = processes.length === 0 && options.port ? options.port : await findFreePort();
    const logFile = join(logsFolder, `${name}.log`);
    processes.push(new AppProcess({ name, role, port, logFile, env: { API_URL: `http://localhost:${port}`, ...env } }));
  }
  return processes;
}

type MakeToken = LocalStack['token'];

/** A JWT as any HS256 library makes it. */
function tokenMaker({ JWT_SECRET: secret = '', JWT_ISSUER: iss, JWT_AUDIENCE: aud }: Env): MakeToken {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return (userId, role, ttlS = 24 * 3600) => {
    const now = Math.floor(Date.now() / 1000);
    const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: userId, role, iss, aud, iat: now, exp: now + ttlS })}`;
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

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, type MongodProcess, type MongoReplicaSet, type RedisProcess } from '#libs/embedded';
import type { SandboxCustomer } from '#libs/sandbox';
import { operator, startLocalStack, type LocalStack } from '../../scripts/stack/local-stack.js';
import { AppProcess } from '../../scripts/stack/server-process.js';
import { FrontDoor } from './front-door.js';
import { Models } from './model.js';
import type { ChaosOptions } from './options.js';
import { MetaPhone, WhatsAppPhone, type ChaosChannel, type Phone } from './phone.js';
import { Supervised } from './processes.js';
import { ChaosShop } from './shop.js';

const agentQuietMs = 300;

const accountNames = ['juniper', 'pine', 'alder', 'rowan'];
/** The accounts after these have tools. */
const withoutTools = 2;
/** Meta's path carries a version: each process speaks another, so that the sandbox sees who calls. */
const graphVersions = ['v21.0', 'v22.0', 'v23.0', 'v24.0'];

/** Longer than anything takes to show, and short enough for a run to see what was refused tried again. */
const proofMs = { short: 4_000, long: 70_000 };
/** How long what Meta took may not show: a minute in the long form. */
export const showsAfterMs = { short: 3_000, long: 60_000 };

const settings = {
  LOG_LEVEL: 'info',
  // Where the shop's own system is.
  MEDIA_EXTRA_HOSTS: '127.0.0.1',
  GRAPH_TIMEOUT_MS: '2000',
  OPENAI_TIMEOUT_MS: '3000',
  // Whatever befalls the model here, every message deserves its answer.
  AGENT_PATIENCE_MS: '3600000',
  RATE_LIMIT_PER_HOUR: '1000000',
  RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_PER_RECIPIENT_DAY: '100000',
  API_RATE_LIMIT_PER_MINUTE: '1000000',
};

/** A connected account, on whichever channel. */
export interface ChaosAccount {
  id: string;
  channel: ChaosChannel;
  /** How a person writes to it. */
  phoneOf(customer: SandboxCustomer): Phone;
}

/** Two apis and two workers of the built server, with everything around them. */
export interface ChaosStack {
  local: LocalStack;
  /** Alone, or a set whose members can fall away. */
  mongo: MongodProcess | MongoReplicaSet;
  redis: RedisProcess;
  apis: Supervised[];
  workers: Supervised[];
  models: Models;
  /** What the agent's tools ask. */
  shop: ChaosShop;
  door: FrontDoor;
  accounts: ChaosAccount[];
  /** Which worker made a Graph call, by the version in its path; -1 for an api. */
  workerOfVersion(version: string | null): number;
  /** Calls one of the apis, as a dashboard would; the answer, or null when there was none. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer | null>;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export async function startStack(options: ChaosOptions, logsFolder: string): Promise<ChaosStack> {
  mkdirSync(logsFolder, { recursive: true });
  const models = new Models();
  await models.start(2);
  const shop = await ChaosShop.start();
  const local = await startLocalStack({
    processes: [],
    env: { ...settings, SEND_PROOF_MS: String(proofMs[options.short ? 'short' : 'long']) },
    mongoMembers: options.members,
    sandbox: {
      randomSeed: options.seed,
      seed: {
        accounts: accountNames.map((username) => ({ username: `${username}.chaos` })),
        customers: [],
        businesses: [{ name: 'Chaos', numbers: [{ isOnBizApp: true }, { isOnBizApp: true }] }],
      },
      subscribed: false,
      webhooks: { retryDelaysMs: [100, 250, 500, 1_000, 2_000, 3_000], timeoutMs: 5_000 },
    },
  });
  const { mongo: alone, mongoSet, redis } = local.services;
  const mongo = mongoSet ?? alone;
  if (!mongo || !redis) throw new Error('Faults need a MongoDB and a Redis of their own');
  const made = await Promise.all(
    ['api-1', 'api-2', 'worker-1', 'worker-2'].map(async (name, index) => {
      const role = name.startsWith('api') ? ('api' as const) : ('worker' as const);
      const port = await findFreePort();
      const env = {
        ...local.env,
        GRAPH_API_VERSION: graphVersions[index] as string,
        API_URL: `http://localhost:${port}`,
        ...(role === 'worker' ? { OPENAI_BASE_URL: models.urlFor(index - 2) } : {}),
      };
      return new Supervised(new AppProcess({ name, role, port, env, logFile: join(logsFolder, `${name}.log`) }));
    }),
  );
  process.once('exit', () => made.forEach((one) => one.abandon()));
  const [apis, workers] = [made.slice(0, 2), made.slice(2)];
  const door = await FrontDoor.open(apis.map(({ app }) => app.url));
  local.sandbox.webhooks.configure({ url: `${door.url}/webhook/instagram` });
  const stop = async (): Promise<void> => {
    await Promise.all(made.map((process) => process.stop()));
    await door.close();
    await models.stop();
    await shop.stop();
    await local.stop();
  };
  try {
    await Promise.all(made.map((process) => process.start()));
    const call = caller(local, apis);
    const workerOfVersion = (version: string | null): number => graphVersions.indexOf(version ?? '') - 2;
    const stack = { local, mongo, redis, apis, workers, models, shop, door, call, workerOfVersion, stop };
    return { ...stack, accounts: await connectAccounts(local, call, shop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Everybody's accounts in turns of the channels: four of Instagram, two Pages, two numbers of WhatsApp. */
async function connectAccounts(local: LocalStack, call: ChaosStack['call'], shop: ChaosShop): Promise<ChaosAccount[]> {
  const accounts: ChaosAccount[] = [];
  for (const [index, { body, ...account }] of toConnect(local).entries()) {
    const agent = {
      enabled: true,
      instructions: 'Answer for the shop.',
      // Without a quiet period an answer takes another way, right from where its message was stored.
      quiet_ms: index % 2 === 0 ? agentQuietMs : 0,
      daily_token_budget: 1_000_000_000,
      replies_per_conversation_hour: 1_000,
      pause_after_human_minutes: 600,
    };
    const answer = await call('POST', '/accounts', { ...body, agent });
    if (answer?.status !== 201) throw new Error(`An account could not be connected: ${JSON.stringify(answer)}`);
    const id = (answer.body['data'] as { _id: string })._id;
    if (index >= withoutTools)
      for (const [name, tool] of Object.entries(shop.tools)) {
        const declared = await call('PUT', `/agent/tools/${id}/${name}`, tool);
        if (declared?.status !== 200) throw new Error(`A tool could not be declared: ${JSON.stringify(declared)}`);
      }
    accounts.push({ ...account, id });
  }
  return accounts;
}

function toConnect({ sandbox }: LocalStack): (Omit<ChaosAccount, 'id'> & { body: object })[] {
  const instagram = sandbox.accounts.map((account) => ({
    channel: 'instagram' as const,
    body: { access_token: account.accessToken, login: 'instagram' },
    phoneOf: (customer: SandboxCustomer) => new MetaPhone(customer, account, sandbox),
  }));
  const messenger = sandbox.accounts.slice(2).map((account) => ({
    channel: 'messenger' as const,
    body: { access_token: account.tokens.page, platform: 'meta_messenger', login: 'facebook' },
    phoneOf: (customer: SandboxCustomer) => new MetaPhone(customer.onMessenger, account, sandbox),
  }));
  const whatsapp = sandbox.numbers.map((number) => ({
    channel: 'whatsapp' as const,
    body: {
      ...{ access_token: number.accessToken, platform: 'meta_whatsapp' },
      ...{ waba_id: number.wabaId, phone_number_id: number.phoneNumberId },
    },
    phoneOf: (customer: SandboxCustomer) => new WhatsAppPhone(sandbox.onWhatsApp(customer), number),
  }));
  return [...instagram.slice(0, 2), ...messenger, ...whatsapp, ...instagram.slice(2)];
}

function caller(local: LocalStack, apis: Supervised[]): ChaosStack['call'] {
  let turn = 0;
  return async (method, path, body, headers = {}) => {
    const api = apis[turn++ % apis.length] as Supervised;
    try {
      const answer = await fetch(`${api.app.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${local.token(operator.userId, operator.role)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(12_000),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    } catch {
      return null;
    }
  };
}

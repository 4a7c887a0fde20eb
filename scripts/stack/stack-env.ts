import { randomBytes } from 'node:crypto';

/** Settings by their names. */
export type Env = Record<string, string>;

/** Which of the services around the server are played on this machine. */
export interface StandIns {
  /** The local Instagram. */
  meta: boolean;
  /** The stand-in for OpenAI. */
  model: boolean;
}

/** What `npm start` runs. */
export interface StartPlan {
  standIns: StandIns;
  /** What the server is given, before the addresses of what gets started. */
  env: Env;
}

/** Where settings come from: the first wins. */
export interface Sources {
  /** What whoever starts it says for this start. */
  environment: Env;
  dotEnv: Env;
  /** What `.env.example` shows: a copy of it chooses nothing, neither a Meta app nor an address. */
  example: Env;
  /** Secrets that an earlier start made for itself. */
  made: Env;
}

/** `npm start` can't do what the settings ask for. */
export class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError';
}

/** One of these makes it a Meta app of one's own: the local Instagram would only be in its way. */
const ofMeta = [
  ...['INSTAGRAM_CLIENT_ID', 'INSTAGRAM_CLIENT_SECRET', 'META_APP_ID', 'META_APP_SECRET'],
  ...['GRAPH_INSTAGRAM_URL', 'GRAPH_FACEBOOK_URL'],
];

/** Everybody knows their values in `.env.example`, and whoever connects a Meta app lets the world in. */
const secrets = [
  ...['META_WEBHOOK_VERIFY_TOKEN', 'INSTAGRAM_CLIENT_SECRET', 'META_APP_SECRET'],
  ...['JWT_SECRET', 'ENCRYPTION_KEY'],
];

/**
 * Settings among the variables of a shell, which has many others: only those that `.env.example` lists get in. Empty is
 * not set.
 * @param exampleText the file, in which a setting may stand behind a `#`
 */
export function settingsAmong(variables: Record<string, string | undefined>, exampleText: string): Env {
  const names = [...exampleText.matchAll(/^#?([A-Z0-9_]+)=/gm)].map(([, name = '']) => name);
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => (variables[name] ? [[name, variables[name]]] : [])),
  );
}

/**
 * Decides what `npm start` brings itself and what comes from the environment and `.env`.
 * @throws {StartRefusedError} in a sentence
 */
export function planStart({ environment, dotEnv, example, made }: Sources): StartPlan {
  const given = { ...dotEnv, ...environment };
  const isChosen = (name: string): boolean =>
    environment[name] !== undefined || (dotEnv[name] !== undefined && dotEnv[name] !== example[name]);
  const meta = !ofMeta.some(isChosen);
  const known = secrets.filter((name) => given[name] !== undefined && given[name] === example[name]);
  if (!meta && known.length > 0) {
    throw new StartRefusedError(
      `There is a Meta app, but still the values of .env.example for ${known.join(', ')}, which everybody knows. ` +
        'Set real ones, or leave them empty: npm start makes its own.',
    );
  }
  if (meta && isChosen('ENVIRONMENT') && given['ENVIRONMENT'] === 'production') {
    throw new StartRefusedError(
      'ENVIRONMENT=production, but no Meta app: npm start would put a local Instagram in its place. ' +
        'Set the Meta app’s settings too, or leave ENVIRONMENT empty.',
    );
  }
  const env = { ...made, ...given };
  // Its secret goes to the local Instagram too; of an app of one's own it would be a second one that nobody knows.
  if (!meta && given['INSTAGRAM_CLIENT_SECRET'] === undefined) delete env['INSTAGRAM_CLIENT_SECRET'];
  // This machine alone, and this port, unless somebody wrote something else.
  for (const name of ['HOST', 'API_URL', 'ENVIRONMENT']) if (!isChosen(name)) delete env[name];
  // Without a key and with real customers the agent is silent: they must not be told of candles and ceramics.
  return { standIns: { meta, model: meta && !given['OPENAI_API_KEY'] }, env };
}

/** What a stack runs beside the server. */
export interface StackParts {
  services: { databaseUrl: string; redisUrl: string };
  sandbox?: { env: Env };
  openAi?: { baseUrl: string };
}

/** The server's settings: those of the parts that were started, unless `given` says otherwise. */
export function stackEnv(given: Env, { services, sandbox, openAi }: StackParts): Env {
  return {
    ENVIRONMENT: 'development',
    LOG_LEVEL: 'info',
    JWT_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    // The cautious defaults protect real accounts; a local Instagram can take more. Its pictures lie on this machine.
    ...(sandbox
      ? {
          ...sandbox.env,
          RATE_LIMIT_PER_HOUR: '100000',
          RATE_LIMIT_PER_MINUTE: '10000',
          MEDIA_EXTRA_HOSTS: '127.0.0.1,localhost',
        }
      : {}),
    ...(openAi ? { OPENAI_BASE_URL: openAi.baseUrl, OPENAI_API_KEY: 'sk-stand-in-000000000000' } : {}),
    ...given,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
  };
}

import ipaddr from 'ipaddr.js';
import { databaseUrl } from './database-url.js';
import { envSchema, type secretNames, type Env } from './env.js';
import { givenSettings } from './given-settings.js';
import { secretProblems } from './production-secrets.js';
import { Secret } from './secret.js';
import { InvalidSettingsError, type SettingProblem } from './setting-problem.js';

type WithoutSecrets = Omit<Env, (typeof secretNames)[number]>;

/** As undici takes it. */
export interface EgressProxy {
  httpsProxy: string;
  httpProxy: string;
  noProxy: string;
}

/** All settings, checked and typed; secrets are wrapped so that they can't be printed by accident. */
export interface Settings extends WithoutSecrets {
  FRONTEND_URL: string;
  META_WEBHOOK_VERIFY_TOKEN: Secret;
  JWT_SECRET: Secret;
  JWT_SECRET_PREVIOUS: Secret[];
  ENCRYPTION_KEY: Secret;
  ENCRYPTION_KEYS_PREVIOUS: Secret[];
  /** Every app secret a webhook or a signed_request may be signed with, current ones first. */
  APP_SECRETS: Secret[];
  INSTAGRAM_CLIENT_SECRET?: Secret;
  META_APP_SECRET?: Secret;
  METRICS_TOKEN?: Secret;
  OPENAI_API_KEY?: Secret;
  ALERT_WEBHOOK_SECRET?: Secret;
  OTEL_EXPORTER_OTLP_HEADERS?: Secret;
  AWS_SECRET_ACCESS_KEY?: Secret;
  /** 0 keeps them for ever. */
  DEAD_LETTER_RETENTION_DAYS: number;
  /** The way out to Meta, the model and the alerts' receiver; `undefined` where there is a direct one. */
  egressProxy?: EgressProxy;
  /** What was changed in reading them, for the log; names alone. */
  notices: readonly string[];
  isProduction: boolean;
  /** FRONTEND_URL was configured: connecting an account ends there, else on a page of our own. */
  frontendIsSet: boolean;
  /** This process answers HTTP for Meta and dashboards. */
  carriesApi: boolean;
  /** This process works jobs off the queues. */
  carriesWorker: boolean;
}

/** Nest's token and type for the settings: `constructor(private readonly config: AppConfig)`. */
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type --
   the class exists as an injection token alone and is never constructed; the interface says what is injected */
export abstract class AppConfig {}
export interface AppConfig extends Settings {}
/* eslint-enable */

/** A person may answer so long after the customer's last message; later Meta takes no message at all. */
const longestWindowDays = 7;
const usualLetterDays = 90;

/**
 * Reads and checks the settings.
 * @param source usually `process.env`; an empty string counts as not set
 * @throws {InvalidSettingsError} naming every setting that is missing or wrong, all at once
 */
export function readSettings(source: Record<string, string | undefined>): AppConfig {
  const { values: present, problems: unread, notices } = givenSettings(source, Object.keys(envSchema.shape));
  const parsed = envSchema.safeParse(present);
  const unreadNames = new Set(unread.map(({ name }) => name.replace(/_FILE$/, '')));
  const issues = parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, present));
  const misread = [...unread, ...issues.filter(({ name }) => !unreadNames.has(name))];
  const misreadNames = new Set([...unreadNames, ...misread.map(({ name }) => name)]);
  // Those that can be read are judged beside those that can't: who mends one must not find the next at the next start.
  const env = parsed.success ? parsed.data : readable(present);
  const judged = [
    ...crossChecks(present),
    ...retentionChecks(env),
    ...(env.ENVIRONMENT === 'production' ? productionChecks(env) : []),
  ];
  const problems = [...misread, ...judged.filter(({ name }) => !misreadNames.has(name))];
  if (!parsed.success || problems.length > 0) throw new InvalidSettingsError(problems);
  return wrap(parsed.data, notices);
}

type Given = Record<string, string | undefined>;

function problemOf({ path, message }: { path: PropertyKey[]; message: string }, given: Given): SettingProblem {
  const name = String(path[0] ?? 'settings');
  return { name, expected: given[name] === undefined ? 'is required and not set' : message };
}

function readable(given: Given): Partial<Env> {
  const entries = Object.entries(envSchema.shape).flatMap(([name, schema]): [string, unknown][] => {
    const { success, data } = schema.safeParse(given[name]);
    return success ? [[name, data]] : [];
  });
  return Object.fromEntries(entries);
}

/** About what is there, whatever it is worth. */
function crossChecks(env: Given): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (!env.INSTAGRAM_CLIENT_SECRET && !env.META_APP_SECRET) {
    problems.push({
      name: 'INSTAGRAM_CLIENT_SECRET',
      expected: 'set this or META_APP_SECRET: without an app secret no webhook can be verified',
    });
  }
  if (env.ALERT_WEBHOOK_URL && !env.ALERT_WEBHOOK_SECRET) {
    problems.push({ name: 'ALERT_WEBHOOK_SECRET', expected: 'is required with ALERT_WEBHOOK_URL: alerts are signed' });
  }
  // Keys without an issuer and an audience would open the server to every application of that provider.
  const provider = ['IDP_JWKS_URL', 'IDP_ISSUER', 'IDP_AUDIENCE'] as const;
  if (provider.some((name) => env[name]))
    for (const name of provider)
      if (!env[name])
        problems.push({ name, expected: `is required with ${provider.filter((one) => env[one]).join(', ')}` });
  return problems;
}

function retentionChecks(env: Partial<Env>): SettingProblem[] {
  const { DEAD_LETTER_RETENTION_DAYS: days } = env;
  if (!days || days >= leastLetterDays(env)) return [];
  const expected = `expected 0 or at least ${leastLetterDays(env)}: a letter must outlive what its replay does again`;
  return [{ name: 'DEAD_LETTER_RETENTION_DAYS', expected }];
}

/** While a letter's replay can still do something, it is there: its delivery is, or its DM may still be sent. */
function leastLetterDays({ RETENTION_DAYS = 0 }: Partial<Env>): number {
  return Math.max(RETENTION_DAYS, longestWindowDays);
}

function productionChecks(env: Partial<Env>): SettingProblem[] {
  const problems = secretProblems(env);
  const https = [
    'API_URL', 'FRONTEND_URL', 'GRAPH_INSTAGRAM_URL', 'GRAPH_FACEBOOK_URL', 'INSTAGRAM_OAUTH_URL',
    'INSTAGRAM_TOKEN_URL', 'FACEBOOK_OAUTH_URL', 'OPENAI_BASE_URL', 'ALERT_WEBHOOK_URL', 'IDP_JWKS_URL',
  ] as const; // prettier-ignore
  for (const name of https) {
    if (env[name]?.startsWith('http:')) problems.push({ name, expected: 'expected https in production' });
  }
  for (const name of ['AWS_ENDPOINT_URL_S3', 'S3_PUBLIC_ENDPOINT'] as const) {
    const storage = env[name];
    if (!storage?.startsWith('http:') || isInOwnNetwork(storage)) continue;
    problems.push({ name, expected: 'expected https in production, or a host of the own network' });
  }
  return problems;
}

/** A storage beside us (MinIO) often has no certificate: private addresses, and names that only an own network knows. */
function isInOwnNetwork(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ['loopback', 'private', 'uniqueLocal'].includes(ipaddr.process(host).range());
  return !host.includes('.') || /\.(internal|local|localhost)$/.test(host);
}

function wrap(env: Env, notices: string[]): AppConfig {
  const secret = (value: string | undefined): Secret | undefined =>
    value === undefined ? undefined : new Secret(value);
  const { APP_SECRET_PREVIOUS: previous, ...others } = env;
  const appSecrets = [env.INSTAGRAM_CLIENT_SECRET, env.META_APP_SECRET, ...previous];
  const { url, leftOut } = databaseUrl(env.DATABASE_URL);
  const ignored = `DATABASE_URL: the server sets these itself, they are not taken from it: ${leftOut.join(', ')}`;
  return {
    ...others,
    DATABASE_URL: url,
    notices: leftOut.length > 0 ? [...notices, ignored] : notices,
    FRONTEND_URL: env.FRONTEND_URL ?? 'http://localhost:5173',
    META_WEBHOOK_VERIFY_TOKEN: new Secret(env.META_WEBHOOK_VERIFY_TOKEN),
    JWT_SECRET: new Secret(env.JWT_SECRET),
    JWT_SECRET_PREVIOUS: env.JWT_SECRET_PREVIOUS.map((key) => new Secret(key)),
    ENCRYPTION_KEY: new Secret(env.ENCRYPTION_KEY),
    ENCRYPTION_KEYS_PREVIOUS: env.ENCRYPTION_KEYS_PREVIOUS.map((key) => new Secret(key)),
    APP_SECRETS: [...new Set(appSecrets.filter((value) => value !== undefined))].map((value) => new Secret(value)),
    INSTAGRAM_CLIENT_SECRET: secret(env.INSTAGRAM_CLIENT_SECRET),
    META_APP_SECRET: secret(env.META_APP_SECRET),
    METRICS_TOKEN: secret(env.METRICS_TOKEN),
    OPENAI_API_KEY: secret(env.OPENAI_API_KEY),
    ALERT_WEBHOOK_SECRET: secret(env.ALERT_WEBHOOK_SECRET),
    OTEL_EXPORTER_OTLP_HEADERS: secret(env.OTEL_EXPORTER_OTLP_HEADERS),
    AWS_SECRET_ACCESS_KEY: secret(env.AWS_SECRET_ACCESS_KEY),
    DEAD_LETTER_RETENTION_DAYS: env.DEAD_LETTER_RETENTION_DAYS ?? Math.max(usualLetterDays, leastLetterDays(env)),
    frontendIsSet: env.FRONTEND_URL !== undefined,
    isProduction: env.ENVIRONMENT === 'production',
    egressProxy: egressProxyOf(env),
    carriesApi: env.ROLE !== 'worker',
    carriesWorker: env.ROLE !== 'api',
  };
}

function egressProxyOf({ HTTPS_PROXY, HTTP_PROXY, NO_PROXY = '' }: Env): EgressProxy | undefined {
  if (HTTPS_PROXY === undefined && HTTP_PROXY === undefined) return undefined;
  return { httpsProxy: HTTPS_PROXY ?? '', httpProxy: HTTP_PROXY ?? '', noProxy: NO_PROXY };
}

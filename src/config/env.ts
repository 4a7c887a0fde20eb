import { z } from 'zod';
import { databaseUrl } from './database-url.js';
import { isNetwork } from './network.js';

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((value) => value === 'true' || value === '1' || value === 'yes');

const url = (protocols: RegExp, example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.test(value), `expected a URL such as ${example}`);

/** A database may be named by several hosts, `scheme://user:password@one:1,two:2/rest`, which is no URL elsewhere. */
const storeUrl = (protocols: RegExp, example: string) =>
  z.string().refine((value) => {
    const [, before = '', hosts = '', after = ''] = /^([^/]+:\/\/(?:[^/@]*@)?)([^/?#]+)(.*)$/.exec(value) ?? [];
    return protocols.test(value) && hosts.split(',').every((host) => URL.canParse(before + host + after));
  }, `expected a URL such as ${example}`);

const mongoUrl = storeUrl(/^mongodb(\+srv)?:/, 'mongodb://127.0.0.1:27017/?replicaSet=rs0').superRefine(
  (value, context) => {
    const { unknown } = databaseUrl(value);
    if (unknown.length === 0) return;
    const message = `has options that are not taken here: ${unknown.join(', ')}; take them out (.env.example says which are)`;
    context.addIssue({ code: 'custom', message });
  },
);

/** ioredis lets what stands behind `?` win over the options that the code sets. */
const redisUrl = storeUrl(/^(rediss?|redis\+(sentinel|cluster)):/, 'redis://127.0.0.1:6379').refine(
  (value) => /^[^?#]*(\?family=[046])?$/.test(value),
  'takes no options behind ? but family: take them out',
);

/** Paths are put behind it. */
function isBareAddress(value: string): boolean {
  const { username, password } = new URL(value);
  return username === '' && password === '' && !/[?#]/.test(value);
}

const httpUrl = (example: string) => url(/^https?:/, example).transform((value) => value.replace(/\/+$/, ''));
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `expected at least ${min}`).max(max, `expected at most ${max}`));
const key32 = z
  .string()
  .refine(
    (value) => /^[0-9a-f]{64}$/i.test(value) || Buffer.from(value, 'base64').length === 32,
    'expected 32 bytes as base64 or hex (openssl rand -base64 32)',
  );
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const modelName = z.string().regex(/^[\w.:/-]{1,100}$/, 'expected the name of a model');

/** `<model>=<input>/<cached>/<output>`: US dollars for a million tokens. */
const modelPrice = z
  .string()
  .regex(/^[\w.:/-]{1,100}=\d+(\.\d+)?\/\d+(\.\d+)?\/\d+(\.\d+)?$/, 'expected prices such as my-model=0.10/0.01/0.50')
  .transform((value): [string, { input: number; cached: number; output: number }] => {
    const end = value.lastIndexOf('=');
    const [input = 0, cached = 0, output = 0] = value
      .slice(end + 1)
      .split('/')
      .map(Number);
    return [value.slice(0, end), { input, cached, output }];
  });

/** How long a model may think before it writes, least first. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/**
 * Every setting the server reads, as it stands in the environment: first stage of two. What one value must look like
 * stands here; what settings must be to each other, and what production refuses, stands in `settings.ts`.
 */
export const envSchema = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  ENVIRONMENT: z.enum(['development', 'test', 'staging', 'production']).default('development'),
  API_URL: httpUrl('https://dm.example.com')
    .refine(isBareAddress, 'expected an address without user, password, query or fragment')
    .default('http://localhost:3000'),
  FRONTEND_URL: httpUrl('https://app.example.com').optional(),
  TRUST_PROXY: list
    .refine((parts) => parts.every(isNetwork), 'expected addresses or networks, such as 10.0.0.0/8, or loopback')
    .transform((parts) => parts.join(',') || undefined)
    .optional(),
  SWAGGER_ENABLED: flag.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SHUTDOWN_GRACE_MS: wholeNumber(100, 120_000).default(10_000),

  DATABASE_URL: mongoUrl,
  DATABASE_NAME: z
    .string()
    .regex(/^[^/\\. "$*<>:|?]{1,63}$/, 'expected a MongoDB database name')
    .default('instagram_dms'),
  REDIS_URL: redisUrl,
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, dot, dash or underscore')
    .default('dm'),

  META_WEBHOOK_VERIFY_TOKEN: z.string().min(8, 'expected at least 8 characters'),
  INSTAGRAM_CLIENT_ID: z.string().optional(),
  INSTAGRAM_CLIENT_SECRET: z.string().min(8).optional(),
  META_APP_ID: z.string().optional(),
  META_APP_SECRET: z.string().min(8).optional(),
  APP_SECRET_PREVIOUS: list.default([]),
  GRAPH_INSTAGRAM_URL: httpUrl('https://graph.instagram.com').default('https://graph.instagram.com'),
  GRAPH_FACEBOOK_URL: httpUrl('https://graph.facebook.com').default('https://graph.facebook.com'),
  GRAPH_API_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, 'expected a version such as v24.0')
    .default('v24.0'),
  GRAPH_TIMEOUT_MS: wholeNumber(100, 60_000).default(10_000),
  INSTAGRAM_OAUTH_URL: httpUrl('https://www.instagram.com').default('https://www.instagram.com'),
  INSTAGRAM_TOKEN_URL: httpUrl('https://api.instagram.com').default('https://api.instagram.com'),
  FACEBOOK_OAUTH_URL: httpUrl('https://www.facebook.com').default('https://www.facebook.com'),

  HTTPS_PROXY: httpUrl('http://proxy.internal:3128').optional(),
  HTTP_PROXY: httpUrl('http://proxy.internal:3128').optional(),
  NO_PROXY: list.transform((hosts) => hosts.join(',')).optional(),

  JWT_SECRET: z.string().min(1),
  JWT_SECRET_PREVIOUS: list.default([]),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  JWT_LEEWAY_SECONDS: wholeNumber(0, 60).default(5),
  IDP_JWKS_URL: httpUrl('https://login.example.com/keys').optional(),
  IDP_ISSUER: z.string().min(1).optional(),
  IDP_AUDIENCE: z.string().min(1).optional(),
  IDP_TENANT_CLAIM: z.string().min(1).default('tenant'),
  IDP_ROLE_CLAIM: z.string().min(1).default('role'),
  ENCRYPTION_KEY: key32,
  ENCRYPTION_KEYS_PREVIOUS: list.pipe(z.array(key32)).default([]),
  METRICS_TOKEN: z.string().min(16, 'expected at least 16 characters').optional(),
  API_RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000).default(600),

  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: httpUrl('https://api.openai.com/v1').default('https://api.openai.com/v1'),
  OPENAI_MODEL: modelName.default('gpt-6-luna'),
  OPENAI_MODELS: list.pipe(z.array(modelName)).default([]),
  OPENAI_PRICES: list
    .pipe(z.array(modelPrice))
    .transform((prices) => Object.fromEntries(prices))
    .default({}),
  OPENAI_TRANSCRIPTION_MODEL: modelName.default('gpt-transcribe'),
  OPENAI_REASONING_EFFORT: z.enum(reasoningEfforts).default('low'),
  OPENAI_TIMEOUT_MS: wholeNumber(100, 300_000).default(30_000),
  AGENT_ENABLED: flag.default(true),
  AGENT_QUIET_MS: wholeNumber(0, 120_000).default(2_500),
  AGENT_HISTORY: wholeNumber(1, 200).default(30),
  AGENT_MAX_AGE_HOURS: wholeNumber(1, 24).default(23),
  AGENT_DAILY_TOKEN_LIMIT: wholeNumber(0, 1_000_000_000_000).default(20_000_000),
  AGENT_DAILY_TOKEN_LIMIT_ALL: wholeNumber(0, 1_000_000_000_000).default(200_000_000),
  AGENT_PATIENCE_MS: wholeNumber(0, 3_600_000).default(120_000),

  SEND_PROOF_MS: wholeNumber(1_000, 3_600_000).default(90_000),

  RATE_LIMIT_PER_HOUR: wholeNumber(1, 10_000_000).default(200),
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000).default(20),
  RATE_LIMIT_PER_RECIPIENT_DAY: wholeNumber(1, 1_000_000).default(1_000),

  RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
  DM_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  DEAD_LETTER_RETENTION_DAYS: wholeNumber(0, 3_650).optional(),
  AUDIT_RETENTION_DAYS: wholeNumber(0, 3_650).default(400),
  WEBHOOK_LOG_RETENTION_DAYS: wholeNumber(2, 3_650).default(30),
  ALERT_WEBHOOK_URL: httpUrl('https://alerts.example.com/hook').optional(),
  ALERT_WEBHOOK_SECRET: z.string().min(16, 'expected at least 16 characters').optional(),

  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl('http://collector.internal:4318').optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(/^[^=,\s]+=[^,]*(?:,\s*[^=,\s]+=[^,]*)*$/, 'expected name=value, with commas between')
    .optional(),
  OTEL_SERVICE_NAME: z.string().min(1).max(100).default('instagram-dm-backend'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('expected a number from 0 to 1').min(0).max(1).default(1),
  OTEL_METRIC_EXPORT_INTERVAL: wholeNumber(1_000, 3_600_000).default(60_000),

  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_REGION: z.string().default('us-east-1'),
  AWS_ENDPOINT_URL_S3: httpUrl('https://s3.example.com').optional(),
  S3_PUBLIC_ENDPOINT: httpUrl('https://files.example.com').optional(),
  S3_BUCKET_NAME: z.string().optional(),
  MEDIA_MAX_BYTES: wholeNumber(1_024, 1_073_741_824).default(26_214_400),
  MEDIA_EXTRA_HOSTS: list.default([]),
});

export type Env = z.output<typeof envSchema>;

/** Names whose values are secrets; a message about them never shows the value. */
export const secretNames = [
  'META_WEBHOOK_VERIFY_TOKEN',
  'INSTAGRAM_CLIENT_SECRET',
  'META_APP_SECRET',
  'APP_SECRET_PREVIOUS',
  'JWT_SECRET',
  'JWT_SECRET_PREVIOUS',
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEYS_PREVIOUS',
  'METRICS_TOKEN',
  'OPENAI_API_KEY',
  'ALERT_WEBHOOK_SECRET',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'AWS_SECRET_ACCESS_KEY',
] as const;

/** May stand in a file that `<NAME>_FILE` names, as Docker and Kubernetes mount secrets: the secrets, and addresses with passwords. */
export const fileSettings: readonly string[] = [
  ...secretNames,
  'DATABASE_URL',
  'REDIS_URL',
  'AWS_ACCESS_KEY_ID',
  'HTTPS_PROXY',
  'HTTP_PROXY',
];

/** Are written in small letters as often, and mean the same then. */
export const smallLettersToo: readonly string[] = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** Their values are several, with commas between, or one a line. */
export const listSettings: readonly string[] = [
  ...[
    'APP_SECRET_PREVIOUS',
    'JWT_SECRET_PREVIOUS',
    'ENCRYPTION_KEYS_PREVIOUS',
    'TRUST_PROXY',
    'MEDIA_EXTRA_HOSTS',
    'NO_PROXY',
  ],
];

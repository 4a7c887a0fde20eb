import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import type { Sandbox } from '#libs/sandbox';
import { bold, dim, say } from './demo/terminal.js';
import { startStack, type Stack } from './stack/local-stack.js';
import { planStart, settingsAmong, type Env } from './stack/stack-env.js';

const dataDir = '.data';

/** What a file of settings sets; an empty value is none. */
function readEnvFile(file: string): Env {
  const env = existsSync(file) ? parse(readFileSync(file)) : {};
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

/** Keys made once and kept with the data they encrypt. */
function ownSecrets(): Env {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Env;
  mkdirSync(dataDir, { recursive: true });
  const secrets = {
    JWT_SECRET: randomBytes(32).toString('hex'),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    INSTAGRAM_CLIENT_SECRET: randomBytes(16).toString('hex'),
    META_WEBHOOK_VERIFY_TOKEN: randomBytes(12).toString('hex'),
  };
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** @returns the link by which the first person signs in, as long as nobody can */
async function firstAdminLink(stack: Stack): Promise<string | undefined> {
  try {
    const { data } = await stack.api<{ data: { url: string } }>('POST', '/auth/first-admin/link');
    return data.url;
  } catch (error) {
    if (error instanceof Error && error.message.includes(' answered 409')) return undefined;
    throw error;
  }
}

function printWelcome(
  stack: Stack,
  firstAdmin: string | undefined,
  configured: { dotEnv: string[]; environment: string[] },
): void {
  const { sandbox, openAi, env } = stack;
  // The name that OAuth comes back to: a cookie set at another one would not come along.
  const apiUrl = stack.processes[0]?.options.env['API_URL'] ?? stack.apiUrl;
  const bearer = stack.token('operator', 'admin', 7 * 24 * 3600);
  say(`\n${bold('Instagram DM API is running')}  ${dim('Ctrl-C stops it; data stays in .data/')}`);
  if (firstAdmin) say(`  Open              ${bold(firstAdmin)}  (signs you in; once, within 24 hours)`);
  else say(`  Open              ${bold(`${apiUrl}/app/`)}`);
  say(`  API               ${apiUrl}`);
  if (env['ENVIRONMENT'] !== 'production') say(`  Swagger UI        ${apiUrl}/docs`);
  if (sandbox) say(`  Customer’s phone  ${sandbox.url}/`);
  else printMetaApp(stack, apiUrl);
  say(`  Queue dashboard   ${apiUrl}/admin/queues  (paste the token)`);
  say(`  Logs              ${join(stack.dataDir, 'logs')}`);
  if (configured.dotEnv.length > 0) say(`  From .env         ${configured.dotEnv.join(', ')}`);
  if (configured.environment.length > 0) say(`  From environment  ${configured.environment.join(', ')}`);
  if (!openAi && !env['OPENAI_API_KEY']) say('  Agent             silent: OPENAI_API_KEY is not set');
  say(`\n  Bearer token (admin, 7 days):\n${bearer}\n`);
}

/** What Meta's app dashboard has to be told. */
function printMetaApp({ apiUrl, env }: Stack, publicUrl: string): void {
  if (publicUrl.startsWith('https:')) say(`  reached by way of ${apiUrl}`);
  else say('  Meta calls https alone: set API_URL to the address of your tunnel.');
  say(`  Meta’s webhook    ${publicUrl}/webhook/instagram  (verify token: ${env['META_WEBHOOK_VERIFY_TOKEN']})`);
  say(`  OAuth redirects   ${publicUrl}/accounts/oauth/instagram/callback, …/facebook/callback`);
  say(`  App Review        ${publicUrl}/meta/deauthorize, …/meta/data-deletion`);
}

/** Connects the sandbox's shop, so that a message from the phone page gets an answer. */
async function connectShop(stack: Stack, { account }: Sandbox): Promise<void> {
  await stack.api('POST', '/accounts', {
    access_token: account.accessToken,
    login: 'instagram',
    agent: { enabled: true, instructions: 'You answer for Juniper & Pine, a small shop for candles and ceramics.' },
  });
}

let stack: Stack | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    say(dim('\nStopping …'));
    void (stack?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
  });
}

try {
  const dotEnv = readEnvFile('.env');
  const example = readEnvFile('.env.example');
  const environment = settingsAmong(process.env, readFileSync('.env.example', 'utf8'));
  const { standIns, env } = planStart({ environment, dotEnv, example, made: ownSecrets() });
  stack = await startStack({
    dataDir,
    port: Number(env['PORT'] ?? 3000),
    env,
    standIns,
    // The people and tokens of the local Instagram must outlive a restart as the database does.
    sandbox: { dataFile: join(dataDir, 'sandbox.json') },
    log: (line) => say(dim(line)),
  });
  if (stack.sandbox) await connectShop(stack, stack.sandbox);
  printWelcome(stack, await firstAdminLink(stack), {
    dotEnv: Object.keys(dotEnv).filter((name) => dotEnv[name] !== example[name] && !(name in environment)),
    environment: Object.keys(environment),
  });
} catch (error) {
  say(`Could not start: ${error instanceof Error ? error.message : String(error)}`);
  await stack?.stop();
  process.exit(1);
}

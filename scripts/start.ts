import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { bold, dim, say } from './demo/terminal.js';
import { startLocalStack, type LocalStack } from './stack/local-stack.js';

const dataDir = '.data';

/** What `.env` sets is used instead of the part that would be started here. */
function readDotEnv(): Record<string, string> {
  const env = existsSync('.env') ? parse(readFileSync('.env')) : {};
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

/** Keys made once and kept with the data they encrypt. */
function ownSecrets(): Record<string, string> {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
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

function printWelcome(stack: LocalStack, configured: string[]): void {
  const { apiUrl, sandbox } = stack;
  const bearer = stack.token('operator', 'admin', 7 * 24 * 3600);
  say(`\n${bold('Instagram DM API is running')}  ${dim('Ctrl-C stops it; data stays in .data/')}`);
  say(`  API               ${apiUrl}`);
  say(`  Swagger UI        ${apiUrl}/docs`);
  say(`  Customer’s phone  ${sandbox.url}/`);
  say(`  Queue dashboard   ${apiUrl}/admin/queues  (paste the token)`);
  say(`  Logs              ${join(stack.dataDir, 'logs')}`);
  if (configured.length > 0) say(`  From .env         ${configured.join(', ')}`);
  say(`\n  Bearer token (admin, 7 days):\n${bearer}\n`);
}

/** Connects the sandbox's shop, so that a message from the phone page gets an answer. */
async function connectShop(stack: LocalStack): Promise<void> {
  await stack.api('POST', '/accounts', {
    access_token: stack.sandbox.account.accessToken,
    login: 'instagram',
    agent: { enabled: true, instructions: 'You answer for Juniper & Pine, a small shop for candles and ceramics.' },
  });
}

const env = readDotEnv();
let stack: LocalStack | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    say(dim('\nStopping …'));
    void (stack?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
  });
}

try {
  stack = await startLocalStack({
    dataDir,
    port: Number(env['PORT'] ?? 3000),
    env: { ...ownSecrets(), ...env },
    // The people and tokens of the local Instagram must outlive a restart as the database does.
    sandbox: { dataFile: join(dataDir, 'sandbox.json') },
    log: (line) => say(dim(line)),
  });
  // With a real Meta app, its own accounts connect; the sandbox's shop would be a stranger there.
  if (!env['GRAPH_INSTAGRAM_URL'] && !env['INSTAGRAM_CLIENT_SECRET']) await connectShop(stack);
  printWelcome(stack, Object.keys(env));
} catch (error) {
  say(`Could not start: ${error instanceof Error ? error.message : String(error)}`);
  await stack?.stop();
  process.exit(1);
}

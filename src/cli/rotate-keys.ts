import 'reflect-metadata';
import { rotateStoredTokens, type RotationProgress } from '../accounts/index.js';
import { toolSecretsOver } from '../agent/index.js';
import { cliEnv } from '../config/index.js';
import { endpointSecretsOver } from '../outgoing-webhooks/index.js';

const usage = `npm run keys:rotate

Puts every stored token, the secret headers of the agent's tools, the secrets of webhook endpoints, and the key by
which erased people are recognised, under ENCRYPTION_KEY while the server runs:
  1. openssl rand -base64 32 makes the new key.
  2. Set it as ENCRYPTION_KEY, put the old one into ENCRYPTION_KEYS_PREVIOUS, restart every process.
  3. Run this with the same settings. It may be broken off and run again.
  4. When it reports nothing unreadable, take the old key out of ENCRYPTION_KEYS_PREVIOUS.`;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function required(env: Record<string, string>, name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`${name} is not set.\n\n${usage}`);
  return value;
}

function summary({ seen, rotated, current, overtaken, unreadable }: RotationProgress): string {
  return `${seen} secrets: ${rotated} re-encrypted, ${current} current already, ${overtaken} replaced meanwhile, ${unreadable.length} unreadable`;
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return say(usage);
  const env = cliEnv();
  const previous = (env['ENCRYPTION_KEYS_PREVIOUS'] ?? '').split(',').map((key) => key.trim());
  const result = await rotateStoredTokens(
    {
      databaseUrl: required(env, 'DATABASE_URL'),
      databaseName: env['DATABASE_NAME'] ?? 'instagram_dms',
      activeKey: required(env, 'ENCRYPTION_KEY'),
      previousKeys: previous.filter((key) => key !== ''),
    },
    (progress) => say(`  … ${summary(progress)}`),
    [toolSecretsOver, endpointSecretsOver],
  );
  for (const { what, reason } of result.unreadable) say(`  ${what}: ${reason}`);
  say(summary(result));
  if (result.unreadable.length > 0) {
    say('They need the key named above in ENCRYPTION_KEYS_PREVIOUS; an account may be connected again instead.');
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { SystemClock } from '#libs/clock';
import { TokenService } from '../auth/index.js';
import { cliEnv, Secret, type AppConfig } from '../config/index.js';

const usage = `npm run token -- --user <id> [--role user|admin] [--days 1]

Prints a Bearer token for the API, signed with JWT_SECRET of the environment, of .env, or of what npm start made.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      user: { type: 'string' },
      role: { type: 'string', default: 'user' },
      days: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  const { user, role, help } = values;
  const days = Number(values.days);
  if (help || !user) throw new UsageError(help ? '' : '--user is missing.');
  if (role !== 'user' && role !== 'admin') throw new UsageError('--role is user or admin.');
  if (!(days > 0 && days <= 3_650)) throw new UsageError('--days is a number of days up to 3650.');
  const { JWT_SECRET: secret, JWT_ISSUER, JWT_AUDIENCE } = cliEnv();
  if (secret === undefined) throw new UsageError('JWT_SECRET is not set: put it into .env, or run npm start once.');
  const config = { JWT_SECRET: new Secret(secret), JWT_ISSUER, JWT_AUDIENCE } as AppConfig;
  const tokens = new TokenService(config, new SystemClock());
  process.stdout.write(`${await tokens.sign({ userId: user, role }, Math.round(days * 86_400))}\n`);
}

class UsageError extends Error {}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(isUsage ? `${(error as Error).message}\n\n${usage}\n`.trimStart() : `${String(error)}\n`);
  process.exitCode = isUsage && (error as Error).message === '' ? 0 : 1;
});

import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { createApp } from '../app.factory.js';
import { cliEnv, readSettings } from '../config/index.js';
import { JoiningService } from '../staff/index.js';

const usage = `npm run first-admin -- [--tenant main]

Prints a link by which the first person becomes an administrator: good once, for 24 hours, and only as long as nobody can
sign in. Run it with the settings of the server, which has been started once. --tenant is whose data they work on.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { tenant: { type: 'string', default: 'main' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const config = { ...readSettings(cliEnv()), ROLE: 'api' as const, carriesApi: true, carriesWorker: false };
  const app = await createApp({ ...config, LOG_LEVEL: 'fatal' });
  const caller = { tenant: values.tenant, actor: 'command line', role: 'admin', via: 'token' } as const;
  const { url } = await app.get(JoiningService, { strict: false }).firstAdminLink(caller);
  process.stdout.write(`${url}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

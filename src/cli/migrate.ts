import 'reflect-metadata';
import { createApp } from '../app.factory.js';
import { cliEnv, readSettings } from '../config/index.js';
import { IndexKeeperRepository } from '../database/index.js';

const usage = `npm run migrate

Builds the indexes that this version needs and sets how long collections are kept, before its processes are started: on a
large collection that takes minutes. Run it with the settings of the server, while the older version runs. It tells how far
it is, waits for as long as it takes, names indexes that this version does not use, and may be broken off and run again:
MongoDB goes on with a build that it has begun.`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  // All rooms, for the collections of all roles; nothing of them is started.
  const config = { ...readSettings(cliEnv()), ROLE: 'all' as const, carriesApi: true, carriesWorker: true };
  const app = await createApp(config);
  await app.get(IndexKeeperRepository).build();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

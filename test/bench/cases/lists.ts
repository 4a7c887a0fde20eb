import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startMongo } from '#libs/embedded';
import type { BenchCase } from '../plan.js';
import { BenchStack, databaseName } from '../support/bench-stack.js';
import { measurePages } from '../support/list-pages.js';
import { usualSpread, seedLists } from '../support/list-seed.js';

const cacheFolder = fileURLToPath(new URL('../../../.cache/bench/', import.meta.url));

const notes = [
  'One request after the other. Lists of DMs and of conversations carry their `total`; the driver counts nothing and makes no JSON.',
];

/** Every list at a million DMs, at its beginning and deep down. */
export const lists: BenchCase = {
  name: 'lists',
  title: 'List and conversation pages of 50 at 1,000,000 DMs (one account with 200,000)',
  byDefault: true,
  inSmoke: true,
  async run(options) {
    const total = options.smoke ? 5_000 : 1_000_000;
    const dataDir = `${cacheFolder}lists-${total}`;
    mkdirSync(dataDir, { recursive: true });
    options.log('  starting MongoDB and seeding what is not there yet …');
    const mongo = await startMongo({ dataDir: `${dataDir}/mongo`, cacheGb: 2 });
    try {
      await seedLists(mongo.url, databaseName, total, usualSpread);
      const env = { DATABASE_URL: mongo.url, DATABASE_NAME: databaseName };
      const stack = await BenchStack.start([{ name: 'api', role: 'api' }], options, env);
      try {
        return { ...(await measurePages(stack, options, { depth: total / 10, spread: usualSpread })), notes };
      } finally {
        await stack.stop();
      }
    } finally {
      await mongo.stop();
    }
  },
};

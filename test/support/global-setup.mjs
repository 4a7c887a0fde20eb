import { tsImport } from 'tsx/esm/api';

/**
 * One mongod and one redis-server for the whole run, always of our own: whatever DATABASE_URL or REDIS_URL say, tests
 * don't touch a server they did not start. Jest loads this file without its resolver, hence plain JavaScript and tsx.
 */
export default async function startServices() {
  const { resolveServices } = await tsImport('../../libs/embedded/index.ts', import.meta.url);
  const services = await resolveServices({ log: (line) => process.stderr.write(`${line}\n`) });
  // Workers are forked after this and inherit the environment.
  process.env.TEST_MONGO_URL = services.databaseUrl;
  process.env.TEST_REDIS_URL = services.redisUrl;
  globalThis.testServices = services;
}

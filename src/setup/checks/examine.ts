import type { AppConfig } from '../../config/index.js';
import { checkBucket, checkModels, checkPublicAddress } from './check-outside.js';
import { checkMongo, checkRedis } from './check-stores.js';
import type { Finding } from './finding.js';

/** Looks at everything the server needs, each part by itself: what one lacks hides nothing of the others. */
export async function examine(config: AppConfig): Promise<Finding[]> {
  const checks = [checkMongo, checkRedis, checkPublicAddress, checkModels, checkBucket];
  const found = await Promise.all(checks.map((check) => check(config)));
  return [{ part: 'Settings', state: 'ok', text: 'all that are needed are there.' } as const, ...found.flat()];
}

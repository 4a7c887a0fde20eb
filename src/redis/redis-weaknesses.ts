import { Cluster } from 'ioredis';
import type { RedisClient } from './connect-redis.js';

/**
 * What is weak in how Redis is set up, a sentence each. Asks with INFO: managed services forbid CONFIG.
 * @throws when it does not tell
 */
export async function redisWeaknesses(redis: RedisClient): Promise<string[]> {
  const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const answers = await Promise.all(nodes.flatMap((node) => [node.info('memory'), node.info('persistence')]));
  const info = answers.join('\n');
  const policy = /^maxmemory_policy:(?!noeviction\b)(\S+)/m.exec(info)?.[1];
  return [
    ...(policy ? [`maxmemory-policy is ${policy}, so jobs and locks may be evicted: set noeviction.`] : []),
    ...(/^aof_enabled:0/m.test(info) ? ['appendonly is no, so a restart loses every job: set yes.'] : []),
  ];
}

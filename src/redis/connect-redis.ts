import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** Nest's token for the process's Redis connection (commands, fail-fast). */
export const REDIS = Symbol('REDIS');

export type RedisClient = Redis | Cluster;

/**
 * - `commands`: fails fast (nothing is queued while Redis is away, a frozen server is given up on), so that a webhook
 *   or a request never hangs on Redis.
 * - `blocking`: Bull's waiting connection and subscribers, which may wait for ever and must never give up.
 *
 * A connection that has died without a word (a firewall forgot it, a host is gone) is replaced: where an answer is due,
 * `socketTimeout` after the last byte; where none is, by TCP's own probes.
 */
export type RedisPurpose = 'commands' | 'blocking';

const options: Record<RedisPurpose, RedisOptions> = {
  commands: {
    maxRetriesPerRequest: 1,
    commandTimeout: 1_500,
    connectTimeout: 1_500,
    socketTimeout: 5_000,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    enableAutoPipelining: true,
  },
  // Bull waits for a job 5 s at a time.
  blocking: { maxRetriesPerRequest: null, connectTimeout: 1_500, socketTimeout: 15_000, enableReadyCheck: false },
};

/**
 * A server that has become a replica (a failover behind a fixed address), is loading its data or has lost its master keeps
 * the connection and refuses commands on it for as long as it stands: a new one may lead to the server that took over.
 */
const refusesForGood = /^(READONLY|LOADING|MASTERDOWN)\b/;
/** Commands that were under way together are refused together: one of them makes the connection anew. */
const refusedTogetherMs = 200;

/** `true` makes a new connection and lets the command fail. */
function reconnectOnError(): (error: Error) => boolean {
  let reconnectedAt = -Infinity;
  return ({ message }) => {
    if (!refusesForGood.test(message) || performance.now() - reconnectedAt < refusedTogetherMs) return false;
    reconnectedAt = performance.now();
    return true;
  };
}

const keepAlive = 10_000;

/** Comes back 0.2 to 0.5 s after Redis does; the jitter keeps a fleet from arriving at once. */
const retryStrategy = (): number => 200 + Math.floor(Math.random() * 300);

/**
 * Opens a connection.
 * @param url `redis://`, `rediss://`, `redis+sentinel://host:port,host:port/master-name`, `redis+cluster://host:port,host:port`
 */
export function connectRedis(url: string, purpose: RedisPurpose): RedisClient {
  const base: RedisOptions = { ...options[purpose], keepAlive, retryStrategy, reconnectOnError: reconnectOnError() };
  if (url.startsWith('redis+cluster:')) {
    const { nodes, username, password } = parseHosts(url);
    const cluster = new Cluster(nodes, {
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue: base.enableOfflineQueue ?? true,
      enableAutoPipelining: base.enableAutoPipelining ?? false,
      redisOptions: { ...base, username, password },
    });
    return cluster.on('+node', forgetOnClose);
  }
  if (url.startsWith('redis+sentinel:')) {
    const { nodes, username, password, path } = parseHosts(url);
    const behindSentinels = { sentinels: nodes, name: path || 'mymaster', sentinelRetryStrategy: retryStrategy };
    return forgetOnClose(new Redis({ ...base, username, password, ...behindSentinels }));
  }
  return forgetOnClose(new Redis(url, base));
}

/**
 * ioredis leaves a closed connection's timers running: `socketTimeout` would end the next connection, and to disconnect
 * from one that has closed already waits two seconds for its end. Both hold up a process's end.
 */
function forgetOnClose(redis: Redis): Redis {
  const inner = redis as unknown as { socketTimeoutTimer?: NodeJS.Timeout; connector: { stream?: unknown } };
  return redis.on('close', () => {
    clearTimeout(inner.socketTimeoutTimer);
    inner.socketTimeoutTimer = undefined;
    inner.connector.stream = undefined;
  });
}

function parseHosts(url: string) {
  const match = /^redis\+\w+:\/\/(?:([^@]*)@)?([^/]+)(?:\/(.*))?$/.exec(url);
  if (!match?.[2]) throw new Error('REDIS_URL: expected redis+cluster://host:port,host:port');
  const [username, password] = (match[1] ?? '').split(':').map(decodeURIComponent);
  const nodes = match[2].split(',').map((node) => {
    const [host = '', port = '6379'] = node.split(':');
    return { host, port: Number(port) };
  });
  return { nodes, username: username || undefined, password: password || undefined, path: match[3] ?? '' };
}

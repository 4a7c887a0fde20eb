import { Redis } from 'ioredis';
import { findRedisProgram, RedisProcess } from '#libs/embedded';
import { eventually } from './eventually.js';

/** A Redis that is a member of a cluster. */
class ClusterNode extends RedisProcess {
  protected override args(port: number, folder: string): string[] {
    const bus = busPort(port);
    const settings = {
      'cluster-port': bus,
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-node-timeout': '2000',
    };
    const clustered = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return [...super.args(port, folder), ...clustered];
  }

  protected override portsOf(port: number): number[] {
    return [port, busPort(port)];
  }
}

/** Where the nodes talk to each other. Redis' own choice, port + 10,000, lies among those of outgoing connections. */
function busPort(port: number): number {
  return port + 1;
}

export interface RedisCluster {
  /** For `REDIS_URL`. */
  url: string;
  nodes: RedisProcess[];
  /** Keys on each node. */
  keys(): Promise<string[][]>;
  stop(): Promise<void>;
}

const slots = 16_384;

/** Three masters with a third of the slots each, ready to be used. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const program = await findRedisProgram();
  const nodes = [0, 1, 2].map(() => new ClusterNode(program));
  const clients: Redis[] = [];
  const stop = async (): Promise<void> => {
    for (const client of clients) client.disconnect();
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const node of nodes) {
      await node.start();
      const client = new Redis(node.url);
      client.on('error', () => undefined); // a node that a spec takes down
      clients.push(client);
    }
    for (const [n, client] of clients.entries()) {
      const [from, to] = [Math.floor((slots * n) / 3), Math.floor((slots * (n + 1)) / 3) - 1];
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
    }
    const [first] = clients;
    for (const node of nodes.slice(1)) await first?.call('CLUSTER', 'MEET', '127.0.0.1', node.port, busPort(node.port));
    await eventually(async () => {
      for (const client of clients) expect(await client.cluster('INFO')).toContain('cluster_state:ok');
      for (const client of clients) expect(await client.cluster('INFO')).toContain('cluster_known_nodes:3');
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    keys: () => Promise.all(clients.map((client) => client.keys('*'))),
    stop,
  };
}

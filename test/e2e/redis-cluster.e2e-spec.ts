import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.js';
import { useServices } from '../support/services.js';

const services = useServices();
let cluster: RedisCluster;
let scene: AgentScene;

beforeAll(async () => {
  cluster = await startRedisCluster();
  scene = await startAgentScene({ services, env: { REDIS_URL: cluster.url } });
}, 90_000);
afterAll(async () => {
  await scene?.stop();
  await cluster?.stop();
});

describe('on a Redis Cluster of three nodes', () => {
  it('every customer gets one answer, and what is kept lies on more than one node', async () => {
    const customers = Array.from({ length: 8 }, () => scene.newCustomer());
    for (const customer of customers) customer.sendText('When are you open?');
    const seen = new Set<number>();
    await eventually(async () => {
      for (const [node, keys] of (await cluster.keys()).entries()) if (keys.length > 0) seen.add(node);
      for (const customer of customers) expect(scene.answersTo(customer)).toHaveLength(1);
    });
    for (const customer of customers) await scene.settled(customer);

    expect(seen.size).toBeGreaterThan(1);
    expect(customers.map((customer) => scene.answersTo(customer).length)).toEqual(customers.map(() => 1));
  });

  it('keeps all keys of the queues in one slot, where their scripts find them', async () => {
    const holders = (await cluster.keys()).filter((keys) => keys.some((key) => key.startsWith('{')));

    expect(holders).toHaveLength(1);
    expect(holders.flat().filter((key) => /:(deliveries|replies|outbound|accounts|people):/.test(key))).not.toEqual([]);
  });

  it('stores and answers what came while a node was down', async () => {
    const [node] = cluster.nodes;
    await node?.kill();
    const customers = Array.from({ length: 4 }, () => scene.newCustomer());
    for (const customer of customers) customer.sendText('Are you open on Sunday?');
    await scene.app.sandbox.idle();
    await node?.start();

    for (const customer of customers) {
      await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1), 40_000);
      await scene.settled(customer);
      expect(scene.answersTo(customer)).toHaveLength(1);
    }
  }, 90_000);
});

import { findFreePort } from '#libs/embedded';
import { interleave } from '../measure/interleave.js';
import { ratio } from '../measure/statistics.js';
import type { BenchCase, Contender, Line, RunOptions } from '../plan.js';
import { BenchStack, floorDatabaseName } from '../support/bench-stack.js';

const connections = 50;
/** Bodies of WhatsApp hold messages and statuses, as many as Meta puts together. */
const whatsapp = { connections: 10, eventsPerBody: 100, channel: 'whatsapp' } as const;

/** Meta's door under single events: durable before the 200, against the barest that could be written. */
export const intake: BenchCase = {
  name: 'intake',
  title: `Webhook intake, durable: one event a body, ${connections} connections`,
  byDefault: true,
  inSmoke: true,
  async run(options) {
    const stack = await BenchStack.start([{ name: 'api', role: 'api' }], options);
    try {
      await stack.connect();
      await stack.connectNumber();
      const lines = await interleave(
        [
          {
            name: 'this server (1 api process)',
            measure: () => stack.flood(options, { connections, eventsPerBody: 1 }),
          },
          await httpAndMongo(stack, options),
          await fastifyAndRedis(stack, options),
        ],
        options,
      );
      const [ours, mongo, redis] = lines as [Line, Line, Line];
      const batched: Contender = {
        name: 'this server, WhatsApp: 100 messages and statuses a body (figures are events)',
        measure: () => stack.flood(options, whatsapp),
      };
      lines.push(...(await interleave([batched], options)));
      return {
        lines,
        checks: [
          {
            what: 'intake against node:http + one MongoDB insert',
            value: ratio(ours, mongo, 'rate'),
            unit: '×',
            aim: { atLeast: 3 },
          },
          {
            what: 'intake against Fastify + one Redis write, not durable',
            value: ratio(ours, redis, 'rate'),
            unit: '×',
            aim: { atLeast: 0.35 },
          },
        ],
        notes: [],
      };
    } finally {
      await stack.stop();
    }
  },
};

async function httpAndMongo(stack: BenchStack, options: RunOptions): Promise<Contender> {
  const floor = await stack.floor('http-mongo');
  const port = await findFreePort();
  const { databaseUrl, appSecret } = stack;
  await floor.run('serve', { databaseUrl, databaseName: floorDatabaseName, appSecret, port });
  const on = { url: `http://127.0.0.1:${port}`, pids: [floor.pid] };
  return {
    name: 'node:http + HMAC + insertOne (majority)',
    isFloor: true,
    measure: () => stack.flood(options, { connections, eventsPerBody: 1, on }),
  };
}

async function fastifyAndRedis(stack: BenchStack, options: RunOptions): Promise<Contender> {
  const floor = await stack.floor('fastify-redis');
  const port = await findFreePort();
  await floor.run('serve', { redisUrl: stack.stack.services.redisUrl, appSecret: stack.appSecret, port });
  const on = { url: `http://127.0.0.1:${port}`, pids: [floor.pid] };
  return {
    name: 'Fastify + HMAC + one Redis write (not durable)',
    isFloor: true,
    measure: () => stack.flood(options, { connections, eventsPerBody: 1, on }),
  };
}

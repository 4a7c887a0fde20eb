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
    const alone = await BenchStack.start([{ name: 'server', role: 'all' }], options);
    try {
      await stack.connect();
      await stack.connectNumber();
      await alone.connect();
      const lines = await interleave(
        [
          {
            name: 'this server (1 api process)',
            measure: () => stack.flood(options, { connections, eventsPerBody: 1 }),
          },
          storingMeanwhile(alone, options),
          await httpAndMongo(stack, options),
          await fastifyAndRedis(stack, options),
        ],
        options,
      );
      const [ours, all, mongo, redis] = lines as [Line, Line, Line, Line];
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
            what: 'intake of one process that stores meanwhile (ROLE=all) against the same',
            value: ratio(all, mongo, 'rate'),
            unit: '×',
            aim: { atLeast: 2 },
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
      await alone.stop();
    }
  },
};

/** As `npm start` runs it: the process that answers Meta stores what came as well. What is left is stored before another's turn. */
function storingMeanwhile(alone: BenchStack, options: RunOptions): Contender {
  return {
    name: 'this server (1 process, ROLE=all, storing meanwhile)',
    async measure() {
      const measured = await alone.flood(options, { connections, eventsPerBody: 1 });
      await alone.stored();
      return measured;
    },
  };
}

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

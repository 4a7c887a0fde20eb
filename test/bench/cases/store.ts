import type { FeedOptions, FeedResult, LoadResult } from '../load/generator.js';
import { interleave } from '../measure/interleave.js';
import { ratio } from '../measure/statistics.js';
import type { BenchCase, Contender, Line, RunOptions } from '../plan.js';
import type { BodyOptions } from '../load/bodies.js';
import { BenchStack, databaseName, floorDatabaseName, measurementOf, perCpu } from '../support/bench-stack.js';

const connections = 50;
const window = 2_000;
const people = 1_000;
/** Messages and statuses in a body of WhatsApp. */
const whatsappEvents = 100;

/** The whole way from a delivery to stored messages, as fast as it can go on for ever. */
export const store: BenchCase = {
  name: 'store',
  title: 'Webhook → message stored, sustained with a flat backlog, one event a body',
  byDefault: true,
  inSmoke: true,
  async run(options) {
    const processes = [
      { name: 'api', role: 'api' as const },
      { name: 'worker', role: 'worker' as const },
    ];
    const stack = await BenchStack.start(processes, options);
    try {
      await stack.connect();
      await stack.connectNumber();
      await meetEverybody(stack, options, stack.bodies(1, people));
      const bodies = stack.bodies(whatsappEvents, people, 'whatsapp');
      await meetEverybody(stack, options, bodies);
      const backlogs: FeedResult['backlog'][] = [];
      const ownName = 'this server (1 api and 1 worker process)';
      const own = product(stack, options, { name: ownName, bodies: stack.bodies(1, people), backlogs });
      const lines = await interleave([own, await driver(stack, options)], options);
      const [ours, floor] = lines as [Line, Line];
      const name = `the same, WhatsApp: ${whatsappEvents} messages and statuses a body (figures are messages)`;
      lines.push(...(await interleave([product(stack, options, { name, bodies, backlogs: [] })], options)));
      return {
        lines,
        checks: [
          {
            what: 'webhook → stored against the driver’s insertOne at 50 in flight',
            value: ratio(ours, floor, 'rate'),
            unit: '×',
            aim: { atLeast: 0.5 },
          },
        ],
        notes: [
          `Acknowledged and not stored yet, at the beginning → highest → at the end of each round: ${backlogs.map(({ begin, highest, end }) => `${begin} → ${highest} → ${end}`).join('; ')}. Sending waits while ${window} are.`,
          `Of ${whatsappEvents} in a body of WhatsApp 40 are messages of people, 20 what the owner answered on the phone, 40 the statuses of these.`,
          'A stored message is a transaction over message, conversation and counters, behind a durable delivery; the floor is one document with one unique index.',
        ],
      };
    } finally {
      await stack.stop();
    }
  },
};

/** Conversations that exist are what a server mostly stores into; new ones cost a look-up of the person each. */
async function meetEverybody(stack: BenchStack, { smoke }: RunOptions, bodies: BodyOptions): Promise<void> {
  const order: FeedOptions = {
    ...{ url: stack.stack.apiUrl, bodies, connections, window, warmUpSeconds: 0 },
    ...{ databaseUrl: stack.databaseUrl, databaseName, seconds: 120, events: smoke ? 50 : people },
  };
  await stack.generator.run<FeedResult>('feed', order);
}

interface Fed {
  name: string;
  bodies: BodyOptions;
  /** Gets each round's. */
  backlogs: FeedResult['backlog'][];
}

function product(stack: BenchStack, options: RunOptions, { name, bodies, backlogs }: Fed): Contender {
  const { seconds, warmUpSeconds } = options;
  return {
    name,
    async measure() {
      const order: FeedOptions = {
        ...{ url: stack.stack.apiUrl, bodies, connections, window, seconds, warmUpSeconds },
        ...{ databaseUrl: stack.databaseUrl, databaseName },
      };
      const { result, cpu } = await stack.generator.run<FeedResult>('feed', order, [stack.serverPids, stack.storePids]);
      backlogs.push(result.backlog);
      const { stored, failures } = result;
      return { rate: stored / result.seconds, failures, ...perCpu(stored, cpu[0], cpu[1]) };
    },
  };
}

async function driver(stack: BenchStack, { seconds, warmUpSeconds }: RunOptions): Promise<Contender> {
  const floor = await stack.floor('driver');
  const order = {
    ...{ databaseUrl: stack.databaseUrl, databaseName: floorDatabaseName, seconds, warmUpSeconds },
    ...{ bodies: stack.bodies(1), batch: 1, inFlight: connections },
  };
  return {
    name: `driver: insertOne, ${connections} in flight, unique by mid`,
    isFloor: true,
    async measure() {
      const { result, cpu } = await floor.run<LoadResult>('insert', order, [[floor.pid], stack.storePids]);
      return measurementOf(result, 1, cpu);
    },
  };
}

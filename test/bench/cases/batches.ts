import type { LoadResult } from '../load/generator.js';
import { interleave } from '../measure/interleave.js';
import { figures, median, ratio } from '../measure/statistics.js';
import type { BenchCase, Contender, Line, RunOptions } from '../plan.js';
import { BenchStack, floorDatabaseName, measurementOf } from '../support/bench-stack.js';

const sizes = [
  { events: 100, inFlight: 10 },
  { events: 1000, inFlight: 4 },
];

/** Bodies with many events, as Meta sends them after a break, against the driver writing the same events. */
export const batches: BenchCase = {
  name: 'batches',
  title: 'Webhook intake, durable: 100 and 1000 events a body (figures are events)',
  byDefault: true,
  inSmoke: true,
  async run(options) {
    const stack = await BenchStack.start([{ name: 'api', role: 'api' }], options);
    try {
      await stack.connect();
      const floor = await stack.floor('driver');
      const lines: Line[] = [];
      for (const { events, inFlight } of sizes) {
        const contenders = [product(stack, options, events, inFlight), driver(stack, floor, options, events, inFlight)];
        lines.push(...(await interleave(contenders, options)));
      }
      const alone: Contender = {
        name: 'this server, 1000 events a body, one after the other',
        measure: () => stack.flood(options, { connections: 1, eventsPerBody: 1000 }),
      };
      lines.push(...(await interleave([alone], options)));
      const [ours100, driver100, ours1000, driver1000, one] = lines as [Line, Line, Line, Line, Line];
      return {
        lines,
        checks: [
          {
            what: 'bodies of 100 events against insertMany of the same',
            value: ratio(ours100, driver100, 'rate'),
            unit: '×',
            aim: { atLeast: 0.5 },
          },
          {
            what: 'bodies of 1000 events against insertMany of the same',
            value: ratio(ours1000, driver1000, 'rate'),
            unit: '×',
            aim: { atLeast: 0.5 },
          },
          {
            what: 'a body of 1000 events acknowledged, p99',
            value: median(figures(one, 'p99Ms')),
            unit: 'ms',
            aim: { atMost: 250 },
          },
        ],
        notes: [],
      };
    } finally {
      await stack.stop();
    }
  },
};

function product(stack: BenchStack, options: RunOptions, events: number, inFlight: number): Contender {
  return {
    name: `this server, ${events} events a body, ${inFlight} connections`,
    measure: () => stack.flood(options, { connections: inFlight, eventsPerBody: events }),
  };
}

function driver(
  stack: BenchStack,
  floor: Awaited<ReturnType<BenchStack['floor']>>,
  { seconds, warmUpSeconds }: RunOptions,
  events: number,
  inFlight: number,
): Contender {
  const { databaseUrl } = stack;
  const order = {
    ...{ databaseUrl, databaseName: floorDatabaseName, seconds, warmUpSeconds },
    ...{ bodies: stack.bodies(1), batch: events, inFlight },
  };
  return {
    name: `driver: insertMany of ${events}, ${inFlight} in flight, unique by mid`,
    isFloor: true,
    async measure() {
      const { result, cpu } = await floor.run<LoadResult>('insert', order, [[floor.pid], stack.storePids]);
      return measurementOf(result, events, cpu);
    },
  };
}

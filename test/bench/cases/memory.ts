import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedOptions, FeedResult } from '../load/generator.js';
import { residentMb } from '../measure/cpu.js';
import { median } from '../measure/statistics.js';
import type { BenchCase, RunOptions } from '../plan.js';
import { BenchStack, databaseName } from '../support/bench-stack.js';

/** One process that carries everything, fed until it has seen a million events: nothing may pile up in it. */
export const memory: BenchCase = {
  name: 'memory',
  title: 'Memory of one process (api and worker in one) after 1,000,000 events',
  byDefault: false,
  inSmoke: false,
  async run(options) {
    const [few, lots] = options.smoke ? [1_000, 5_000] : [10_000, 1_000_000];
    const stack = await BenchStack.start([{ name: 'server', role: 'all' }], options);
    try {
      await stack.connect();
      const early = await residentAfter(stack, few, options);
      const late = await residentAfter(stack, lots - few, options);
      return {
        lines: [],
        checks: [
          {
            what: `memory after ${lots.toLocaleString('en')} events over that after ${few.toLocaleString('en')}`,
            value: (late.settled / early.settled - 1) * 100,
            unit: '%',
            aim: { atMost: 10 },
          },
          { what: 'memory at the end', value: late.settled, unit: 'MB', aim: { atMost: 350 } },
        ],
        notes: [
          `Resident: ${early.settled.toFixed(0)} MB after ${few.toLocaleString('en')} events, ${late.settled.toFixed(0)} MB after ${lots.toLocaleString('en')}; at its highest ${late.peak.toFixed(0)} MB.`,
          `Fed and stored at ${late.perSecond.toFixed(0)} events a second, 100 a body.`,
        ],
      };
    } finally {
      await stack.stop();
    }
  },
};

async function residentAfter(stack: BenchStack, events: number, { smoke, log }: RunOptions) {
  const order: FeedOptions = {
    ...{ url: stack.stack.apiUrl, bodies: stack.bodies(100, 5_000), connections: 4, window: 10_000, seconds: 7_200 },
    ...{ events, warmUpSeconds: 0, databaseUrl: stack.databaseUrl, databaseName },
  };
  const { result } = await stack.generator.run<FeedResult>('feed', order);
  if (result.failures > 0) throw new Error(`${result.failures} deliveries were not taken`);
  const [pid] = stack.serverPids;
  if (pid === undefined) throw new Error('the server has ended');
  const seen: number[] = [];
  for (let second = 0; second < (smoke ? 2 : 20); second += 1) {
    await sleep(1_000);
    seen.push(residentMb(pid).now);
  }
  const settled = median(seen.slice(-10));
  log(`  after ${events} more events: ${settled.toFixed(0)} MB`);
  return { settled, peak: residentMb(pid).peak, perSecond: result.stored / result.seconds };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Line, RunOptions } from '../plan.js';

/** What the one before left to write down must not weigh on the next. */
const pauseMs = 500;

/**
 * Lets the contenders take turns, in reversed order every other round, so that none always meets the machine as another
 * left it.
 */
export async function interleave(contenders: Contender[], { rounds, smoke, log }: RunOptions): Promise<Line[]> {
  const lines = contenders.map(({ name, isFloor = false }): Line => ({ name, isFloor, rounds: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const order = contenders.map((contender, index) => ({ contender, line: lines[index] as Line }));
    if (round % 2 === 1) order.reverse();
    for (const { contender, line } of order) {
      const measured = await contender.measure(round);
      line.rounds.push(measured);
      log(`  round ${round + 1}/${rounds}  ${contender.name}: ${inShort(measured)}`);
      if (!smoke) await sleep(pauseMs);
    }
  }
  return lines;
}

function inShort({ rate, p50Ms, p99Ms, failures }: Line['rounds'][number]): string {
  const parts = [
    rate === undefined ? '' : `${Math.round(rate)}/s`,
    p50Ms === undefined ? '' : `p50 ${p50Ms.toFixed(2)} ms`,
    p99Ms === undefined ? '' : `p99 ${p99Ms.toFixed(2)} ms`,
    failures > 0 ? `${failures} FAILED` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

import { LRUCache } from 'lru-cache';

/** A format is dear to make: they are kept by zone. */
const clocks = new LRUCache<string, Intl.DateTimeFormat>({ max: 600 });

/**
 * When a clock on the wall there shows this time. What it never shows, in the hour that is left out in spring, is the
 * moment that many minutes after; what it shows twice in autumn is the first time.
 * @param day `2026-11-30`
 * @param time `09:00`
 */
export function instantOf(day: string, time: string, timeZone: string): Date {
  const shown = Date.parse(`${day}T${time}:00Z`);
  const [before, after] = [shown - 86_400_000, shown + 86_400_000].map((at) => offsetAt(at, timeZone));
  const first = shown - (before ?? 0);
  const second = shown - (after ?? 0);
  if (first + offsetAt(first, timeZone) === shown) return new Date(first);
  return new Date(second + offsetAt(second, timeZone) === shown ? second : first);
}

/** Minutes and hours that the clock there is ahead of UTC, in ms. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Map(
    clockIn(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1_000) * 1_000;
}

function clockIn(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  clocks.set(timeZone, clock);
  return clock;
}

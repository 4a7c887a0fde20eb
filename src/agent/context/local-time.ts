import { LRUCache } from 'lru-cache';

type Parts = (type: Intl.DateTimeFormatPartTypes) => string;

/** A format is dear to make, and each answer needs one: they are kept by zone. */
const wallClocks = new LRUCache<string, Intl.DateTimeFormat>({ max: 600 });
const calendars = new LRUCache<string, Intl.DateTimeFormat>({ max: 600 });

/** Weekday, date and time as a clock on the wall there shows them, with the zone: `Monday, 30 November 2026, 00:02 in Europe/Berlin (UTC+01:00)`. */
export function localTime(now: Date, timeZone: string): string {
  const part = partsOf(formatOf(wallClocks, timeZone, wallClockIn), now);
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  const day = `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')}`;
  return `${day}, ${part('hour')}:${part('minute')} in ${timeZone} (UTC${offset})`;
}

/** `2026-11-30`, as the calendar there shows it. */
export function dayIn(timeZone: string, now: Date): string {
  const part = partsOf(formatOf(calendars, timeZone, calendarIn), now);
  return `${part('year')}-${part('month')}-${part('day')}`;
}

function partsOf(format: Intl.DateTimeFormat, now: Date): Parts {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return (type) => parts.get(type) ?? '';
}

function formatOf(
  known: LRUCache<string, Intl.DateTimeFormat>,
  timeZone: string,
  make: (timeZone: string) => Intl.DateTimeFormat,
): Intl.DateTimeFormat {
  const format = known.get(timeZone) ?? make(timeZone);
  known.set(timeZone, format);
  return format;
}

function wallClockIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    timeZoneName: 'longOffset',
    timeZone,
  });
}

function calendarIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
}

import { weekdays, type AgentSettings, type Hours, type TimeRange } from '../../accounts/index.js';
import { dayIn } from '../context/local-time.js';
import { dayAfter } from '../runs/calendar-days.js';
import { instantOf } from './wall-clock.js';

/**
 * - `open`, until then; no `until` where that is more than a month away
 * - closed, and opens at `next`; no `next` where it does not within two months
 */
export type Availability =
  { open: true; until?: Date; timezone: string } | { open: false; next?: Date; timezone: string };

interface Period {
  start: number;
  end: number;
}

/** Holidays of a season end within it. */
const daysAhead = 60;
const endOfDay = '24:00';

/** Whether it is open now, and how long, or from when on. In the zone's own days: those with 23 and 25 hours, too. */
export function availabilityAt(now: Date, hours: Hours, zoneOfAccount: string): Availability {
  const timezone = hours.timezone ?? zoneOfAccount;
  const today = dayIn(timezone, now);
  let open: Period | undefined;
  // What began yesterday may last into today.
  for (let day = dayBefore(today), n = -1; n <= daysAhead; day = dayAfter(day), n++) {
    for (const { start, end } of periodsOf(day, hours, timezone)) {
      if (open) {
        if (start > open.end) return { open: true, until: new Date(open.end), timezone };
        open.end = Math.max(open.end, end);
      } else if (start > now.getTime()) return { open: false, next: new Date(start), timezone };
      else if (end > now.getTime()) open = { start, end };
    }
    if (open && n > 31) return { open: true, timezone };
  }
  return open ? { open: true, until: new Date(open.end), timezone } : { open: false, timezone };
}

/** When somebody may take over; `undefined` where nobody said. A shop's people are there while it is open. */
export function peopleAt(now: Date, settings: AgentSettings): Availability | undefined {
  const hours = settings.people_hours ?? settings.opening_hours;
  return hours && availabilityAt(now, hours, settings.timezone);
}

export function shopAt(now: Date, { opening_hours: hours, timezone }: AgentSettings): Availability | undefined {
  return hours && availabilityAt(now, hours, timezone);
}

/** Those that begin on this day, in order. */
function periodsOf(day: string, { weekly, exceptions = [] }: Hours, timezone: string): Period[] {
  const weekday = weekdays[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'mon';
  const exception = exceptions.find(({ date }) => date === day);
  const ranges: readonly TimeRange[] = exception?.ranges ?? weekly.filter(({ days }) => days.includes(weekday));
  return ranges
    .map(({ from, to }) => ({
      start: instantOf(day, from, timezone).getTime(),
      end:
        to === endOfDay || to <= from
          ? instantOf(dayAfter(day), to === endOfDay ? '00:00' : to, timezone).getTime()
          : instantOf(day, to, timezone).getTime(),
    }))
    .sort((a, b) => a.start - b.start);
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

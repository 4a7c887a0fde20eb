import { dayIn } from '../context/local-time.js';

const dayMs = 24 * 3_600_000;

/** When a day of a calendar there begins: mostly midnight, where the clock has one that day. */
export function startOfDay(day: string, timeZone: string): Date {
  const midnightUtc = Date.parse(`${day}T00:00:00Z`);
  // Zones are up to 14 hours before UTC and 12 behind it; offsets are whole quarters of an hour.
  for (let at = midnightUtc - 14 * 3_600_000; at <= midnightUtc + 12 * 3_600_000; at += 900_000)
    if (dayIn(timeZone, new Date(at)) === day) return new Date(at);
  return new Date(midnightUtc);
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

/** All from the first to the last, both among them. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}

import { useSyncExternalStore } from 'react';

const lang = () => document.documentElement.lang || 'en';

const cached = new Map<string, Intl.DateTimeFormat>();

function format(kind: string, options: Intl.DateTimeFormatOptions, at: Date): string {
  const key = `${lang()} ${kind}`;
  let found = cached.get(key);
  if (!found) cached.set(key, (found = new Intl.DateTimeFormat(lang(), options)));
  return found.format(at);
}

export const clockTime = (iso: string) => format('clock', { hour: 'numeric', minute: '2-digit' }, new Date(iso));
export const dayAndTime = (iso: string) => format('both', { dateStyle: 'medium', timeStyle: 'short' }, new Date(iso));
export const longDay = (iso: string) =>
  format('day', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, new Date(iso));

/** A day of the calendar, whatever the time zone: such as `2026-10-01`. */
export const plainDay = (day: string) => format('plain', { dateStyle: 'medium' }, new Date(`${day}T00:00:00`));

/** A language by its tag, in the person's own. */
export function languageName(tag: string): string {
  return new Intl.DisplayNames(lang(), { type: 'language' }).of(tag) ?? tag;
}

/** As a list shows it: today's by the clock, older ones by the date. */
export function shortTime(iso: string, nowMs: number): string {
  const at = new Date(iso);
  if (at.toDateString() === new Date(nowMs).toDateString()) return clockTime(iso);
  return format('date', { day: 'numeric', month: 'short' }, at);
}

const minuteMs = 60_000;

/** Such as “3 hr” or “12 min”: the largest unit alone, rounded down. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / minuteMs));
  const [value, unit] =
    ms < minuteMs
      ? [Math.max(0, Math.floor(ms / 1000)), 'second']
      : minutes < 60
        ? [minutes, 'minute']
        : minutes < 48 * 60
          ? [Math.floor(minutes / 60), 'hour']
          : [Math.floor(minutes / 1440), 'day'];
  return new Intl.NumberFormat(lang(), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** A clock for the whole page: everything that counts down does so at once. */
function clock(everyMs: number) {
  let nowMs = Date.now();
  const waiting = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    now: (): number => nowMs,
    subscribe: (listener: () => void): (() => void) => {
      waiting.add(listener);
      timer ??= setInterval(() => {
        nowMs = Date.now();
        for (const one of waiting) one();
      }, everyMs);
      return () => {
        waiting.delete(listener);
        if (waiting.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const slow = clock(30_000);
const fast = clock(1_000);

/** The time, anew twice a minute, or each second. */
export function useNow(eachSecond = false): number {
  const { subscribe, now } = eachSecond ? fast : slow;
  return useSyncExternalStore(subscribe, now);
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Of a day, as a clock on the wall there shows it: `09:00`. What ends no later than it begins ends the day after. */
export interface TimeRange {
  from: string;
  /** `24:00` is the day's end. */
  to: string;
}

/** A week, and the days that are not as others. */
export interface Hours {
  /** By an IANA name; the account's `timezone` where there is none. */
  timezone?: string;
  weekly: (TimeRange & { days: Weekday[] })[];
  /** In the place of that day's week: `ranges` is empty where it is closed. */
  exceptions?: { date: string; ranges: TimeRange[] }[];
}

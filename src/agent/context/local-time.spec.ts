import { localTime } from './local-time.js';

describe('the time as the model is told it', () => {
  it.each([
    ['2026-11-29T23:02:00Z', 'Europe/Berlin', 'Monday, 30 November 2026, 00:02 in Europe/Berlin (UTC+01:00)'],
    ['2026-07-01T22:02:00Z', 'Europe/Berlin', 'Thursday, 2 July 2026, 00:02 in Europe/Berlin (UTC+02:00)'],
    ['2026-03-29T00:59:00Z', 'Europe/Berlin', 'Sunday, 29 March 2026, 01:59 in Europe/Berlin (UTC+01:00)'],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', 'Sunday, 29 March 2026, 03:00 in Europe/Berlin (UTC+02:00)'],
    ['2026-11-01T05:30:00Z', 'America/New_York', 'Sunday, 1 November 2026, 01:30 in America/New_York (UTC-04:00)'],
    ['2026-11-01T06:30:00Z', 'America/New_York', 'Sunday, 1 November 2026, 01:30 in America/New_York (UTC-05:00)'],
    ['2026-11-29T18:45:00Z', 'Asia/Kolkata', 'Monday, 30 November 2026, 00:15 in Asia/Kolkata (UTC+05:30)'],
    ['2026-11-29T18:45:00Z', 'Asia/Kathmandu', 'Monday, 30 November 2026, 00:30 in Asia/Kathmandu (UTC+05:45)'],
    [
      '2026-01-01T00:00:00Z',
      'Australia/Lord_Howe',
      'Thursday, 1 January 2026, 11:00 in Australia/Lord_Howe (UTC+11:00)',
    ],
    ['2026-07-01T00:00:00Z', 'Australia/Lord_Howe', 'Wednesday, 1 July 2026, 10:30 in Australia/Lord_Howe (UTC+10:30)'],
    ['2026-11-29T09:00:00Z', 'Pacific/Pago_Pago', 'Saturday, 28 November 2026, 22:00 in Pacific/Pago_Pago (UTC-11:00)'],
    ['2026-11-29T11:00:00Z', 'Pacific/Kiritimati', 'Monday, 30 November 2026, 01:00 in Pacific/Kiritimati (UTC+14:00)'],
    ['2026-11-29T00:00:00Z', 'UTC', 'Sunday, 29 November 2026, 00:00 in UTC (UTC+00:00)'],
  ])('%s in %s', (now, zone, told) => {
    expect(localTime(new Date(now), zone)).toBe(told);
  });
});

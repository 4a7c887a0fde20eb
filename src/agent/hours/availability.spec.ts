import type { Hours } from '../../accounts/index.js';
import { availabilityAt } from './availability.js';
import { instantOf } from './wall-clock.js';
import { whenWords } from './when-words.js';

const shop: Hours = {
  weekly: [
    { days: ['tue', 'wed', 'thu', 'fri'], from: '08:00', to: '12:30' },
    { days: ['tue', 'wed', 'thu', 'fri'], from: '14:00', to: '18:00' },
    { days: ['sat'], from: '09:00', to: '13:00' },
  ],
  exceptions: [
    { date: '2026-12-24', ranges: [{ from: '08:00', to: '12:00' }] },
    { date: '2026-12-25', ranges: [] },
    { date: '2026-12-26', ranges: [] },
  ],
};
const berlin = 'Europe/Berlin';
const at = (iso: string, hours = shop, zone = berlin) => availabilityAt(new Date(iso), hours, zone);

describe('whether it is open', () => {
  it.each([
    ['2026-12-01T09:00:00+01:00', { open: true, until: '2026-12-01T12:30:00+01:00' }],
    ['2026-12-01T12:30:00+01:00', { open: false, next: '2026-12-01T14:00:00+01:00' }],
    ['2026-12-01T18:00:00+01:00', { open: false, next: '2026-12-02T08:00:00+01:00' }],
    ['2026-12-05T13:00:00+01:00', { open: false, next: '2026-12-08T08:00:00+01:00' }],
    ['2026-12-24T11:59:59+01:00', { open: true, until: '2026-12-24T12:00:00+01:00' }],
    ['2026-12-24T15:00:00+01:00', { open: false, next: '2026-12-29T08:00:00+01:00' }],
    // In summer's time.
    ['2026-07-01T07:00:00Z', { open: true, until: '2026-07-01T10:30:00Z' }],
  ])('at %s', (iso, { open, until, next }: { open: boolean; until?: string; next?: string }) => {
    const end = until ?? next;
    const found = at(iso);
    expect([found.open, (found.open ? found.until : found.next)?.toISOString()]).toEqual([
      open,
      end && new Date(end).toISOString(),
    ]);
  });

  const night: Hours = { weekly: [{ days: ['sat'], from: '20:00', to: '04:00' }] };
  it.each([
    // Clocks go back at three: nine hours.
    ['2026-10-25T03:30:00+01:00', '2026-10-25T04:00:00+01:00'],
    // And forward at two: seven.
    ['2026-03-29T03:30:00+02:00', '2026-03-29T04:00:00+02:00'],
  ])('lasts past midnight, and over a change of the clocks: %s', (iso, until) => {
    expect(at(iso, night)).toMatchObject({ open: true, until: new Date(until) });
  });

  it('goes on without a break where days meet, and for ever', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    const always: Hours = { weekly: [{ days: [...days], from: '00:00', to: '24:00' }] };
    expect(at('2026-12-01T09:00:00Z', always)).toEqual({ open: true, timezone: berlin });
    const twoDays: Hours = {
      weekly: [{ days: ['tue', 'wed'], from: '00:00', to: '24:00' }],
    };
    expect(at('2026-12-01T09:00:00Z', twoDays)).toMatchObject({ until: new Date('2026-12-03T00:00:00+01:00') });
  });

  it('has a zone of its own, and is never open without a week', () => {
    const tokyo = { ...shop, timezone: 'Asia/Tokyo' };
    expect(at('2026-12-01T00:00:00Z', tokyo)).toMatchObject({
      open: true,
      until: new Date('2026-12-01T12:30:00+09:00'),
    });
    expect(at('2026-12-01T00:00:00Z', { weekly: [] })).toEqual({ open: false, timezone: berlin });
  });
});

describe('instantOf', () => {
  it.each([
    ['2026-03-29', '02:30', berlin, '2026-03-29T01:30:00.000Z'], // never shown
    ['2026-10-25', '02:30', berlin, '2026-10-25T00:30:00.000Z'], // shown twice
    ['2026-11-30', '09:00', 'Asia/Kathmandu', '2026-11-30T03:15:00.000Z'],
    ['2026-11-30', '00:00', 'Pacific/Kiritimati', '2026-11-29T10:00:00.000Z'],
    ['2026-04-05', '02:15', 'Australia/Lord_Howe', '2026-04-04T15:45:00.000Z'],
  ])('%s %s in %s is %s', (day, time, zone, iso) => expect(instantOf(day, time, zone).toISOString()).toBe(iso));
});

describe('when somebody is there', () => {
  const now = new Date('2026-12-01T10:00:00+01:00'); // a Tuesday
  const said = (iso: string, language: string, open = false) => {
    const end = new Date(iso);
    return whenWords(
      open ? { open, until: end, timezone: berlin } : { open, next: end, timezone: berlin },
      now,
      language,
    );
  };

  it.each([
    ['en', 'We are here today until 18:00.', 'We are here tomorrow from 9:00.', 'We are here on Saturday from 9:00.'],
    [
      'de',
      'Wir sind heute bis 18:00 Uhr da.',
      'Wir sind morgen ab 9:00 Uhr da.',
      'Wir sind am Samstag ab 9:00 Uhr da.',
    ],
    ['es', 'hasta las 18:00', 'mañana a partir de las 9:00', 'el sábado a partir'],
    ['fr', 'jusqu’à 18:00', 'demain à partir de 9:00', 'samedi à partir'],
    ['it', 'fino alle 18:00', 'domani dalle 9:00', 'sabato dalle'],
    ['pt', 'até às 18:00', 'amanhã a partir das 9:00', 'no sábado a partir'],
    ['tr', 'Bugün 18:00 saatine kadar', 'Yarın 9:00 saatinden', 'Cumartesi günü'],
    ['ar', 'حتى الساعة 18:00', 'غدًا ابتداءً من الساعة 9:00', 'يوم السبت'],
    ['nl', 'vandaag tot 18:00', 'morgen vanaf 9:00', 'zaterdag vanaf'],
    ['pl', 'dziś do 18:00', 'jutro od 9:00', 'w sobotę od'],
    ['ru', 'сегодня до 18:00', 'завтра с 9:00', 'в субботу'],
    ['ja', '18:00まで', '明日9:00から', '土曜日の9:00'],
    ['fi', 'We are here today until 18:00.', 'We are here tomorrow from 9:00.', 'We are here on Saturday'],
  ])('is said in %s', (language, until, tomorrow, saturday) => {
    expect(said('2026-12-01T18:00:00+01:00', language, true)).toContain(until);
    expect(said('2026-12-02T09:00:00+01:00', language)).toContain(tomorrow);
    expect(said('2026-12-05T09:00:00+01:00', language)).toContain(saturday);
  });

  it('is today, or a date when that is far away', () => {
    expect(said('2026-12-01T14:00:00+01:00', 'en')).toBe('We are here today from 14:00.');
    expect(said('2026-12-08T09:00:00+01:00', 'en')).toBe('We are here on 8 December from 9:00.');
    expect(said('2027-01-04T09:00:00+01:00', 'de')).toBe('Wir sind am 4. Januar ab 9:00 Uhr da.');
    expect(said('2027-01-04T09:00:00+01:00', 'ar')).toContain('4 يناير');
  });

  it('is not said where nobody knows', () => {
    expect(whenWords(undefined, now, 'en')).toBeUndefined();
    expect(whenWords({ open: false, timezone: berlin }, now, 'en')).toBeUndefined();
  });
});

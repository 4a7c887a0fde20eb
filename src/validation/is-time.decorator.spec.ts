import { validateSync } from 'class-validator';
import { IsTime } from './is-time.decorator.js';

class Query {
  @IsTime()
  since: unknown;
}

const isTaken = (since: unknown): boolean => validateSync(Object.assign(new Query(), { since })).length === 0;

it.each(['2026-11-30T08:00:00Z', '2026-11-30T08:00:00.123+01:00', '2026-11-30'])('%s is a time', (value) => {
  expect(isTaken(value)).toBe(true);
});

it.each(['2026-W48', '2026-11-30T23:59:60Z', '2026-02-30', 'yesterday', '', 1_796_025_600, null])(
  '%s is none',
  (value) => {
    expect(isTaken(value)).toBe(false);
  },
);

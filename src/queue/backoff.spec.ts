import { backoffFrom, backoffStrategies } from './backoff.js';

const pausesOf = (firstPauseMs: number, failures: number[]): number[] =>
  failures.map((count) =>
    backoffStrategies.fullJitter(count, new Error('not yet'), backoffFrom(firstPauseMs).options as { delay: number }),
  );

describe('the pause before another try', () => {
  afterEach(() => jest.restoreAllMocks());

  it('doubles from the job’s own first pause, up to a quarter of an hour', () => {
    jest.spyOn(Math, 'random').mockReturnValue(1);

    expect(pausesOf(250, [1, 2, 3, 4])).toEqual([250, 500, 1_000, 2_000]);
    expect(pausesOf(60_000, [1, 2, 3, 9, 20])).toEqual([60_000, 120_000, 240_000, 900_000, 900_000]);
  });

  it('is anything up to that, so that what failed together does not come back together', () => {
    const pauses = pausesOf(
      60_000,
      Array.from({ length: 50 }, () => 1),
    );

    expect(new Set(pauses).size).toBeGreaterThan(40);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(60_000);
    expect(Math.min(...pauses)).toBeGreaterThan(0);
  });

  it('is short for a job that a version before this one has left', () => {
    expect(backoffStrategies.fullJitter(1, new Error('not yet'), null)).toBeLessThanOrEqual(500);
  });
});

import { retryPauseMs, retryPausesMs } from './retry-pauses.js';

const hours = (ms: number): number => ms / 3_600_000;

describe('the pauses between attempts', () => {
  it('grow, and last for nearly a day', () => {
    expect([...retryPausesMs].sort((one, other) => one - other)).toEqual(retryPausesMs);
    expect(hours(retryPausesMs.reduce((sum, pause) => sum + pause, 0))).toBeCloseTo(22.7, 1);
  });

  it('are a tenth longer at most, so that what failed together is not tried again together', () => {
    expect([retryPauseMs(1, 0), retryPauseMs(1, 1)]).toEqual([5_000, 5_500]);
  });

  it('end', () => {
    expect(retryPauseMs(retryPausesMs.length)).toBeGreaterThan(0);
    expect(retryPauseMs(retryPausesMs.length + 1)).toBeUndefined();
  });
});

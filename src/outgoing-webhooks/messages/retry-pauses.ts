const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Between attempts, as Standard Webhooks suggests: soon at first, and for nearly a day. */
export const retryPausesMs: readonly number[] = [
  ...[5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute],
  ...[hour, 3 * hour, 6 * hour, 12 * hour],
];

/**
 * @param failures attempts that failed so far
 * @param random from 0 to 1: what failed together is not tried again together
 * @returns ms until the next attempt, up to a tenth more than the pause; `undefined` when there is none
 */
export function retryPauseMs(failures: number, random = Math.random()): number | undefined {
  const pause = retryPausesMs[failures - 1];
  return pause === undefined ? undefined : Math.round(pause * (1 + random / 10));
}

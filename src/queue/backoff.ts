import type { BackoffOptions } from 'bull';

/** No pause between two tries is longer, however often it failed. */
const maxPauseMs = 15 * 60_000;

/** What a job carries about its pauses; Bull hands the strategy `options` alone. */
export function backoffFrom(firstPauseMs: number): BackoffOptions {
  return { type: 'fullJitter', options: { delay: firstPauseMs } };
}

/** Bull's custom strategies: anything up to the job's first pause, doubled with each failure. */
export const backoffStrategies = {
  fullJitter: (failures: number, _error: Error, options: { delay: number } | null): number =>
    Math.ceil(Math.random() * Math.min(maxPauseMs, (options?.delay ?? 500) * 2 ** (failures - 1))),
};

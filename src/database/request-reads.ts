/**
 * Options of reads that a request waits for. Whoever asks has gone long before five seconds are over, and what goes on
 * reading meanwhile takes the cache and the disks from storing. What ends so is answered 503 `too_expensive`.
 */
export const requestReads = { maxTimeMS: 5_000 } as const;

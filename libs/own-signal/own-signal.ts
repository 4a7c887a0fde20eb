import { setMaxListeners } from 'node:events';

export interface OwnSignalOptions {
  /** Aborting it aborts the work, with the same reason. */
  under: AbortSignal;
  timeoutMs: number;
}

/**
 * Runs work under a signal of its own, which aborts with the one above it or when the time is over, and goes with the
 * work. `AbortSignal.any` says the same and leaks: on Node 20 its sources remember every signal that was ever made of
 * them, and one on which somebody leaves a listener, as the OpenAI client does, is never let go.
 */
export async function withOwnSignal<T>(
  { under, timeoutMs }: OwnSignalOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const follow = (): void => own.abort(under.reason);
  if (under.aborted) follow();
  setMaxListeners(Infinity, under); // more than ten look like a leak to Node, and it warns
  under.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => own.abort(new DOMException('It took too long.', 'TimeoutError')), timeoutMs).unref();
  try {
    return await work(own.signal);
  } finally {
    clearTimeout(timer);
    under.removeEventListener('abort', follow);
  }
}

/**
 * Work that ends with its signal whatever it does itself: some libraries sleep through an abort. What it comes to
 * later is of no interest to anybody.
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    // The reason is whatever the caller aborted with; it is passed on as it is.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => undefined);
  }
}

/**
 * Tells whoever works for a request that nobody waits for it any more. What an AbortController does, for one listener
 * at a time: with its events and listeners the door would spend a tenth of its time on them.
 */
export class GiveUp {
  private reason?: Error;
  private listener?: (reason: Error) => void;

  now(reason: Error): void {
    this.reason ??= reason;
    this.listener?.(this.reason);
  }

  /** Calls back when it is given up, at once if it is already; takes the place of an earlier listener. */
  onGivenUp(listener: (reason: Error) => void): void {
    this.listener = listener;
    if (this.reason) listener(this.reason);
  }
}

import { Clock } from './clock.js';

/** A clock that stands still until it is moved, so that a test says exactly when things happen. */
export class MovableClock extends Clock {
  /** @param currentMs where it starts, in milliseconds since the epoch; the machine's time when left out */
  constructor(private currentMs: number = Date.now()) {
    super();
  }

  now(): number {
    return this.currentMs;
  }

  /** Moves by `ms` milliseconds; a negative number goes back, as a machine's clock does when it is corrected. */
  advance(ms: number): void {
    this.currentMs += ms;
  }

  /** Moves to `ms`, milliseconds since the epoch. */
  set(ms: number): void {
    this.currentMs = ms;
  }
}

import { Clock } from '#libs/clock';

/** A clock that the sandbox's control API can move. */
export interface MovesTime extends Clock {
  advance(ms: number): void;
  set(ms: number): void;
}

/**
 * Runs like the machine's clock, but can be moved on: a developer skips a day on the phone page and the 24-hour window
 * closes, while time goes on flowing.
 */
export class SandboxClock extends Clock implements MovesTime {
  private offsetMs = 0;

  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Moves by `ms` milliseconds; negative goes back. */
  advance(ms: number): void {
    this.offsetMs += ms;
  }

  /** Moves to `ms` since the epoch and goes on from there. */
  set(ms: number): void {
    this.offsetMs = ms - Date.now();
  }
}

/** Whether a clock given from outside can be moved through the control API. */
export function canMove(clock: Clock): clock is MovesTime {
  return 'advance' in clock && 'set' in clock;
}

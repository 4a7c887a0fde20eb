/**
 * Where the application learns what time it is. An abstract class, not an interface, so that it is its own injection
 * token: a test binds {@link MovableClock} and crosses a 24-hour window without waiting for it.
 */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;

  /** The same instant as a new `Date`. */
  date(): Date {
    return new Date(this.now());
  }
}

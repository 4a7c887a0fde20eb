import { MovableClock, SystemClock } from '#libs/clock';

describe('SystemClock', () => {
  it("tells the machine's time in milliseconds", () => {
    const before = Date.now();
    const told = new SystemClock().now();

    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(Date.now());
  });
});

describe('MovableClock', () => {
  it('stands still where it was started until it is moved', () => {
    const clock = new MovableClock(1_000);

    expect(clock.now()).toBe(1_000);
    clock.advance(24 * 3_600_000);
    expect(clock.now()).toBe(86_401_000);
    clock.set(5);
    expect(clock.now()).toBe(5);
  });

  it('hands out dates that a caller may change without moving it', () => {
    const clock = new MovableClock(1_000);

    clock.date().setTime(0);

    expect(clock.date().toISOString()).toBe('1970-01-01T00:00:01.000Z');
  });

  it("starts at the machine's time when it is given none", () => {
    expect(Math.abs(new MovableClock().now() - Date.now())).toBeLessThan(1_000);
  });
});

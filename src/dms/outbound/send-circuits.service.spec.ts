import { CircuitOpenError, SendCircuitsService } from './send-circuits.service.js';

const host = 'instagram';
let circuits: SendCircuitsService;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  circuits = new SendCircuitsService();
});
afterEach(() => jest.useRealTimers());

/** Calls one after the other, two a second, until one is not made. */
async function callUntilOpen(accountOf: (n: number) => string, works: (n: number) => boolean, most = 60) {
  for (let made = 0; made < most; made += 1) {
    if (circuits.waitMs(host, accountOf(made)) > 0) return made;
    await circuits.run(
      host,
      accountOf(made),
      async () => works(made),
      (worked) => !worked,
    );
    jest.advanceTimersByTime(500);
  }
  return most;
}

it('an outage of the host is seen once, not once by each account', async () => {
  const made = await callUntilOpen(
    (n) => `account ${n}`,
    () => false,
  );

  expect(made).toBeLessThan(30);
  expect(circuits.waitMs(host, 'an account that has called nobody yet')).toBeGreaterThan(0);
  expect(circuits.waitMs('facebook', 'account 0')).toBe(0);
  await expect(
    circuits.run(
      host,
      'another',
      async () => true,
      () => false,
    ),
  ).rejects.toThrow(CircuitOpenError);
});

it('one probe that is taken opens the way for all', async () => {
  await callUntilOpen(
    (n) => `account ${n}`,
    () => false,
  );
  jest.advanceTimersByTime(10_001);

  expect(circuits.waitMs(host, 'a')).toBe(0);
  let answer = (_worked: boolean): void => undefined;
  const call = () => new Promise<boolean>((resolve) => (answer = resolve));
  const probing = circuits.run(host, 'a', call, (worked) => !worked);
  expect(circuits.waitMs(host, 'b')).toBeGreaterThan(0);
  answer(true);
  await probing;
  expect(circuits.waitMs(host, 'b')).toBe(0);
});

it('an account that fails alone is left alone', async () => {
  const isIll = (n: number) => n % 2 === 0;
  const made = await callUntilOpen(
    (n) => (isIll(n) ? 'ill' : `well ${n}`),
    (n) => !isIll(n),
  );

  expect(made).toBeLessThan(60);
  expect(circuits.waitMs(host, 'ill')).toBeGreaterThan(0);
  expect(circuits.waitMs(host, 'well')).toBe(0);
});

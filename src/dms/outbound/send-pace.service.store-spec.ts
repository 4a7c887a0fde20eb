import { Redis } from 'ioredis';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../../test/support/services.js';
import type { AppConfig } from '../../config/index.js';
import { SendPaceService } from './send-pace.service.js';

const services = useServices();
const minuteMs = 60_000;

describe('SendPaceService', () => {
  const clock = new MovableClock();
  let redis: Redis;
  let account: string;
  let accounts = 0;

  /** A process of its own: it knows what it learned itself and what Redis says. */
  const aProcess = (over = redis) =>
    new SendPaceService({ REDIS_PREFIX: services.redisPrefix } as AppConfig, over, clock);
  const msUntil = (date: Date | undefined) => (date?.getTime() ?? clock.now()) - clock.now();
  /** As late as other processes' findings may be. */
  const heardOf = () => new Promise((resolve) => setTimeout(resolve, 260));
  /** Past whatever holds the account now. */
  const afterTheHold = async (pace: SendPaceService) => {
    clock.advance(Math.max(0, msUntil((await pace.of(account)).heldUntil)));
    await heardOf();
  };

  beforeAll(() => {
    redis = new Redis(services.redisUrl, { maxRetriesPerRequest: 1, enableAutoPipelining: true });
  });
  beforeEach(() => (account = `account-${++accounts}`));
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => redis.quit());

  it('holds nothing back at first', async () => {
    expect(await aProcess().of(account)).toEqual({ weight: 1 });
  });

  it('holds an account that was refused for some seconds, in every process', async () => {
    const [pace, other] = [aProcess(), aProcess()];

    const until = await pace.noteRefused(account);

    expect(msUntil(until)).toBeGreaterThanOrEqual(1_000);
    expect(msUntil(until)).toBeLessThanOrEqual(7_000);
    expect((await pace.of(account)).heldUntil).toBeDefined();
    expect((await other.of(account)).heldUntil).toBeDefined();
  });

  it('waits longer from round to round, and begins anew once Meta has taken one', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.99);
    const pace = aProcess();
    const waits: number[] = [];
    for (let round = 0; round < 10; round++) {
      waits.push(msUntil(await pace.noteRefused(account)));
      await afterTheHold(pace);
    }
    expect(waits.slice(0, 4).map((ms) => Math.round(ms / 1_000))).toEqual([7, 11, 19, 35]);
    expect(waits.at(-1)).toBeLessThanOrEqual(10 * minuteMs + 3_000);

    await pace.noteAccepted(account);

    expect(await pace.of(account)).toEqual({ weight: 1 });
    expect(Math.round(msUntil(await pace.noteRefused(account)) / 1_000)).toBe(7);
  });

  it('begins anew also after another process’s send was taken', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.99);
    const [pace, other] = [aProcess(), aProcess()];
    for (let round = 0; round < 3; round++) {
      await pace.noteRefused(account);
      await afterTheHold(pace);
    }
    await other.of(account);
    await other.noteAccepted(account);
    await heardOf();

    expect(await pace.of(account)).toEqual({ weight: 1 });
    expect(Math.round(msUntil(await pace.noteRefused(account)) / 1_000)).toBe(7);
  });

  it('counts the refusals of what was under way together as one', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.99);
    const processes = [aProcess(), aProcess()];

    const waits = await Promise.all(
      Array.from({ length: 32 }, (_, n) => (processes[n % 2] as SendPaceService).noteRefused(account)),
    );

    expect(new Set(waits.map((until) => Math.round(msUntil(until) / 1_000)))).toEqual(new Set([7]));
    await afterTheHold(processes[0] as SendPaceService);
    expect(Math.round(msUntil(await (processes[0] as SendPaceService).noteRefused(account)) / 1_000)).toBe(11);
  });

  it('does not begin anew because something under way was still taken', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.99);
    const pace = aProcess();
    await pace.noteRefused(account);

    await pace.noteAccepted(account);

    expect((await pace.of(account)).heldUntil).toBeDefined();
    await afterTheHold(pace);
    expect(Math.round(msUntil(await pace.noteRefused(account)) / 1_000)).toBe(11);
  });

  it('keeps to the time that Meta named, and does not send all at once then', async () => {
    const pace = aProcess();
    const named = new Date(clock.now() + 17 * minuteMs);

    const until = await Promise.all(Array.from({ length: 16 }, () => pace.noteRefused(account, named)));

    expect(Math.min(...until.map(msUntil))).toBeGreaterThanOrEqual(17 * minuteMs);
    expect(Math.max(...until.map(msUntil))).toBeLessThanOrEqual(17 * minuteMs + 2_000);
    expect(new Set(until.map(msUntil)).size).toBeGreaterThan(8);
  });

  it('pauses also when Meta says that it may be tried at once', async () => {
    const pace = aProcess();

    expect(msUntil(await pace.noteRefused(account, clock.date()))).toBeGreaterThanOrEqual(1_000);

    expect(msUntil((await pace.of(account)).heldUntil)).toBeGreaterThanOrEqual(1_000);
  });

  it('lets one try first after a hold, and all once that was taken', async () => {
    const [pace, other] = [aProcess(), aProcess()];
    await pace.noteRefused(account);
    await afterTheHold(pace);

    const asked = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? pace : other).of(account)));

    expect(asked.filter(({ heldUntil }) => heldUntil === undefined)).toHaveLength(1);
    expect(Math.max(...asked.map(({ heldUntil }) => msUntil(heldUntil)))).toBeLessThanOrEqual(3_000);

    await pace.noteAccepted(account);
    await heardOf();
    for (const one of [pace, pace, other, other]) expect((await one.of(account)).heldUntil).toBeUndefined();
  });

  it('lets nobody try who has not heard yet that the one that tried first was refused', async () => {
    const [pace, other] = [aProcess(), aProcess()];
    await pace.noteRefused(account);
    await afterTheHold(pace);
    await pace.of(account);
    await other.of(account);

    await pace.noteRefused(account);

    expect((await other.of(account)).heldUntil).toBeDefined();
  });

  it('never shortens a hold', async () => {
    const [pace, other] = [aProcess(), aProcess()];
    await other.of(account);
    await pace.hold(account, new Date(clock.now() + 17 * minuteMs));

    await other.noteUsage(account, { percent: 100 });
    await other.noteRefused(account);
    await heardOf();

    for (const one of [pace, other, aProcess()])
      expect(msUntil((await one.of(account)).heldUntil)).toBeGreaterThanOrEqual(17 * minuteMs);
  });

  it('slows down from 80 percent of usage, and stops at 100 for a minute or until the time named', async () => {
    const pace = aProcess();
    await pace.noteUsage(account, { percent: 79 });
    expect((await pace.of(account)).weight).toBe(1);
    await pace.noteUsage(account, { percent: 80 });
    expect((await pace.of(account)).weight).toBe(2);
    await pace.noteUsage(account, { percent: 95 });
    expect((await pace.of(account)).weight).toBe(4);

    await pace.noteUsage(account, { percent: 100 });
    expect(msUntil((await pace.of(account)).heldUntil)).toBeGreaterThanOrEqual(minuteMs);
    await pace.noteUsage(account, { percent: 100, regainAccessAt: new Date(clock.now() + 5 * minuteMs) });
    expect(msUntil((await pace.of(account)).heldUntil)).toBeGreaterThanOrEqual(5 * minuteMs);
  });

  it('obeys what it learned itself while Redis is away', async () => {
    const away = new Redis({ port: 1, lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null });
    away.on('error', () => undefined);
    const pace = aProcess(away);

    const until = await pace.noteRefused(account);

    expect(msUntil(until)).toBeGreaterThanOrEqual(1_000);
    expect((await pace.of(account)).heldUntil).toBeDefined();
    clock.advance(10_000);
    expect((await pace.of(account)).heldUntil).toBeUndefined();
    away.disconnect();
  });
});

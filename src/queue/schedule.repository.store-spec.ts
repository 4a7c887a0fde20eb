import mongoose, { type Connection } from 'mongoose';
import { useServices } from '../../test/support/services.js';
import { SCHEDULE, ScheduleRepository, ScheduleSchema, type ScheduleRecord } from './schedule.repository.js';

const services = useServices();
const now = new Date('2026-01-01T00:00:00Z');
const later = (ms: number): Date => new Date(now.getTime() + ms);

let connection: Connection;
let schedules: ScheduleRepository;

beforeAll(async () => {
  // As the application does: what looks like an operator in a filter is refused unless it is vouched for.
  mongoose.set('sanitizeFilter', true);
  mongoose.set('strictQuery', 'throw');
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
  schedules = new ScheduleRepository(connection.model<ScheduleRecord>(SCHEDULE, ScheduleSchema));
});

afterAll(() => connection?.close());

const times = (name: string) => ({ name, everyMs: 10_000, leaseMs: 60_000 });
const claimDue = async (name: string, at: Date, leaseMs: number): Promise<Date | null> => {
  const [seen] = await schedules.findDue([{ ...times(name), leaseMs }], at);
  return seen ? schedules.claim(seen, at, leaseMs) : null;
};

describe('ScheduleRepository', () => {
  it('names what is due, of many, in one look', async () => {
    await Promise.all(['due', 'leased', 'later', 'not asked for'].map((name) => schedules.ensure(name)));
    await claimDue('leased', now, 60_000);
    const lease = await claimDue('later', now, 60_000);
    await schedules.release('later', lease as Date, later(1));

    const due = await schedules.findDue(['due', 'leased', 'later', 'unknown'].map(times), now);

    expect(due.map(({ _id }) => _id)).toEqual(['due']);
  });

  it('lets one of many processes run a task that is due', async () => {
    await Promise.all([schedules.ensure('sweep'), schedules.ensure('sweep')]);

    const claims = await Promise.all(Array.from({ length: 10 }, () => claimDue('sweep', now, 60_000)));

    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('holds a task until it is released, then until it is due again', async () => {
    await schedules.ensure('refresh');
    const lease = (await claimDue('refresh', now, 60_000)) as Date;
    expect(await claimDue('refresh', later(59_000), 60_000)).toBeNull();

    await schedules.release('refresh', lease, later(5_000));
    expect(await claimDue('refresh', later(4_999), 60_000)).toBeNull();
    expect(await claimDue('refresh', later(5_000), 60_000)).toEqual(later(65_000));
  });

  it('gives a task whose process died to another when the lease ends, and to nobody else when the first comes back', async () => {
    await schedules.ensure('orphan');
    const first = (await claimDue('orphan', now, 1_000)) as Date;
    const second = await claimDue('orphan', later(1_000), 1_000);

    await schedules.release('orphan', first, later(0));

    expect(second).toEqual(later(2_000));
    expect(await claimDue('orphan', later(1_500), 1_000)).toBeNull();
  });

  it('runs a task that a process whose clock runs an hour ahead has held or put off', async () => {
    const ahead = later(3_600_000);
    await Promise.all(['held', 'put off'].map((name) => schedules.ensure(name)));
    await claimDue('held', ahead, 60_000);
    await schedules.release('put off', (await claimDue('put off', ahead, 60_000)) as Date, later(3_610_000));

    const due = await schedules.findDue(['held', 'put off'].map(times), now);

    expect(due.map(({ _id }) => _id).sort()).toEqual(['held', 'put off']);
  });
});

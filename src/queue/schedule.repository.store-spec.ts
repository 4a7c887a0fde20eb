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

describe('ScheduleRepository', () => {
  it('names what is due, of many, in one look', async () => {
    await Promise.all(['due', 'leased', 'later', 'not asked for'].map((name) => schedules.ensure(name)));
    await schedules.claimDue('leased', now, 60_000);
    await schedules.release('later', later(1));

    const due = await schedules.findDue(['due', 'leased', 'later', 'unknown'], now);

    expect([...due]).toEqual(['due']);
  });

  it('lets one of many processes run a task that is due', async () => {
    await Promise.all([schedules.ensure('sweep'), schedules.ensure('sweep')]);

    const claims = await Promise.all(Array.from({ length: 10 }, () => schedules.claimDue('sweep', now, 60_000)));

    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('holds a task until it is released, then until it is due again', async () => {
    await schedules.ensure('refresh');
    expect(await schedules.claimDue('refresh', now, 60_000)).toBe(true);
    expect(await schedules.claimDue('refresh', later(59_000), 60_000)).toBe(false);

    await schedules.release('refresh', later(5_000));
    expect(await schedules.claimDue('refresh', later(4_999), 60_000)).toBe(false);
    expect(await schedules.claimDue('refresh', later(5_000), 60_000)).toBe(true);
  });

  it('gives a task whose process died to another when the lease ends', async () => {
    await schedules.ensure('orphan');
    expect(await schedules.claimDue('orphan', now, 1_000)).toBe(true);

    expect(await schedules.claimDue('orphan', later(1_000), 1_000)).toBe(true);
  });
});

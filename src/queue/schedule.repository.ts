import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model, Schema } from 'mongoose';

/** When a scheduled task runs next and who runs it now. */
export interface ScheduleRecord {
  _id: string;
  next_at: Date;
  leased_until: Date;
}

/** A task's own times: how often it runs, and how long one run holds it at most. */
export interface TaskTimes {
  name: string;
  everyMs: number;
  leaseMs: number;
}

/** What the clocks of processes may differ. */
const clocksDifferMs = 60_000;

export const SCHEDULE = 'Schedule';

export const ScheduleSchema = new Schema<ScheduleRecord>(
  { _id: String, next_at: { type: Date, required: true }, leased_until: { type: Date, required: true } },
  { collection: 'schedules' },
);

@Injectable()
export class ScheduleRepository {
  constructor(@InjectModel(SCHEDULE) private readonly model: Model<ScheduleRecord>) {}

  /** Makes the task known; the first run is due at once. */
  async ensure(name: string): Promise<void> {
    const start = { next_at: new Date(0), leased_until: new Date(0) };
    await this.model.updateOne({ _id: name }, { $setOnInsert: start }, { upsert: true }).catch((error: unknown) => {
      if ((error as { code?: number }).code !== 11000) throw error; // another process was first
    });
  }

  /**
   * Which tasks somebody should claim now, in one look: most polls find none. A time that lies further ahead than the
   * task's own can was written by a clock that ran fast: its process must not put the task off by that much.
   */
  async findDue(tasks: TaskTimes[], now: Date): Promise<ScheduleRecord[]> {
    const records = await this.model
      .find({ _id: mongoose.trusted({ $in: tasks.map(({ name }) => name) }) })
      .lean<ScheduleRecord[]>();
    const times = new Map(tasks.map((task) => [task.name, task]));
    const isDue = (at: Date, longestMs: number): boolean =>
      at <= now || at.getTime() > now.getTime() + longestMs + clocksDifferMs;
    return records.filter(({ _id, next_at, leased_until }) => {
      const { everyMs = 0, leaseMs = 0 } = times.get(_id) ?? {};
      return isDue(next_at, everyMs) && isDue(leased_until, leaseMs);
    });
  }

  /**
   * Conditional: of all processes that find the task as it was seen, one gets it. A crash frees it when the lease ends.
   * @returns the lease, to release it by; `null` when another was first
   */
  async claim({ _id, next_at, leased_until }: ScheduleRecord, now: Date, leaseMs: number): Promise<Date | null> {
    const lease = new Date(now.getTime() + leaseMs);
    const claimed = await this.model.updateOne({ _id, next_at, leased_until }, { $set: { leased_until: lease } });
    return claimed.matchedCount === 1 ? lease : null;
  }

  /** Does nothing when the lease ran out and another holds the task. */
  async release(name: string, lease: Date, nextAt: Date): Promise<void> {
    await this.model.updateOne(
      { _id: name, leased_until: lease },
      { $set: { next_at: nextAt, leased_until: new Date(0) } },
    );
  }
}

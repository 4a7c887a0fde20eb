import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model, Schema } from 'mongoose';

/** When a scheduled task runs next and who runs it now. */
export interface ScheduleRecord {
  _id: string;
  next_at: Date;
  leased_until: Date;
}

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

  /** Which tasks somebody should claim now, in one look: most polls find none. */
  async findDue(names: string[], now: Date): Promise<Set<string>> {
    const due = mongoose.trusted({ $lte: now });
    const found = await this.model
      .find({ _id: mongoose.trusted({ $in: names }), next_at: due, leased_until: due }, { _id: 1 })
      .lean();
    return new Set(found.map(({ _id }) => _id));
  }

  /** Conditional: of all processes that find the task due, one gets it. A crash frees it when the lease ends. */
  async claimDue(name: string, now: Date, leaseMs: number): Promise<boolean> {
    const due = mongoose.trusted({ $lte: now });
    const claimed = await this.model.updateOne(
      { _id: name, next_at: due, leased_until: due },
      { $set: { leased_until: new Date(now.getTime() + leaseMs) } },
    );
    return claimed.modifiedCount === 1;
  }

  async release(name: string, nextAt: Date): Promise<void> {
    await this.model.updateOne({ _id: name }, { $set: { next_at: nextAt, leased_until: new Date(0) } });
  }
}

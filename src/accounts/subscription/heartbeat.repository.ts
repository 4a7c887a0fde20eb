import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Schema } from 'mongoose';

/** When a watch last looked; a gap means that nobody could have received webhooks meanwhile. */
export interface HeartbeatRecord {
  _id: string;
  at: Date;
}

export const HEARTBEAT = 'Heartbeat';

export const HeartbeatSchema = new Schema<HeartbeatRecord>(
  { _id: String, at: { type: Date, required: true } },
  { collection: 'heartbeats' },
);

@Injectable()
export class HeartbeatRepository {
  constructor(@InjectModel(HEARTBEAT) private readonly model: Model<HeartbeatRecord>) {}

  /** @returns the beat before, `null` at the first */
  async beat(name: string, now: Date): Promise<Date | null> {
    const before = await this.model
      .findOneAndUpdate({ _id: name }, { $set: { at: now } }, { upsert: true, returnDocument: 'before' })
      .lean<HeartbeatRecord | null>();
    return before?.at ?? null;
  }
}

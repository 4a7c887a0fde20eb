import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Schema, type ClientSession, type Model } from 'mongoose';

export const RELAY_CURSOR = 'RelayCursor';

/** How far the store's changes have been made endpoint messages. */
export interface RelayCursorRecord {
  _id: string;
  /** Empty before there was an endpoint. */
  position: string;
  /** Counts what was written to the endpoints: who relays for others than there are now writes nothing. */
  revision: number;
}

export type RelayCursor = Pick<RelayCursorRecord, 'position' | 'revision'>;

export const RelayCursorSchema = new Schema<RelayCursorRecord>(
  { _id: String, position: { type: String, default: '' }, revision: { type: Number, required: true } },
  { collection: 'webhook_relay' },
);

const only = { _id: 'cursor' };

/** The place in the store's changes that relays share. Every write of it is conditional, or part of a change of endpoints. */
@Injectable()
export class RelayCursorRepository {
  constructor(@InjectModel(RELAY_CURSOR) private readonly model: Model<RelayCursorRecord>) {}

  async find(session?: ClientSession): Promise<RelayCursor | null> {
    return this.model.collection.findOne<RelayCursorRecord>(only as never, { session });
  }

  /** Two transactions that both made the record would fail: it is made before. */
  async ensure(): Promise<void> {
    const start = { $setOnInsert: { position: '', revision: 0 } };
    await this.model.updateOne(only, start, { upsert: true }).catch((error: unknown) => {
      if ((error as { code?: number }).code !== 11_000) throw error;
    });
  }

  /** Endpoints change with this transaction. @param position where to read on from, when that changes as well */
  async endpointsChange(session: ClientSession, position?: string): Promise<void> {
    const moved = position === undefined ? {} : { $set: { position } };
    await this.model.collection.updateOne(only as never, { $inc: { revision: 1 }, ...moved }, { session });
  }

  /** @returns whether it was as it was read: else another relay, or a change of endpoints, was first */
  async advance({ position, revision }: RelayCursor, to: string, session?: ClientSession): Promise<boolean> {
    const filter = { ...only, position, revision } as never;
    return (await this.model.collection.updateOne(filter, { $set: { position: to } }, { session })).matchedCount === 1;
  }
}

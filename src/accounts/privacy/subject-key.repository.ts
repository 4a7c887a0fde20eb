import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Schema, type Connection, type Model } from 'mongoose';

/** The key of the hashes by which erased people are recognised, encrypted under the key ring. There is one. */
export interface SubjectKeyRecord {
  _id: string;
  envelope: string;
}

export const SUBJECT_KEY = 'SubjectKey';

export const SubjectKeySchema = new Schema<SubjectKeyRecord>(
  { _id: String, envelope: { type: String, required: true } },
  { collection: 'subject_keys' },
);

/** What the envelope is bound to. */
export const subjectKeyContext = 'subject_keys/erasures/envelope';

const only = { _id: 'erasures' };

@Injectable()
export class SubjectKeyRepository {
  constructor(@InjectModel(SUBJECT_KEY) private readonly model: Model<SubjectKeyRecord>) {}

  /** For a command beside the running server. */
  static over(connection: Connection): SubjectKeyRepository {
    return new SubjectKeyRepository(
      connection.model<SubjectKeyRecord, Model<SubjectKeyRecord>>(SUBJECT_KEY, SubjectKeySchema),
    );
  }

  /** @returns the envelope that is kept: this one, where there was none */
  async keep(envelope: string): Promise<string> {
    const kept = await this.model
      .findOneAndUpdate(only, { $setOnInsert: { envelope } }, { upsert: true, returnDocument: 'after' })
      .lean<SubjectKeyRecord>();
    return kept.envelope;
  }

  async find(): Promise<string | undefined> {
    return (await this.model.findOne(only).lean<SubjectKeyRecord | null>())?.envelope;
  }

  /** Swaps it for another envelope of the same key; `false` when it was swapped meanwhile. */
  async replace(from: string, to: string): Promise<boolean> {
    const { modifiedCount } = await this.model.updateOne({ ...only, envelope: from }, { $set: { envelope: to } });
    return modifiedCount === 1;
  }
}

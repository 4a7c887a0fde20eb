import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model } from 'mongoose';
import { OAUTH_STATE, type OAuthStateRecord } from './oauth-state.schema.js';

@Injectable()
export class OAuthStatesRepository {
  constructor(@InjectModel(OAUTH_STATE) private readonly model: Model<OAuthStateRecord>) {}

  async insert(record: OAuthStateRecord): Promise<void> {
    await this.model.create(record);
  }

  async find(id: string): Promise<OAuthStateRecord | null> {
    return this.model.findById(id).lean<OAuthStateRecord | null>();
  }

  /** Conditional: of two returns with the same state, one gets it. */
  async claim(id: string, now: Date): Promise<OAuthStateRecord | null> {
    return this.model
      .findOneAndUpdate(
        { _id: id, used_at: null, expires_at: mongoose.trusted({ $gt: now }) },
        { $set: { used_at: now } },
        { returnDocument: 'after' },
      )
      .lean<OAuthStateRecord | null>();
  }
}

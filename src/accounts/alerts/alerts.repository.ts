import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model } from 'mongoose';
import { ALERT, type AlertKind, type AlertRecord } from './alert.schema.js';

const { trusted } = mongoose;

@Injectable()
export class AlertsRepository {
  constructor(@InjectModel(ALERT) private readonly model: Model<AlertRecord>) {}

  /** Raises it unless it stands already; of all processes that notice at once, one gets it back. */
  async raiseOnce(
    kind: AlertKind,
    accountId: string,
    text: string,
    now: Date,
    toDeliver: boolean,
  ): Promise<AlertRecord | null> {
    const _id = `${kind}:${accountId}`;
    await this.model.updateOne(
      { _id },
      { $setOnInsert: { kind, account_id: accountId, text, raised_at: now, cleared_at: now, times: 0, attempts: 0 } },
      { upsert: true },
    );
    return this.model
      .findOneAndUpdate(
        { _id, cleared_at: trusted({ $ne: null }) },
        {
          $set: {
            text,
            raised_at: now,
            attempts: 0,
            ...(toDeliver ? { undelivered: true as const, next_attempt_at: now } : {}),
          },
          $inc: { times: 1 },
          $unset: { cleared_at: 1 },
        },
        { returnDocument: 'after' },
      )
      .lean<AlertRecord | null>();
  }

  /** @returns whether it stood */
  async clear(kind: AlertKind, accountId: string, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.model.updateOne(
      { _id: `${kind}:${accountId}`, cleared_at: null },
      { $set: { cleared_at: now } },
    );
    return modifiedCount === 1;
  }

  async findStanding(accountId: string): Promise<AlertRecord[]> {
    return this.model.find({ account_id: accountId, cleared_at: null }).sort({ raised_at: -1 }).lean<AlertRecord[]>();
  }

  /** Conditional: takes one undelivered alert whose turn has come and puts its next turn off. */
  async claimUndelivered(now: Date, nextAttemptAt: Date, id?: string): Promise<AlertRecord | null> {
    return this.model
      .findOneAndUpdate(
        { undelivered: true, next_attempt_at: trusted({ $lte: now }), ...(id === undefined ? {} : { _id: id }) },
        { $set: { next_attempt_at: nextAttemptAt }, $inc: { attempts: 1 } },
        { returnDocument: 'after' },
      )
      .lean<AlertRecord | null>();
  }

  async postpone(id: string, until: Date): Promise<void> {
    await this.model.updateOne({ _id: id, undelivered: true }, { $set: { next_attempt_at: until } });
  }

  async markDelivered(id: string, times: number): Promise<void> {
    await this.model.updateOne({ _id: id, times }, { $unset: { undelivered: 1, next_attempt_at: 1 } });
  }

  async removeAbout(accountId: string): Promise<void> {
    await this.model.deleteMany({ account_id: accountId });
  }
}

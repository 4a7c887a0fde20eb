import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model, Types } from 'mongoose';
import {
  ACCOUNT,
  type AccountError,
  type AccountRecord,
  type AccountUsage,
  type SubscriptionHealth,
} from './account.schema.js';
import { queuedBackfill } from './subscription/queued-backfill.js';

const { trusted } = mongoose;
/** Health notes are not changes of the account: `updated_at` stays. */
const quietly = { timestamps: false } as const;

/** What happens to accounts while they work. */
@Injectable()
export class AccountHealthRepository {
  constructor(@InjectModel(ACCOUNT) private readonly model: Model<AccountRecord>) {}

  /** Of all that notice a dead token, one gets the account back; a token that was replaced meanwhile is left alone. */
  async claimNeedsReauth(
    id: string,
    reason: string,
    now: Date,
    seenTokenVersion?: number,
  ): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(id),
          status: 'active',
          ...(seenTokenVersion === undefined ? {} : { token_version: seenTokenVersion }),
        },
        { $set: { status: 'needs_reauth', status_reason: reason, status_changed_at: now } },
        { returnDocument: 'after' },
      )
      .lean<AccountRecord | null>();
  }

  /** Lengthens the pause; a shorter one than the present one changes nothing and gives `null`. */
  async pauseSends(id: string, until: Date, reason: string): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        {
          _id: new Types.ObjectId(id),
          $or: [{ sends_paused_until: null }, { sends_paused_until: trusted({ $lt: until }) }],
        },
        { $set: { sends_paused_until: until, sends_paused_reason: reason } },
        { returnDocument: 'after', timestamps: false },
      )
      .lean<AccountRecord | null>();
  }

  /** @param overBy only a pause that is over by then: of an account paused anew meanwhile, nothing changes */
  async resumeSends(id: string, overBy?: Date): Promise<AccountRecord | null> {
    return this.model
      .findOneAndUpdate(
        { _id: new Types.ObjectId(id), sends_paused_until: trusted(overBy ? { $lte: overBy } : { $ne: null }) },
        { $unset: { sends_paused_until: 1, sends_paused_reason: 1 } },
        { returnDocument: 'after', timestamps: false },
      )
      .lean<AccountRecord | null>();
  }

  async noteEvents(ids: string[], at: Date): Promise<void> {
    const _ids = ids.map((id) => new Types.ObjectId(id));
    await this.model.updateMany({ _id: trusted({ $in: _ids }) }, { $max: { last_event_at: at } }, quietly);
  }

  async noteSend(id: string, at: Date): Promise<void> {
    await this.model.updateOne({ _id: new Types.ObjectId(id) }, { $max: { last_send_at: at } }, quietly);
  }

  async noteError(id: string, error: AccountError): Promise<void> {
    await this.model.updateOne({ _id: new Types.ObjectId(id) }, { $set: { last_error: error } }, quietly);
  }

  async noteUsage(id: string, usage: AccountUsage): Promise<void> {
    await this.model.updateOne({ _id: new Types.ObjectId(id) }, { $set: { usage } }, quietly);
  }

  /** @param gapEndedAt it was not in place till then: what was written meanwhile is to be fetched */
  async saveSubscription(id: string, subscription: SubscriptionHealth, gapEndedAt?: Date): Promise<void> {
    const update = { $set: { subscription, ...(gapEndedAt ? queuedBackfill(gapEndedAt) : {}) } };
    await this.model.updateOne({ _id: new Types.ObjectId(id), released: false }, update, quietly);
  }

  /** After a downtime: nobody knows what Meta thinks of us. */
  async makeSubscriptionsDue(): Promise<void> {
    await this.model.updateMany({ status: 'active' }, { $unset: { 'subscription.checked_at': 1 } }, quietly);
  }

  /**
   * Working accounts whose subscription was last looked at before `checkedBefore`; sooner, not looked at since
   * `silentSince`, those that fell silent then after events since `livelySince`: a lost subscription shows by silence.
   */
  async findSubscriptionDue(
    { checkedBefore, silentSince, livelySince }: { checkedBefore: Date; silentSince: Date; livelySince: Date },
    limit: number,
  ): Promise<string[]> {
    const due = await this.model
      .find(
        {
          status: 'active',
          $or: [
            { 'subscription.checked_at': null },
            { 'subscription.checked_at': trusted({ $lte: checkedBefore }) },
            {
              last_event_at: trusted({ $lte: silentSince, $gte: livelySince }),
              'subscription.checked_at': trusted({ $lte: silentSince }),
            },
          ],
        },
        { _id: 1 },
      )
      .sort({ 'subscription.checked_at': 1 })
      .limit(limit)
      .lean();
    return due.map(({ _id }) => _id.toHexString());
  }
}

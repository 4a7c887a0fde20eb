import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model } from 'mongoose';
import { ALERT, type AlertKind, type AlertRecord, type AlertSubject } from './alert.schema.js';

const { trusted } = mongoose;

@Injectable()
export class AlertsRepository {
  constructor(@InjectModel(ALERT) private readonly model: Model<AlertRecord>) {}

  /** Raises it unless it stands already; of all processes that notice at once, one gets it back. */
  async raiseOnce(
    kind: AlertKind,
    subject: AlertSubject,
    text: string,
    now: Date,
    toDeliver: boolean,
  ): Promise<AlertRecord | null> {
    const _id = idOf(kind, subjectIdOf(subject));
    await this.model.updateOne(
      { _id },
      { $setOnInsert: { kind, ...subject, text, raised_at: now, cleared_at: now, times: 0, attempts: 0 } },
      { upsert: true },
    );
    return this.model
      .findOneAndUpdate(
        { _id, cleared_at: trusted({ $ne: null }) },
        { $set: { text, raised_at: now, ...news(now, toDeliver) }, $inc: { times: 1 }, $unset: { cleared_at: 1 } },
        { returnDocument: 'after' },
      )
      .lean<AlertRecord | null>();
  }

  /** @returns it, if it stood; of all that clear it at once, one gets it */
  async clear(kind: AlertKind, subjectId: string, now: Date, toDeliver: boolean): Promise<AlertRecord | null> {
    return this.model
      .findOneAndUpdate(
        { _id: idOf(kind, subjectId), cleared_at: null },
        { $set: { cleared_at: now, ...news(now, toDeliver) } },
        { returnDocument: 'after' },
      )
      .lean<AlertRecord | null>();
  }

  /** Of the account itself, and of its conversations where these are wanted, too. */
  async findStanding(accountId: string, withConversations = false): Promise<AlertRecord[]> {
    const itsOwn = withConversations ? {} : { conversation_id: null };
    return this.model
      .find({ account_id: accountId, ...itsOwn, cleared_at: null })
      .sort({ raised_at: -1 })
      .lean<AlertRecord[]>();
  }

  /** What it stands about, of alerts that are about something of the server's own. */
  async findStandingAbouts(kind: AlertKind): Promise<string[]> {
    const standing = await this.model
      .find({ kind, cleared_at: null, about: trusted({ $ne: null }) })
      .lean<AlertRecord[]>();
    return standing.flatMap(({ about }) => about ?? []);
  }

  /** Conditional: takes one undelivered alert whose turn has come and that nobody is posting. */
  async claimUndelivered(now: Date, claimedUntil: Date, id?: string): Promise<AlertRecord | null> {
    return this.model
      .findOneAndUpdate(
        {
          undelivered: true,
          next_attempt_at: trusted({ $lte: now }),
          $or: [{ claimed_until: null }, { claimed_until: trusted({ $lte: now }) }],
          ...(id === undefined ? {} : { _id: id }),
        },
        { $set: { claimed_until: claimedUntil }, $inc: { attempts: 1 } },
        { returnDocument: 'after' },
      )
      .lean<AlertRecord | null>();
  }

  async markDelivered(posted: AlertRecord): Promise<void> {
    await this.endAttempt(posted, { $unset: { undelivered: 1, next_attempt_at: 1 } });
  }

  async postpone(posted: AlertRecord, until: Date): Promise<void> {
    await this.endAttempt(posted, { $set: { next_attempt_at: until } });
  }

  async removeAbout(accountId: string): Promise<void> {
    await this.model.deleteMany({ account_id: accountId });
  }

  async removeAboutConversation(kind: AlertKind, conversationId: string): Promise<void> {
    await this.model.deleteOne({ _id: idOf(kind, conversationId) });
  }

  /** What it has become while it was posted keeps its own turn, after this one: the receiver's last word is the latest. */
  private async endAttempt({ _id, times, cleared_at }: AlertRecord, update: object): Promise<void> {
    await this.model.updateOne({ _id, times, cleared_at: cleared_at ?? null }, update);
    await this.model.updateOne({ _id }, { $unset: { claimed_until: 1 } });
  }
}

function subjectIdOf({ account_id, conversation_id, erasure_id, about }: AlertSubject): string {
  return conversation_id ?? account_id ?? erasure_id ?? about ?? '';
}

function idOf(kind: AlertKind, subjectId: string): string {
  return `${kind}:${subjectId}`;
}

/** What the webhook is to be told next, instead of what it may not have been told yet. */
function news(now: Date, toDeliver: boolean): Partial<AlertRecord> {
  return { attempts: 0, ...(toDeliver ? { undelivered: true, next_attempt_at: now } : {}) };
}

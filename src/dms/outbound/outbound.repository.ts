import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { DM } from '../dm-store.repository.js';
import type { Holder } from './absence.js';
import type { DmError, DmRecord, HeldReason, SendStatus } from '../dm.schema.js';

/** A DM as a step found it; every write names its `attempts`, so that a step that slept too long writes nothing. */
export type Seen = Pick<DmRecord, '_id' | 'conversation_id' | 'send_seq' | 'send_key' | 'status' | 'attempts'>;

export interface Retry {
  until: Date;
  reason: HeldReason;
  error?: DmError;
  /** Counts against the patience for this kind of answer. */
  counted?: 'temporary' | 'unavailable';
}

export interface DueSend {
  _id: Types.ObjectId;
  conversation_id: string;
  status: SendStatus;
  next_attempt_at: Date;
}

const settled = { outbound_open: '', next_attempt_at: '', held_reason: '' } as const;

/** The states of outbound DMs: every method that writes is one conditional update. */
@Injectable()
export class OutboundRepository {
  constructor(
    @InjectModel(DM) private readonly model: Model<DmRecord>,
    private readonly clock: Clock,
  ) {}

  async find(dmId: string): Promise<DmRecord | null> {
    if (!/^[0-9a-f]{24}$/i.test(dmId)) return null;
    return this.model.collection.findOne<DmRecord>({ _id: new Types.ObjectId(dmId) });
  }

  /** What is stored under these mids. */
  async holdersOf(platformAccountId: string, mids: string[]): Promise<Map<string, Holder>> {
    const found = await this.model.collection
      .find<Holder & { message_id: string }>(
        { platform_account_id: platformAccountId, message_id: { $in: mids } },
        { projection: { raw: 0, delivery_ids: 0, outbound: 0, send_answer: 0 } },
      )
      .toArray();
    return new Map(found.map((holder) => [holder.message_id, holder]));
  }

  /** Whether a message that Meta's conversation has to show was stored before this time. */
  async knowsOlder(conversationId: string, time: Date): Promise<boolean> {
    const older = await this.model.collection.findOne(
      {
        conversation_id: conversationId,
        kind: 'message',
        message_id: { $gt: '' },
        unsent: false,
        created_at: { $lt: time },
      },
      { projection: { _id: 1 } },
    );
    return older !== null;
  }

  async findByIds(ids: Types.ObjectId[]): Promise<DmRecord[]> {
    return this.model.collection
      .find<DmRecord>({ _id: { $in: ids } })
      .sort({ send_seq: 1 })
      .toArray();
  }

  /** The part of its reply that goes out right before it. */
  async partBefore({ platform_account_id, send_key }: DmRecord): Promise<Pick<DmRecord, 'status' | 'error'> | null> {
    const [, reply, n] = /^(.*):(\d+)$/s.exec(send_key ?? '') ?? [];
    if (reply === undefined || Number(n) === 0) return null;
    return this.model.collection.findOne<Pick<DmRecord, 'status' | 'error'>>(
      { platform_account_id, send_key: `${reply}:${Number(n) - 1}` },
      { projection: { status: 1, error: 1 } },
    );
  }

  /** The conversation's earliest send that is not over; one that waits for a person's decision holds nothing up. */
  async head(conversationId: string): Promise<DmRecord | null> {
    return this.model.collection.findOne<DmRecord>(
      {
        outbound_open: true,
        conversation_id: conversationId,
        $or: [
          { status: { $in: ['queued', 'sending'] } },
          { status: 'unconfirmed', next_attempt_at: { $type: 'date' } },
        ],
      },
      { sort: { send_seq: 1 } },
    );
  }

  /** `queued → sending`: of all processes that want to send it, one gets it. */
  async claim(dm: DmRecord, abandonedAfterMs: number): Promise<DmRecord | null> {
    const now = this.clock.date();
    return this.model.collection.findOneAndUpdate(
      { _id: dm._id, status: 'queued', attempts: dm.attempts },
      {
        $set: {
          status: 'sending',
          sending_at: now,
          first_sending_at: dm.first_sending_at ?? now,
          next_attempt_at: new Date(now.getTime() + abandonedAfterMs),
          updated_at: now,
        },
        $inc: { attempts: 1 },
        $unset: { held_reason: '' },
      },
      { returnDocument: 'after' },
    ) as Promise<DmRecord | null>;
  }

  /**
   * `sending | unconfirmed → queued`: Meta said that it was not sent, or the call was never made. Its answer counts also
   * when it is read so late that the call was taken for lost, unless later DMs may have gone out since.
   */
  async backToQueue(dm: Seen, { until, reason, error, counted }: Retry): Promise<boolean> {
    const update = {
      $set: { status: 'queued', next_attempt_at: until, held_reason: reason, ...(error ? { error } : {}) },
      ...(counted ? { $inc: { [`retries.${counted}`]: 1 } } : {}),
    };
    return this.change(dm, ['sending', 'unconfirmed'], update, { next_attempt_at: { $type: 'date' } });
  }

  /** Stays `queued` until then; what comes after it waits with it. */
  async hold(dm: Seen, until: Date, reason: HeldReason): Promise<void> {
    await this.change(dm, ['queued'], { $set: { next_attempt_at: until, held_reason: reason } });
    await this.holdFollowers(dm, until);
  }

  /** Keeps the sweep from asking for the ones behind; they are looked at as soon as the one before them is over. */
  async holdFollowers(dm: Seen, until: Date): Promise<void> {
    await this.model.collection.updateMany(
      {
        outbound_open: true,
        conversation_id: dm.conversation_id,
        send_seq: { $gt: dm.send_seq },
        status: 'queued',
        next_attempt_at: { $lt: until },
      },
      { $set: { next_attempt_at: until, held_reason: 'earlier_send_open' satisfies HeldReason } },
    );
  }

  /**
   * `queued | sending | unconfirmed → sent`. Matches nothing when an echo was faster.
   * @throws {MongoServerError} 11000 when another DM holds the mid: its echo was stored on its own
   */
  async markSent(dm: Seen, mid: string, result: unknown): Promise<boolean> {
    return this.change(dm, ['queued', 'sending', 'unconfirmed'], {
      $set: { status: 'sent', message_id: mid, sent_at: this.clock.date(), graph_result: result },
      $unset: { ...settled, error: '' },
    });
  }

  async noteResult(dmId: Types.ObjectId, mid: string, result: unknown): Promise<boolean> {
    const noted = await this.model.collection.updateOne(
      // A status may have come before the answer, and have told that it was not delivered.
      { _id: dmId, status: { $in: ['sent', 'failed'] }, message_id: mid },
      { $set: { graph_result: result } },
    );
    return noted.matchedCount === 1;
  }

  /** Over, and not sent. @param from the states it may be in */
  async markFailed(dm: Seen, error: DmError, from: SendStatus[]): Promise<boolean> {
    return this.change(dm, from, { $set: { status: 'failed', error }, $unset: settled });
  }

  /** Parts of the same reply that wait behind a failed one: half an answer would be worse than none. */
  async failFollowers(dm: Seen, error: DmError): Promise<void> {
    const followers = await this.sameReply(dm, {
      outbound_open: true,
      status: 'queued',
      send_seq: { $gt: dm.send_seq },
    });
    for (const follower of followers) await this.markFailed(follower, error, ['queued']);
  }

  /**
   * `sending → unconfirmed`, or another look planned; without a time only a person can decide. So does what waits for a
   * further try (`queued`) and can't be seen.
   */
  async markUnconfirmed(dm: Seen, error: DmError, nextLookAt?: Date): Promise<boolean> {
    const from: SendStatus[] = nextLookAt ? ['sending', 'unconfirmed'] : ['queued', 'sending', 'unconfirmed'];
    return this.change(dm, from, {
      $set: { status: 'unconfirmed', error, ...(nextLookAt ? { next_attempt_at: nextLookAt } : {}) },
      $unset: { held_reason: '', ...(nextLookAt ? {} : { next_attempt_at: '' }) },
    });
  }

  /** `failed | unconfirmed → queued`, by an operator's word: due at once, with fresh patience. */
  async requeue(dm: Seen, from: 'failed' | 'unconfirmed'): Promise<boolean> {
    return this.change(dm, [from], {
      $set: { status: 'queued', outbound_open: true, next_attempt_at: this.clock.date() },
      // What was told of the call before says nothing of the next one.
      $unset: { error: '', held_reason: '', retries: '', message_id: '', refused_at: '', refusal: '', pricing: '' },
    });
  }

  async requeueFollowers(dm: Seen): Promise<void> {
    const followers = await this.sameReply(dm, {
      status: 'failed',
      'error.kind': 'earlier_part_failed',
      send_seq: { $gt: dm.send_seq },
    });
    for (const follower of followers) await this.requeue(follower, 'failed');
  }

  /**
   * An operator decided. It stays open without a turn of its own, so that an echo that comes after all still corrects
   * it, until no echo can come any more.
   */
  async decide(dm: Seen, status: 'sent' | 'failed', error: DmError | undefined, openUntil: Date): Promise<boolean> {
    return this.change(dm, ['unconfirmed'], {
      $set: { status, next_attempt_at: openUntil, ...(error ? { error } : { sent_at: this.clock.date() }) },
      ...(error ? {} : { $unset: { error: '' } }),
    });
  }

  /** No echo can come any more. */
  async close(dm: Seen): Promise<void> {
    await this.change(dm, ['sent', 'failed'], { $unset: settled });
  }

  /** What the sweep must enqueue. */
  async due(limit: number): Promise<DueSend[]> {
    return this.model.collection
      .find<DueSend>(
        { outbound_open: true, next_attempt_at: { $lte: this.clock.date() } },
        { projection: { conversation_id: 1, status: 1, next_attempt_at: 1 }, sort: { next_attempt_at: 1 }, limit },
      )
      .toArray();
  }

  /** Open sends by status, for the backlog metric. */
  async countOpen(): Promise<Partial<Record<SendStatus, number>>> {
    const groups = await this.model.collection
      .aggregate<{ _id: SendStatus; n: number }>([
        { $match: { outbound_open: true } },
        { $group: { _id: '$status', n: { $sum: 1 } } },
      ])
      .toArray();
    return Object.fromEntries(groups.map(({ _id, n }) => [_id, n]));
  }

  private async sameReply(dm: Seen, filter: Record<string, unknown>): Promise<DmRecord[]> {
    const cut = dm.send_key?.lastIndexOf(':') ?? -1;
    if (cut < 0) return [];
    const prefix = dm.send_key?.slice(0, cut + 1) as string;
    const found = await this.model.collection
      .find<DmRecord>({ conversation_id: dm.conversation_id, ...filter })
      .sort({ send_seq: 1 })
      .toArray();
    return found.filter(({ send_key }) => send_key?.startsWith(prefix) && /^\d+$/.test(send_key.slice(prefix.length)));
  }

  private async change(
    { _id, attempts }: Seen,
    from: SendStatus[],
    update: { $set?: object; $unset?: object; $inc?: object },
    also: object = {},
  ): Promise<boolean> {
    const changed = await this.model.collection.updateOne({ _id, status: { $in: from }, attempts, ...also }, {
      ...update,
      $set: { ...update.$set, updated_at: this.clock.date() },
    } as never);
    return changed.matchedCount === 1;
  }
}

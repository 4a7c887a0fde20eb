import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, type ClientSession } from 'mongoose';
import { DM } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';

/** What requests have queued before: found by their key, or by what they asked for. */
@Injectable()
export class RequestedSendsRepository {
  constructor(@InjectModel(DM) private readonly model: Model<DmRecord>) {}

  /** The parts of a reply that were queued under this key, in order. */
  async findReply(platformAccountId: string, replyKey: string): Promise<DmRecord[]> {
    const first = await this.model.collection.findOne<DmRecord>({
      platform_account_id: platformAccountId,
      send_key: `${replyKey}:0`,
    });
    if (!first) return [];
    const rest = await this.model.collection
      .find<DmRecord>({
        platform_account_id: platformAccountId,
        send_key: { $gt: `${replyKey}:0`, $lt: `${replyKey}:;` },
      })
      .toArray();
    const parts = [first, ...rest].filter((dm) => /^\d+$/.test(dm.send_key?.slice(replyKey.length + 1) ?? ''));
    return parts.sort((a, b) => (a.send_seq ?? 0) - (b.send_seq ?? 0));
  }

  /** The first part that is not over of what was queued since then, by a request with this fingerprint. */
  async findOpenRepeat(
    session: ClientSession,
    conversationId: string,
    fingerprint: string,
    since: Date,
  ): Promise<DmRecord | null> {
    return this.model.collection.findOne<DmRecord>(
      {
        outbound_open: true,
        conversation_id: conversationId,
        status: { $in: ['queued', 'sending', 'unconfirmed'] },
        send_fingerprint: fingerprint,
        created_at: { $gt: since },
      },
      { session, sort: { send_seq: 1 } },
    );
  }
}

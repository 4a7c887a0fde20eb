import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { DM } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { OutboundRepository } from '../outbound/outbound.repository.js';
import { isCallersKey } from '../send-key.js';
import { snapshotOf } from './send-answer.js';

/** What sends with an Idempotency-Key were answered first, kept on their DMs. */
@Injectable()
export class SendResponsesRepository {
  constructor(
    @InjectModel(DM) private readonly dms: Model<DmRecord>,
    private readonly outbound: OutboundRepository,
  ) {}

  /**
   * Keeps what they answer, once all are sent: echoes and read receipts change the DMs, not what was answered. Of
   * requests that come here at once the first is kept, and all of them answer by it. Any other outcome may still turn
   * out otherwise, and is told as it stands.
   * @returns the DMs, each with the answer that is kept of it
   */
  async keep(parts: DmRecord[]): Promise<DmRecord[]> {
    const isFinal = parts.every(({ status, send_key: key }) => status === 'sent' && isCallersKey(key));
    // Of what was taken back nothing is kept.
    const unanswered = parts.filter((dm) => !dm.send_answer && !dm.unsent);
    if (!isFinal || unanswered.length === 0) return parts;
    await this.dms.collection.bulkWrite(
      unanswered.map((dm) => ({
        updateOne: {
          filter: { _id: dm._id, send_answer: { $exists: false }, unsent: false },
          update: { $set: { send_answer: snapshotOf(dm) } },
        },
      })),
    );
    const kept = await this.outbound.findByIds(parts.map(({ _id }) => _id));
    return kept.length === parts.length ? kept : parts;
  }
}

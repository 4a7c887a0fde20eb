import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { TOOL_CALL, type ToolCallRecord } from './tool-call.schema.js';
import type { ToolArguments } from './tool-parameters.js';

export interface ToolCallAbout {
  user_id: string;
  account_id: string;
  conversation_id: string;
  /** Id of the oldest message that the answer is about. */
  message_id: string;
  tool: string;
  args: ToolArguments;
}

export type CallEnd = Pick<ToolCallRecord, 'state' | 'status' | 'answer' | 'reason' | 'ms' | 'missed'>;

/** `call`: it is to be made, and its end told with `attempt`. `known`: it was made a moment ago. */
export type CallBegun = { kind: 'call'; key: string; attempt: string } | { kind: 'known'; record: ToolCallRecord };

/** How long the answer of a call stands for the same question. */
export const knownForMs = 60_000;
const keptMs = 3_600_000;
const duplicateKey = 11_000;

/** The ledger of calls. */
@Injectable()
export class ToolCallsRepository {
  constructor(
    @InjectModel(TOOL_CALL) private readonly calls: Model<ToolCallRecord>,
    private readonly clock: Clock,
  ) {}

  /** Takes the right to make a call, before it is made. One that was begun and never ended is `known` as such. */
  async begin(about: ToolCallAbout): Promise<CallBegun> {
    const key = keyOf(about);
    for (;;) {
      const attempt = randomUUID();
      const now = this.clock.date();
      const { user_id, account_id, conversation_id, tool } = about;
      const begun = { attempt, state: 'started' as const, started_at: now, expires_at: later(now, keptMs) };
      try {
        await this.calls.collection.insertOne({
          _id: key,
          user_id,
          account_id,
          conversation_id,
          tool,
          ...begun,
        } as never);
        return { kind: 'call', key, attempt };
      } catch (error) {
        if ((error as { code?: unknown }).code !== duplicateKey) throw error;
      }
      const record = await this.calls.collection.findOne<ToolCallRecord>({ _id: key as never });
      if (!record) continue;
      if (now.getTime() - (record.ended_at ?? record.started_at).getTime() < knownForMs)
        return { kind: 'known', record };
      const again = await this.calls.collection.updateOne(
        { _id: key as never, attempt: record.attempt },
        { $set: begun, $unset: { status: '', answer: '', reason: '', ms: '', ended_at: '' } },
      );
      if (again.matchedCount === 1) return { kind: 'call', key, attempt };
    }
  }

  async end(key: string, attempt: string, end: CallEnd): Promise<void> {
    const given = Object.fromEntries(Object.entries(end).filter(([, value]) => value !== undefined));
    await this.calls.collection.updateOne(
      { _id: key as never, attempt },
      { $set: { ...given, ended_at: this.clock.date() } },
    );
  }

  /** It was given up by us, and looking up twice does no harm: who comes next makes it. */
  async forget(key: string, attempt: string): Promise<void> {
    await this.calls.collection.deleteOne({ _id: key as never, attempt, state: 'started' });
  }

  /** A guess that is not worth a call. The same one counts once. */
  async noteMiss(about: ToolCallAbout): Promise<void> {
    const now = this.clock.date();
    const { user_id, account_id, conversation_id, tool } = about;
    await this.calls.collection.updateOne(
      { _id: `miss:${keyOf(about)}` as never },
      {
        $setOnInsert: {
          ...{ user_id, account_id, conversation_id, tool, attempt: '', state: 'failed', reason: 'not_from_customer' },
          ...{ missed: true, started_at: now, ended_at: now, expires_at: later(now, keptMs) },
        },
      },
      { upsert: true },
    );
  }

  /** Wrong guesses in the last hour, as far as `limit`. */
  async missesOf(conversationId: string, limit: number): Promise<number> {
    const since = new Date(this.clock.now() - keptMs);
    const filter = { conversation_id: conversationId, started_at: { $gt: since }, missed: true };
    return this.calls.collection.countDocuments(filter, { limit });
  }

  /** All of a conversation, or of an account. */
  async erase(of: { conversation_id: string } | { account_id: string }): Promise<void> {
    await this.calls.collection.deleteMany(of);
  }
}

/** The same question has the same key, whoever asks it again. */
function keyOf({ conversation_id, message_id, tool, args }: ToolCallAbout): string {
  return createHash('sha256')
    .update(JSON.stringify([conversation_id, message_id, tool, args]))
    .digest('hex');
}

function later(from: Date, ms: number): Date {
  return new Date(from.getTime() + ms);
}

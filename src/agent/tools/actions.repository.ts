import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import type { RetentionTarget } from '../../database/index.js';
import { AGENT_ACTION, type ActionRecord, type ActionState } from './action.schema.js';
import type { ToolArguments } from './tool-parameters.js';
import type { Tool } from './tools.repository.js';

/** An action as other files see it: plain, its id a string. */
export type Action = Omit<ActionRecord, '_id'> & { _id: string };

/** What the agent wants done, while its answer is not written yet. */
export interface Proposal {
  tool: Pick<Tool, 'name' | 'revision' | 'approval'>;
  args: ToolArguments;
}

export interface ProposedIn {
  user_id: string;
  account_id: string;
  conversation_id: string;
  message_id: string;
}

export interface ActionFilter {
  account_id?: string;
  conversation_id?: string;
  state?: ActionState;
}

export type ActionEnd = Pick<ActionRecord, 'status' | 'reason' | 'answer'> & { state: 'done' | 'failed' | 'unknown' };

export const automatic = 'automatic';
const underWay = { $in: ['proposed', 'approved', 'running'] };

/** What the agent wants done. Each step is a conditional write: whoever comes second finds it taken. */
@Injectable()
export class ActionsRepository {
  constructor(
    @InjectModel(AGENT_ACTION) private readonly actions: Model<ActionRecord>,
    private readonly clock: Clock,
  ) {}

  /** Writes proposals with the answer that tells of them. @returns ids of those that need nobody's decision */
  async propose(session: ClientSession, proposals: readonly Proposal[], where: ProposedIn): Promise<string[]> {
    const now = this.clock.date();
    const ready: string[] = [];
    for (const { tool, args } of proposals) {
      const key = actionKey(tool.name, args);
      // Whoever writes answers holds the conversation, so nobody proposes the same beside this.
      if (await this.isUnderWay(where.conversation_id, key, session)) continue;
      const decided = tool.approval === 'automatic' ? { decided_at: now, decided_by: automatic } : undefined;
      const { insertedId } = await this.actions.collection.insertOne(
        {
          ...where,
          ...{ tool: tool.name, tool_revision: tool.revision, arguments: args, key, proposed_at: now, created_at: now },
          ...(decided ? { state: 'approved', ...decided } : { state: 'proposed' }),
        },
        { session },
      );
      if (decided) ready.push(insertedId.toHexString());
    }
    return ready;
  }

  /** Whether the same is proposed, or being done, already. */
  async isUnderWay(conversationId: string, key: string, session?: ClientSession): Promise<boolean> {
    const filter = { conversation_id: conversationId, key, state: underWay as never };
    return (await this.actions.collection.findOne(filter, { session, projection: { _id: 1 } })) !== null;
  }

  /** Newest first. @param before the last id of the page before */
  async list(
    scope: TenantScope,
    filter: ActionFilter,
    { before, limit }: { before?: string; limit: number },
  ): Promise<Action[]> {
    const behind = before === undefined ? {} : { _id: { $lt: new Types.ObjectId(before) } };
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const found = await this.actions.collection
      .find<ActionRecord>({ ...ownerFilter(scope), ...given, ...behind }, { sort: { _id: -1 }, limit })
      .toArray();
    return found.map(plain);
  }

  async find(scope: TenantScope, id: string): Promise<Action | null> {
    const found = await this.actions.collection.findOne<ActionRecord>({ _id: oid(id), ...ownerFilter(scope) });
    return found && plain(found);
  }

  /** @returns `null` when it is not there, or was decided on already */
  async decide(scope: TenantScope, id: string, to: 'approved' | 'refused', by: string): Promise<Action | null> {
    return this.change(
      { _id: oid(id), ...ownerFilter(scope), state: 'proposed' },
      { state: to, decided_at: this.clock.date(), decided_by: by },
    );
  }

  /** The right to do it, once. @returns `null` when it is not there, not approved, or another has it */
  async claim(id: string): Promise<(Action & { attempt: string }) | null> {
    const attempt = randomUUID();
    const change = { state: 'running' as const, attempt, started_at: this.clock.date() };
    const claimed = await this.change({ _id: oid(id), state: 'approved' }, change);
    return claimed && { ...claimed, attempt };
  }

  /** What came of it. One that was given up for lost is told of late, too. */
  async end({ _id, attempt }: Pick<Action, '_id' | 'attempt'>, end: ActionEnd): Promise<Action | null> {
    const given = Object.fromEntries(Object.entries(end).filter(([, value]) => value !== undefined));
    return this.change(
      { _id: oid(_id), attempt, state: { $in: ['running', 'unknown'] } },
      { ...given, ended_at: this.clock.date() },
    );
  }

  /** Approved before this, and still not begun. */
  async waitingSince(before: Date, limit: number): Promise<string[]> {
    const found = await this.actions.collection
      .find(
        { state: 'approved', decided_at: { $lt: before } },
        { projection: { _id: 1 }, sort: { decided_at: 1 }, limit },
      )
      .toArray();
    return found.map(({ _id }) => _id.toHexString());
  }

  /** Begun before this, and never ended: nobody can tell. @returns how many */
  async giveUpLost(startedBefore: Date): Promise<number> {
    const { modifiedCount } = await this.actions.collection.updateMany(
      { state: 'running', started_at: { $lt: startedBefore } },
      { $set: { state: 'unknown', reason: 'lost', ended_at: this.clock.date() } },
    );
    return modifiedCount;
  }

  /** All of a conversation, or of an account. */
  async erase(of: { conversation_id: string } | { account_id: string }, before?: Date): Promise<void> {
    await this.actions.collection.deleteMany({ ...of, ...(before ? { created_at: { $lt: before } } : {}) });
  }

  /** From when they were proposed. */
  retention(): RetentionTarget {
    return { collection: this.actions.collection, field: 'created_at' };
  }

  private async change(filter: object, change: Partial<ActionRecord>): Promise<Action | null> {
    const changed = await this.actions.collection.findOneAndUpdate(
      filter,
      { $set: change },
      { returnDocument: 'after', writeConcern: { w: 'majority' } },
    );
    return changed && plain(changed as unknown as ActionRecord);
  }
}

export function actionKey(tool: string, args: ToolArguments): string {
  return createHash('sha256')
    .update(JSON.stringify([tool, args]))
    .digest('hex');
}

function oid(id: string): Types.ObjectId {
  return new Types.ObjectId(id);
}

function plain(record: ActionRecord): Action {
  return { ...record, _id: record._id.toHexString() };
}

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Connection, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { SealedSecret, SealedSecrets } from '../../accounts/index.js';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { AGENT_TOOL, ToolSchema, type ToolRecord } from './tool.schema.js';
import { secretContext } from './tool-secrets.service.js';

/** A tool as other files see it: plain, its id a string. */
export type Tool = Omit<ToolRecord, '_id'> & { _id: string };
export type NewTool = Omit<ToolRecord, '_id' | 'revision' | 'created_at' | 'updated_at'>;

const duplicateKey = 11_000;

/** The tools of accounts. */
@Injectable()
export class ToolsRepository {
  constructor(
    @InjectModel(AGENT_TOOL) private readonly tools: Model<ToolRecord>,
    private readonly clock: Clock,
  ) {}

  /** By name. */
  async list(scope: TenantScope, accountId: string): Promise<Tool[]> {
    const filter = { account_id: accountId, ...ownerFilter(scope) };
    return (await this.tools.collection.find<ToolRecord>(filter, { sort: { name: 1 } }).toArray()).map(plain);
  }

  async find(scope: TenantScope, accountId: string, name: string): Promise<Tool | null> {
    const filter = { account_id: accountId, name, ...ownerFilter(scope) };
    const found = await this.tools.collection.findOne<ToolRecord>(filter);
    return found && plain(found);
  }

  async count(accountId: string): Promise<number> {
    return this.tools.collection.countDocuments({ account_id: accountId });
  }

  /**
   * Writes the tool as it was decided on what was read.
   * @param before its revision then; `undefined`: it was not there
   * @returns `null` when somebody else has written to it since
   */
  async put(tool: NewTool, before: number | undefined): Promise<Tool | null> {
    const now = this.clock.date();
    const { account_id, name } = tool;
    if (before === undefined) {
      const record = { ...tool, revision: 1, created_at: now, updated_at: now };
      try {
        const { insertedId } = await this.tools.collection.insertOne(record);
        return plain({ ...record, _id: insertedId });
      } catch (error) {
        if ((error as { code?: unknown }).code === duplicateKey) return null;
        throw error;
      }
    }
    const written = await this.tools.collection.findOneAndUpdate(
      { account_id, name, revision: before },
      { $set: { ...tool, revision: before + 1, updated_at: now } },
      { returnDocument: 'after' },
    );
    return written && plain(written as unknown as ToolRecord);
  }

  async remove(scope: TenantScope, accountId: string, name: string): Promise<boolean> {
    const filter = { account_id: accountId, name, ...ownerFilter(scope) };
    return (await this.tools.collection.deleteOne(filter)).deletedCount > 0;
  }

  /** All of an account, when it is erased. */
  async removeOf(accountId: string): Promise<void> {
    await this.tools.collection.deleteMany({ account_id: accountId });
  }
}

/** The sealed headers, for a command beside the running server that puts them under another key. */
export function toolSecretsOver(connection: Connection): SealedSecrets {
  const { collection } = connection.model<ToolRecord, Model<ToolRecord>>(AGENT_TOOL, ToolSchema);
  return {
    findSealed: async (afterId, limit) => {
      const after = afterId === undefined ? {} : { _id: { $gt: new Types.ObjectId(afterId) } };
      const found = await collection.find<ToolRecord>(after, { sort: { _id: 1 }, limit }).toArray();
      const sealedIn = ({ _id, account_id, name: tool, headers }: ToolRecord) =>
        headers.flatMap(({ name, sealed }): SealedSecret[] => {
          if (sealed === undefined) return [];
          const replaceBy = async (to: string): Promise<boolean> => {
            const { modifiedCount } = await collection.updateOne(
              { _id, headers: { $elemMatch: { name, sealed } } },
              { $set: { 'headers.$.sealed': to } },
            );
            return modifiedCount === 1;
          };
          const what = `header ${name} of the tool ${tool} of account ${account_id}`;
          return [{ what, envelope: sealed, context: secretContext(account_id, tool, name), replaceBy }];
        });
      return { lastId: found.at(-1)?._id.toHexString(), found: found.flatMap(sealedIn) };
    },
  };
}

function plain(record: ToolRecord): Tool {
  return { ...record, _id: record._id.toHexString() };
}

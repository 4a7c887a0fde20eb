import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { TransactionsService } from '../../database/index.js';
import {
  KNOWLEDGE_DOCUMENT,
  KNOWLEDGE_REVISION,
  type KnowledgeDocumentRecord,
  type KnowledgeRevisionRecord,
} from './knowledge-document.schema.js';

/** A document as other files see it: plain, its id a string. */
export type KnowledgeDocument = Omit<KnowledgeDocumentRecord, '_id'> & { _id: string };
export type NewKnowledgeDocument = Omit<KnowledgeDocumentRecord, '_id' | 'revision' | 'created_at' | 'updated_at'>;
/** What is written to a document; `undefined` takes a field away. */
export type KnowledgeChange = Partial<Omit<NewKnowledgeDocument, 'user_id' | 'account_id' | 'kind'>>;

/** What an account's agent may tell. Whatever changes it counts the account's revision up in the same transaction. */
@Injectable()
export class KnowledgeRepository {
  constructor(
    @InjectModel(KNOWLEDGE_DOCUMENT) private readonly documents: Model<KnowledgeDocumentRecord>,
    @InjectModel(KNOWLEDGE_REVISION) private readonly revisions: Model<KnowledgeRevisionRecord>,
    private readonly transactions: TransactionsService,
    private readonly clock: Clock,
  ) {}

  /** @returns `null` when the account has `limit` documents already */
  async insert(document: NewKnowledgeDocument, limit: number): Promise<KnowledgeDocument | null> {
    return this.transactions.run(async (session) => {
      // The counter is written first: two that add at once conflict there, so that the limit holds.
      await this.countUp(document.account_id, session);
      const { account_id } = document;
      if ((await this.documents.collection.countDocuments({ account_id }, { session, limit })) >= limit) return null;
      const now = this.clock.date();
      const record = { ...defined(document), revision: 1, created_at: now, updated_at: now };
      const { insertedId } = await this.documents.collection.insertOne(record, { session });
      return plain({ ...record, _id: insertedId } as KnowledgeDocumentRecord);
    });
  }

  /** Newest first, without texts. @param before the last id of the page before */
  async list(
    scope: TenantScope,
    accountId: string,
    { before, limit }: { before?: string; limit: number },
  ): Promise<KnowledgeDocument[]> {
    const behind = before === undefined ? {} : { _id: { $lt: new Types.ObjectId(before) } };
    const found = await this.documents.collection
      .find<KnowledgeDocumentRecord>(
        { ...ownerFilter(scope), account_id: accountId, ...behind },
        { projection: { text: 0, 'passages.text': 0, 'draft.text': 0 }, sort: { _id: -1 }, limit },
      )
      .toArray();
    return found.map(plain);
  }

  async find(scope: TenantScope, accountId: string, id: string): Promise<KnowledgeDocument | null> {
    const filter = this.filterOf(scope, accountId, id);
    return filter && plainOrNull(await this.documents.collection.findOne<KnowledgeDocumentRecord>(filter));
  }

  /** Writes to the document if it still has that revision. @returns `null` when it has not, or is gone */
  async change(
    { _id, account_id, revision }: Pick<KnowledgeDocument, '_id' | 'account_id' | 'revision'>,
    change: KnowledgeChange,
  ): Promise<KnowledgeDocument | null> {
    return this.transactions.run(async (session) => {
      const gone = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [[name, '']] : []));
      const record = await this.documents.collection.findOneAndUpdate(
        { _id: new Types.ObjectId(_id), account_id, revision },
        {
          $set: { ...defined(change), revision: revision + 1, updated_at: this.clock.date() },
          ...(gone.length > 0 ? { $unset: Object.fromEntries(gone) as Record<string, ''> } : {}),
        },
        { session, returnDocument: 'after' },
      );
      if (!record) return null;
      await this.countUp(account_id, session);
      return plain(record as unknown as KnowledgeDocumentRecord);
    });
  }

  /** A page that says what it said, or could not be asked: nothing that the agent sees has changed. */
  async noteFetched(
    { _id, revision }: Pick<KnowledgeDocument, '_id' | 'revision'>,
    { reason, ...about }: Pick<KnowledgeChange, 'fetch_at' | 'fetched_at' | 'reason'>,
  ): Promise<void> {
    await this.documents.collection.updateOne(
      { _id: new Types.ObjectId(_id), revision },
      { $set: { ...about, ...(reason ? { reason } : {}) }, $unset: { draft: '', ...(reason ? {} : { reason: '' }) } },
    );
  }

  /** It, its passages and its draft are gone. @returns whether it was there */
  async remove(scope: TenantScope, accountId: string, id: string): Promise<boolean> {
    const filter = this.filterOf(scope, accountId, id);
    if (!filter) return false;
    return this.transactions.run(async (session) => {
      const { deletedCount } = await this.documents.collection.deleteOne(filter, { session });
      if (deletedCount > 0) await this.countUp(accountId, session);
      return deletedCount > 0;
    });
  }

  /** All of an account, when it is erased. */
  async removeOf(accountId: string): Promise<void> {
    await this.transactions.run(async (session) => {
      await this.documents.collection.deleteMany({ account_id: accountId }, { session });
      await this.countUp(accountId, session);
    });
  }

  /** Unchanged, nothing of the account's knowledge has changed; 0 when it never had any. */
  async revisionOf(accountId: string): Promise<number> {
    const found = await this.revisions.collection.findOne({ _id: accountId as never });
    return (found as KnowledgeRevisionRecord | null)?.revision ?? 0;
  }

  /** What its owner has approved and can be read, oldest first: the order stands still while documents are added. */
  async approved(accountId: string): Promise<KnowledgeDocument[]> {
    const found = await this.documents.collection
      .find<KnowledgeDocumentRecord>(
        { account_id: accountId, review: 'approved', state: 'ready' },
        { projection: { text: 0, draft: 0 }, sort: { _id: 1 } },
      )
      .toArray();
    return found.map(plain);
  }

  /**
   * Takes a page whose time has come, so that no other process fetches it meanwhile.
   * @param nextAt when it is due again, should this process die
   */
  async takeDue(now: Date, nextAt: Date): Promise<KnowledgeDocument | null> {
    return plainOrNull(
      (await this.documents.collection.findOneAndUpdate(
        { fetch_at: { $lte: now } },
        { $set: { fetch_at: nextAt } },
        { sort: { fetch_at: 1 }, returnDocument: 'after' },
      )) as unknown as KnowledgeDocumentRecord | null,
    );
  }

  private async countUp(accountId: string, session: ClientSession): Promise<void> {
    await this.revisions.collection.updateOne(
      { _id: accountId as never },
      { $inc: { revision: 1 } },
      { upsert: true, session },
    );
  }

  private filterOf(scope: TenantScope, accountId: string, id: string) {
    if (!/^[0-9a-f]{24}$/i.test(id)) return null;
    return { _id: new Types.ObjectId(id), account_id: accountId, ...ownerFilter(scope) };
  }
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function plainOrNull(record: KnowledgeDocumentRecord | null): KnowledgeDocument | null {
  return record && plain(record);
}

function plain(record: KnowledgeDocumentRecord): KnowledgeDocument {
  return { ...record, _id: record._id.toHexString() };
}

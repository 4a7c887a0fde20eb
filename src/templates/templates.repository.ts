import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { AccountSummary } from '../accounts/index.js';
import type { ChannelTemplate, TemplateChange } from '../channels/index.js';
import { TEMPLATE, type TemplateRecord } from './template.schema.js';

export type Template = Omit<TemplateRecord, '_id'> & { _id: string };
/** Where a page of templates begins: behind this one. */
export type TemplatePosition = Pick<TemplateRecord, 'name' | 'language'>;

/** Of a template that has to be asked for again. */
const longAgo = new Date(0);
/** Clocks differ, and notices count whole seconds. */
const clockSlackMs = 60_000;

/** What accounts' templates are, as the channel listed them. */
@Injectable()
export class TemplatesRepository {
  constructor(
    @InjectModel(TEMPLATE) private readonly model: Model<TemplateRecord>,
    private readonly clock: Clock,
  ) {}

  /** By name and language. @param filter of any status and name where it names none */
  async page(
    accountId: string,
    filter: { name?: string; status?: string },
    { after, limit }: { after?: TemplatePosition; limit: number },
  ): Promise<Template[]> {
    const behind = after && [{ name: after.name, language: { $gt: after.language } }, { name: { $gt: after.name } }];
    const found = await this.model.collection
      .find<TemplateRecord>(
        { platform_account_id: accountId, ...filter, ...(behind ? { $or: behind } : {}) },
        { sort: { name: 1, language: 1 }, limit, ignoreUndefined: true },
      )
      .toArray();
    return found.map(plain);
  }

  async find(accountId: string, name: string, language: string): Promise<Template | null> {
    const found = await this.model.collection.findOne<TemplateRecord>({
      platform_account_id: accountId,
      ...{ name, language },
    });
    return found && plain(found);
  }

  /** The languages in which there is one of this name. */
  async languagesOf(accountId: string, name: string): Promise<string[]> {
    const filter = { platform_account_id: accountId, name };
    const found = await this.model.collection
      .find<TemplateRecord>(filter, { projection: { language: 1 }, limit: 100 })
      .toArray();
    return found.map(({ language }) => language).sort();
  }

  /** Whether the channel listed all of them at that time or later, and there are any. */
  async areSyncedSince(accountId: string, since: Date): Promise<boolean> {
    const own = { platform_account_id: accountId };
    const [any, old] = await Promise.all([
      this.model.collection.findOne(own, { projection: { _id: 1 } }),
      this.model.collection.findOne({ ...own, synced_at: { $lt: since } }, { projection: { _id: 1 } }),
    ]);
    return any !== null && old === null;
  }

  /** Makes them what the channel has listed: what it did not list is gone. */
  async replaceAll(account: AccountSummary, listed: readonly ChannelTemplate[], listedAt: Date): Promise<void> {
    const { _id: platform_account_id, user_id } = account;
    const business_id = businessOf(account);
    const writes = listed.map(({ id, name, language, status, category, reason, quality, components }) => {
      const told = { category, reason, quality };
      const unset = Object.entries(told).flatMap(([field, value]) => (value === undefined ? [[field, '']] : []));
      return {
        updateOne: {
          filter: { platform_account_id, name, language },
          update: {
            $set: {
              ...{ user_id, business_id, template_id: id, status, components, synced_at: listedAt },
              ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
              updated_at: this.clock.date(),
            },
            ...(unset.length > 0 ? { $unset: Object.fromEntries(unset) as Record<string, ''> } : {}),
            $setOnInsert: { created_at: this.clock.date() },
          },
          upsert: true,
        },
      };
    });
    if (writes.length > 0) await this.model.collection.bulkWrite(writes, { ordered: false });
    await this.model.collection.deleteMany({ platform_account_id, synced_at: { $lt: listedAt } });
  }

  /** One that was just made; the next look asks the channel for what it made of it. */
  async add(
    account: AccountSummary,
    made: Pick<TemplateRecord, 'template_id' | 'name' | 'language' | 'status' | 'category' | 'components'>,
  ): Promise<Template> {
    const now = this.clock.date();
    const { _id: platform_account_id, user_id } = account;
    const { name, language, ...rest } = made;
    const about = { user_id, business_id: businessOf(account), ...rest, synced_at: longAgo, updated_at: now };
    const record = (await this.model.collection.findOneAndUpdate(
      { platform_account_id, name, language },
      { $set: about, $setOnInsert: { created_at: now } },
      { upsert: true, returnDocument: 'after', ignoreUndefined: true },
    )) as TemplateRecord;
    return plain(record);
  }

  /** What a notice says, for every account of the business; an older one than what is known changes nothing. */
  async applyChange(change: TemplateChange, toldAt: Date): Promise<void> {
    const { businessId, name, language, status, reason, quality, category, isRewritten } = change;
    await this.model.collection.updateMany(
      {
        ...{ business_id: businessId, name, language },
        $nor: [{ told_at: { $gt: toldAt } }, { synced_at: { $gt: new Date(toldAt.getTime() + clockSlackMs) } }],
      },
      {
        $set: {
          ...{ status, reason, quality, category, told_at: toldAt, updated_at: this.clock.date() },
          ...(isRewritten ? { synced_at: longAgo } : {}),
        },
      },
      { ignoreUndefined: true },
    );
  }

  async removeOf(accountId: string): Promise<void> {
    await this.model.collection.deleteMany({ platform_account_id: accountId });
  }
}

/** What the account's templates belong to: the business account that it was connected with. */
function businessOf({ page_id: businessId, external_id: externalId }: AccountSummary): string {
  return businessId ?? externalId;
}

const plain = (record: TemplateRecord): Template => ({ ...record, _id: String(record._id) });

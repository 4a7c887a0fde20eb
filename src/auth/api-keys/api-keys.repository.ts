import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { ownerFilter, type TenantScope } from '../principal.js';
import { API_KEY, type ApiKeyRecord } from './api-key.schema.js';

/** A key as it leaves the store: without its hash. */
export type StoredApiKey = Omit<ApiKeyRecord, '_id' | 'key_hash'> & { _id: string };

/** API keys by what programs show, and by whose they are. */
@Injectable()
export class ApiKeysRepository {
  constructor(@InjectModel(API_KEY) private readonly model: Model<ApiKeyRecord>) {}

  async insert(record: Omit<ApiKeyRecord, '_id'>): Promise<StoredApiKey> {
    const kept = { _id: new Types.ObjectId(), ...record };
    await this.model.collection.insertOne(kept, { ignoreUndefined: true });
    return plain(kept);
  }

  /** @returns `null` for one that was revoked or has expired, too */
  async findLive(keyHash: string, now: Date): Promise<StoredApiKey | null> {
    const found = await this.model.collection.findOne<ApiKeyRecord>({ key_hash: keyHash });
    return found && (found.expires_at === undefined || found.expires_at > now) ? plain(found) : null;
  }

  async noteUse(id: string, usedAt: Date): Promise<void> {
    await this.model.collection.updateOne({ _id: new Types.ObjectId(id) }, { $set: { used_at: usedAt } });
  }

  /** Newest first, with those that have expired. */
  async list(scope: TenantScope, { before, limit }: { before?: string; limit: number }): Promise<StoredApiKey[]> {
    const behind = before === undefined ? {} : { _id: { $lt: new Types.ObjectId(before) } };
    const found = await this.model.collection
      .find<ApiKeyRecord>({ ...tenantOf(scope), ...behind }, { sort: { _id: -1 }, limit })
      .toArray();
    return found.map(plain);
  }

  async count(tenantId: string): Promise<number> {
    return this.model.collection.countDocuments({ tenant_id: tenantId });
  }

  /** @returns the key that is no more, `null` when there is none of the scope's */
  async remove(scope: TenantScope, id: string): Promise<StoredApiKey | null> {
    const removed = await this.model.collection.findOneAndDelete({ _id: new Types.ObjectId(id), ...tenantOf(scope) });
    return removed && plain(removed as ApiKeyRecord);
  }

  /** Part of erasing a tenant. */
  async removeOfTenant(tenantId: string): Promise<void> {
    await this.model.collection.deleteMany({ tenant_id: tenantId });
  }
}

function tenantOf(scope: TenantScope): { tenant_id?: string } {
  const { user_id: tenant } = ownerFilter(scope);
  return tenant === undefined ? {} : { tenant_id: tenant };
}

function plain({ key_hash: _hash, ...key }: ApiKeyRecord): StoredApiKey {
  return { ...key, _id: String(key._id) };
}

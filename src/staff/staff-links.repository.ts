import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { TenantScope } from '../auth/index.js';
import { firstAdminLinkId, STAFF_LINK, type StaffLinkRecord } from './staff-link.schema.js';

/** A link without what opens it. */
export type StaffLink = Omit<StaffLinkRecord, 'token_hash'>;

/** Links by which people come in, each once. */
@Injectable()
export class StaffLinksRepository {
  constructor(
    @InjectModel(STAFF_LINK) private readonly model: Model<StaffLinkRecord>,
    private readonly clock: Clock,
  ) {}

  async insert(link: StaffLinkRecord): Promise<void> {
    await this.model.collection.insertOne({ ...link } as never);
  }

  /** The one before it opens nothing any more. */
  async replaceFirstAdmin({ _id, ...link }: StaffLinkRecord): Promise<void> {
    await this.model.collection.replaceOne({ _id: firstAdminLinkId } as never, link, { upsert: true });
  }

  /** Takes a link out for good, with the transaction that makes its person; `null` when it is not valid (any more). */
  async redeem(tokenHash: string, kind: 'first-admin' | 'invite', session: ClientSession): Promise<StaffLink | null> {
    const _id = kind === 'first-admin' ? firstAdminLinkId : { $ne: firstAdminLinkId };
    const filter = { token_hash: tokenHash, _id, expires_at: { $gt: this.clock.date() } };
    return (await this.model.collection.findOneAndDelete(filter as never, { session })) as StaffLink | null;
  }

  /** Part of erasing a tenant. */
  async removeOfTenant(tenantId: string): Promise<void> {
    await this.model.collection.deleteMany({ tenant_id: tenantId });
  }

  /** Open invitations, newest first. */
  async invites(scope: TenantScope, limit: number): Promise<StaffLink[]> {
    const filter = { ...tenantFilter(scope), _id: { $ne: firstAdminLinkId }, expires_at: { $gt: this.clock.date() } };
    return this.model.collection
      .find<StaffLink>(filter as never, { projection: { token_hash: 0 }, sort: { _id: -1 }, limit })
      .toArray();
  }

  /** @returns whose it was, `null` when there is none */
  async removeInvite(scope: TenantScope, id: string): Promise<string | null> {
    const removed = await this.model.collection.findOneAndDelete({ _id: id, ...tenantFilter(scope) } as never);
    return (removed as StaffLinkRecord | null)?.tenant_id ?? null;
  }
}

const tenantFilter = (scope: TenantScope): { tenant_id?: string } =>
  scope.kind === 'everyone' ? {} : { tenant_id: scope.userId };

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type ClientSession, type Connection, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { SealedSecret, SealedSecrets } from '../../accounts/index.js';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { endpointMessagesCollection } from '../messages/endpoint-message.schema.js';
import { secretContext } from './endpoint-secrets.service.js';
import {
  WEBHOOK_ENDPOINT,
  WebhookEndpointSchema,
  type DisabledReason,
  type EndpointSecret,
  type WebhookEndpointRecord,
} from './webhook-endpoint.schema.js';

/** An endpoint as other files see it: plain, its id a string. */
export type WebhookEndpoint = Omit<WebhookEndpointRecord, '_id'> & { _id: string };
export type NewWebhookEndpoint = Omit<WebhookEndpoint, 'created_at' | 'updated_at'>;
export type EndpointChange = Partial<Pick<WebhookEndpoint, 'url' | 'event_types' | 'description' | 'since'>>;

/** How many endpoints there are, by how they do. */
export type EndpointCounts = Record<'working' | 'failing' | 'disabled', number>;

/** The webhook endpoints of tenants. */
@Injectable()
export class WebhookEndpointsRepository {
  constructor(
    @InjectModel(WEBHOOK_ENDPOINT) private readonly model: Model<WebhookEndpointRecord>,
    private readonly clock: Clock,
  ) {}

  async insert(session: ClientSession, endpoint: NewWebhookEndpoint): Promise<WebhookEndpoint> {
    const now = this.clock.date();
    const record = { ...endpoint, created_at: now, updated_at: now };
    await this.model.collection.insertOne({ ...record, _id: new Types.ObjectId(endpoint._id) }, { session });
    return record;
  }

  /** Newest first. @param before the last id of the page before */
  async list(scope: TenantScope, { before, limit }: { before?: string; limit: number }): Promise<WebhookEndpoint[]> {
    const behind = before === undefined ? {} : { _id: { $lt: new Types.ObjectId(before) } };
    const found = await this.model.collection
      .find<WebhookEndpointRecord>({ ...ownerFilter(scope), ...behind }, { sort: { _id: -1 }, limit })
      .toArray();
    return found.map(plain);
  }

  async find(scope: TenantScope, id: string): Promise<WebhookEndpoint | null> {
    const found = await this.model.collection.findOne<WebhookEndpointRecord>(ofTenant(scope, id));
    return found && plain(found);
  }

  async count(tenant: string): Promise<number> {
    return this.model.collection.countDocuments({ user_id: tenant });
  }

  /** All that are to be told, of all tenants. */
  async findEnabled(session?: ClientSession): Promise<WebhookEndpoint[]> {
    return (await this.model.collection.find<WebhookEndpointRecord>({ enabled: true }, { session }).toArray()).map(
      plain,
    );
  }

  /** @returns it as it is then; `null` when it is not there */
  async change(
    session: ClientSession,
    scope: TenantScope,
    id: string,
    change: EndpointChange,
  ): Promise<WebhookEndpoint | null> {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return this.update(ofTenant(scope, id), { $set: given }, session);
  }

  /** Whether or not it is so already. */
  async enable(session: ClientSession, id: string, since: string): Promise<WebhookEndpoint | null> {
    const gone = { disabled_reason: 1, disabled_at: 1, failing_since: 1 } as const;
    return this.update({ _id: oid(id) }, { $set: { enabled: true, since }, $unset: gone }, session);
  }

  /** @returns `null` when it is not there, or is disabled already */
  async disable(session: ClientSession, id: string, reason: DisabledReason): Promise<WebhookEndpoint | null> {
    const $set = { enabled: false, disabled_reason: reason, disabled_at: this.clock.date() };
    return this.update({ _id: oid(id), enabled: true }, { $set }, session);
  }

  /** @param before as they were read; others have replaced them meanwhile: `null` */
  async putSecrets(
    scope: TenantScope,
    { _id, secrets: before }: Pick<WebhookEndpoint, '_id' | 'secrets'>,
    secrets: EndpointSecret[],
  ): Promise<WebhookEndpoint | null> {
    return this.update({ ...ofTenant(scope, _id), secrets: before }, { $set: { secrets } });
  }

  async remove(session: ClientSession, scope: TenantScope, id: string): Promise<boolean> {
    return (await this.model.collection.deleteOne(ofTenant(scope, id), { session })).deletedCount === 1;
  }

  /** Which of those that are enabled have endpoint messages whose time has come. */
  async findIdsWithDue(now: Date): Promise<string[]> {
    const found = await this.model.collection
      .aggregate<{ _id: Types.ObjectId }>([
        { $match: { enabled: true } },
        {
          $lookup: {
            from: endpointMessagesCollection,
            localField: '_id',
            foreignField: 'endpoint_id',
            pipeline: [{ $match: { next_attempt_at: { $lte: now } } }, { $limit: 1 }, { $project: { _id: 1 } }],
            as: 'due',
          },
        },
        { $match: { 'due.0': { $exists: true } } },
        { $project: { _id: 1 } },
      ])
      .toArray();
    return found.map(({ _id }) => _id.toHexString());
  }

  /** The right to post to it, for one worker at a time. @returns `null` when it is disabled, gone, or another has it */
  async claimPosting(id: string, until: Date): Promise<WebhookEndpoint | null> {
    const free = [{ posting_until: null }, { posting_until: { $lte: this.clock.date() } }];
    const filter = { _id: oid(id), enabled: true, $or: free };
    const claimed = await this.model.collection.findOneAndUpdate(
      filter,
      { $set: { posting_until: until } },
      { returnDocument: 'after' },
    );
    return claimed && plain(claimed as unknown as WebhookEndpointRecord);
  }

  async releasePosting(id: string, until: Date): Promise<void> {
    await this.model.collection.updateOne({ _id: oid(id), posting_until: until }, { $unset: { posting_until: 1 } });
  }

  /** As it is now, while it is enabled and still held. */
  async findServed(id: string, heldUntil: Date | undefined): Promise<WebhookEndpoint | null> {
    const filter = { _id: oid(id), enabled: true, posting_until: heldUntil };
    const found = await this.model.collection.findOne<WebhookEndpointRecord>(filter);
    return found && plain(found);
  }

  async noteSuccess(id: string): Promise<void> {
    await this.model.collection.updateOne(
      { _id: oid(id), failing_since: { $ne: null } },
      { $unset: { failing_since: 1 } },
    );
  }

  /** @returns since when it fails */
  async noteFailure(id: string): Promise<Date | undefined> {
    const now = this.clock.date();
    await this.model.collection.updateOne({ _id: oid(id), failing_since: null }, { $set: { failing_since: now } });
    const found = await this.model.collection.findOne<WebhookEndpointRecord>({ _id: oid(id) });
    return found?.failing_since;
  }

  async counts(): Promise<EndpointCounts> {
    const { collection } = this.model;
    const [enabled, failing, disabled] = await Promise.all([
      collection.countDocuments({ enabled: true }),
      collection.countDocuments({ enabled: true, failing_since: { $ne: null } }),
      collection.countDocuments({ enabled: false }),
    ]);
    return { working: enabled - failing, failing, disabled };
  }

  /** @returns ids of those that were there */
  async eraseTenant(session: ClientSession, tenant: string): Promise<string[]> {
    const found = await this.model.collection.find({ user_id: tenant }, { session, projection: { _id: 1 } }).toArray();
    await this.model.collection.deleteMany({ user_id: tenant }, { session });
    return found.map(({ _id }) => _id.toHexString());
  }

  private async update(
    filter: object,
    { $set, $unset }: { $set: object; $unset?: Record<string, 1> },
    session?: ClientSession,
  ): Promise<WebhookEndpoint | null> {
    const changed = await this.model.collection.findOneAndUpdate(
      filter,
      { $set: { ...$set, updated_at: this.clock.date() }, ...($unset ? { $unset } : {}) },
      { session, returnDocument: 'after' },
    );
    return changed && plain(changed as unknown as WebhookEndpointRecord);
  }
}

/** The sealed secrets, for a command beside the running server that puts them under another key. */
export function endpointSecretsOver(connection: Connection): SealedSecrets {
  const { collection } = connection.model<WebhookEndpointRecord, Model<WebhookEndpointRecord>>(
    WEBHOOK_ENDPOINT,
    WebhookEndpointSchema,
  );
  return {
    findSealed: async (afterId, limit) => {
      const after = afterId === undefined ? {} : { _id: { $gt: new Types.ObjectId(afterId) } };
      const found = await collection.find<WebhookEndpointRecord>(after, { sort: { _id: 1 }, limit }).toArray();
      const sealedIn = ({ _id, secrets }: WebhookEndpointRecord) =>
        secrets.map(({ sealed }): SealedSecret => {
          const replaceBy = async (to: string): Promise<boolean> => {
            const { modifiedCount } = await collection.updateOne(
              { _id, 'secrets.sealed': sealed },
              { $set: { 'secrets.$.sealed': to } },
            );
            return modifiedCount === 1;
          };
          const id = _id.toHexString();
          return {
            what: `a secret of the webhook endpoint ${id}`,
            envelope: sealed,
            context: secretContext(id),
            replaceBy,
          };
        });
      return { lastId: found.at(-1)?._id.toHexString(), found: found.flatMap(sealedIn) };
    },
  };
}

const oid = (id: string): Types.ObjectId => new Types.ObjectId(id);
const ofTenant = (scope: TenantScope, id: string) => ({ _id: oid(id), ...ownerFilter(scope) });
const plain = (record: WebhookEndpointRecord): WebhookEndpoint => ({ ...record, _id: record._id.toHexString() });

import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Types, type ClientSession, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { Role, TenantScope } from '../auth/index.js';
import { EmailTakenError } from './staff.errors.js';
import { STAFF, type StaffRecord } from './staff.schema.js';

/** A person as the store has them; the password is read by {@link StaffRepository.findForSignIn} alone. */
export type StaffMember = Omit<StaffRecord, '_id' | 'password'> & { _id: string };

const duplicateKey = 11_000;
const withoutPassword = { password: 0 } as const;

/** The people who may sign in. */
@Injectable()
export class StaffRepository {
  constructor(
    @InjectModel(STAFF) private readonly model: Model<StaffRecord>,
    private readonly clock: Clock,
  ) {}

  /** Whoever joins comes in by the password that they chose just now. @throws {EmailTakenError} */
  async insert(
    person: Pick<StaffRecord, 'tenant_id' | 'email' | 'name' | 'role' | 'password'>,
    session: ClientSession,
  ): Promise<StaffMember> {
    const now = this.clock.date();
    const times = { last_sign_in_at: now, created_at: now, updated_at: now };
    const record: StaffRecord = { _id: new Types.ObjectId(), ...person, ...times };
    try {
      await this.model.collection.insertOne({ ...record }, { session });
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== duplicateKey) throw error;
      throw new EmailTakenError('Somebody signs in with this address already.', { cause: error });
    }
    const { password: _password, ...rest } = record;
    return { ...rest, _id: String(record._id) };
  }

  /** Part of erasing a tenant. */
  async removeOfTenant(tenantId: string): Promise<void> {
    await this.model.collection.deleteMany({ tenant_id: tenantId });
  }

  /** Whoever has this address, with the password to compare. */
  async findForSignIn(email: string): Promise<{ person: StaffMember; password: string } | null> {
    return withPassword(await this.model.collection.findOne<StaffRecord>({ email }));
  }

  async findWithPassword(id: string): Promise<{ person: StaffMember; password: string } | null> {
    return withPassword(await this.model.collection.findOne<StaffRecord>({ _id: idOf(id) }));
  }

  /** Of a caller who is a person; `null` for a program's token. */
  async findSelf(id: string): Promise<StaffMember | null> {
    if (!Types.ObjectId.isValid(id)) return null;
    return plain(await this.model.collection.findOne<StaffRecord>({ _id: idOf(id) }, { projection: withoutPassword }));
  }

  async find(scope: TenantScope, id: string): Promise<StaffMember | null> {
    return plain(
      await this.model.collection.findOne<StaffRecord>(
        { _id: idOf(id), ...tenantFilter(scope) },
        { projection: withoutPassword },
      ),
    );
  }

  /** Newest first. @param before the last id of the page before */
  async list(scope: TenantScope, { before, limit }: { before?: string; limit: number }): Promise<StaffMember[]> {
    const found = await this.model.collection
      .find<StaffRecord>(
        { ...tenantFilter(scope), ...(before ? { _id: { $lt: idOf(before) } } : {}) },
        { projection: withoutPassword, sort: { _id: -1 }, limit },
      )
      .toArray();
    return found.flatMap((one) => plain(one) ?? []);
  }

  async isEmpty(session?: ClientSession): Promise<boolean> {
    return (await this.model.collection.findOne({}, { projection: { _id: 1 }, session })) === null;
  }

  async hasEmail(tenantId: string, email: string): Promise<boolean> {
    const found = await this.model.collection.findOne({ email, tenant_id: tenantId }, { projection: { _id: 1 } });
    return found !== null;
  }

  /**
   * Notes that somebody signs in, as long as they still may with this password: whoever changes that meanwhile
   * conflicts.
   */
  async claimSignIn(id: string, password: string, session: ClientSession): Promise<boolean> {
    const { matchedCount } = await this.model.collection.updateOne(
      { _id: idOf(id), password, disabled_at: null },
      { $set: { last_sign_in_at: this.clock.date() } },
      { session },
    );
    return matchedCount === 1;
  }

  /** @returns `false` when it was changed since it was read */
  async setPassword(id: string, { from, to }: { from: string; to: string }, session?: ClientSession): Promise<boolean> {
    const { matchedCount } = await this.model.collection.updateOne(
      { _id: idOf(id), password: from },
      { $set: { password: to, updated_at: this.clock.date() } },
      { session },
    );
    return matchedCount === 1;
  }

  /** @returns the person afterwards; `null` when there is none within the scope */
  async change(
    scope: TenantScope,
    id: string,
    { name, role, disabled }: { name?: string; role?: Role; disabled?: boolean },
    session: ClientSession,
  ): Promise<StaffMember | null> {
    const now = this.clock.date();
    const $set = {
      ...(name === undefined ? {} : { name }),
      ...(role === undefined ? {} : { role }),
      ...(disabled === true ? { disabled_at: now } : {}),
      updated_at: now,
    };
    const $unset = disabled === false ? { $unset: { disabled_at: '' } } : {};
    const changed = await this.model.collection.findOneAndUpdate(
      { _id: idOf(id), ...tenantFilter(scope) },
      { $set, ...$unset },
      { session, returnDocument: 'after', projection: withoutPassword },
    );
    return plain(changed as StaffRecord | null);
  }

  async remove(scope: TenantScope, id: string, session: ClientSession): Promise<boolean> {
    const filter = { _id: idOf(id), ...tenantFilter(scope) };
    return (await this.model.collection.deleteOne(filter, { session })).deletedCount === 1;
  }
}

const idOf = (id: string): Types.ObjectId => new Types.ObjectId(id);
const tenantFilter = (scope: TenantScope): { tenant_id?: string } =>
  scope.kind === 'everyone' ? {} : { tenant_id: scope.userId };

function plain(record: StaffRecord | null): StaffMember | null {
  return record && { ...record, _id: String(record._id) };
}

function withPassword(record: StaffRecord | null): { person: StaffMember; password: string } | null {
  if (!record) return null;
  const { password, ...person } = record;
  return { person: { ...person, _id: String(record._id) }, password };
}

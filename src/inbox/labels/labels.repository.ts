import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import { LABEL, type LabelRecord } from './label.schema.js';

export type Label = Omit<LabelRecord, '_id'> & { _id: string };

const oneSpelling = (name: string): string => name.normalize('NFKC').toLocaleLowerCase('en');

/** The labels of tenants. */
@Injectable()
export class LabelsRepository {
  constructor(
    @InjectModel(LABEL) private readonly model: Model<LabelRecord>,
    private readonly clock: Clock,
  ) {}

  async list(tenant: string): Promise<Label[]> {
    const found = await this.model.collection.find<LabelRecord>({ user_id: tenant }, { sort: { key: 1 } }).toArray();
    return found.map((label) => ({ ...label, _id: String(label._id) }));
  }

  async count(tenant: string): Promise<number> {
    return this.model.collection.countDocuments({ user_id: tenant });
  }

  /** Which of these are the tenant's. */
  async known(tenant: string, ids: readonly string[]): Promise<Set<string>> {
    const filter = { user_id: tenant, _id: { $in: ids.map((id) => new Types.ObjectId(id)) } };
    const found = await this.model.collection.find(filter, { projection: { _id: 1 } }).toArray();
    return new Set(found.map(({ _id }) => String(_id)));
  }

  /** @throws {MongoServerError} 11000: there is one of that name */
  async insert(tenant: string, { name, color }: Pick<LabelRecord, 'name' | 'color'>): Promise<Label> {
    const now = this.clock.date();
    const times = { created_at: now, updated_at: now };
    const label = { _id: new Types.ObjectId(), user_id: tenant, name, key: oneSpelling(name), color, ...times };
    await this.model.collection.insertOne(label);
    return { ...label, _id: String(label._id) };
  }

  /** @throws {MongoServerError} 11000: there is one of that name */
  async change(tenant: string, id: string, { name, color }: { name?: string; color?: string }): Promise<Label | null> {
    const changed = (await this.model.collection.findOneAndUpdate(
      { _id: new Types.ObjectId(id), user_id: tenant },
      {
        $set: {
          ...(name === undefined ? {} : { name, key: oneSpelling(name) }),
          ...(color === undefined ? {} : { color }),
          updated_at: this.clock.date(),
        },
      },
      { returnDocument: 'after' },
    )) as LabelRecord | null;
    return changed && { ...changed, _id: String(changed._id) };
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    const filter = { _id: new Types.ObjectId(id), user_id: tenant };
    return (await this.model.collection.deleteOne(filter)).deletedCount === 1;
  }

  async eraseTenant(tenant: string): Promise<void> {
    await this.model.collection.deleteMany({ user_id: tenant });
  }
}

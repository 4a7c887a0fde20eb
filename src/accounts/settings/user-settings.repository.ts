import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import mongoose, { Model } from 'mongoose';
import { ChannelsService } from '../../channels/index.js';
import type { AgentSettingsPatch } from './agent-settings.js';
import { USER_SETTINGS, type UserConfigRecord, type UserSettingsRecord } from './user-settings.schema.js';

const { trusted } = mongoose;

@Injectable()
export class UserSettingsRepository {
  /** A tenant's settings hold the accounts of all channels; the contract has them under the first one's name. */
  private readonly platform: string;

  constructor(
    @InjectModel(USER_SETTINGS) private readonly model: Model<UserSettingsRecord>,
    channels: ChannelsService,
  ) {
    this.platform = channels.first.platform;
  }

  /** The tenant's settings, made on first sight. */
  async ensure(userId: string): Promise<UserSettingsRecord> {
    return this.model
      .findOneAndUpdate(
        { user_id: userId, platform: this.platform },
        { $setOnInsert: { is_active: true, is_deleted: false, configs: [] } },
        { upsert: true, returnDocument: 'after', timestamps: { createdAt: true, updatedAt: false } },
      )
      .lean<UserSettingsRecord>();
  }

  async find(userId: string): Promise<UserSettingsRecord | null> {
    return this.model.collection.findOne<UserSettingsRecord>({ user_id: userId, platform: this.platform });
  }

  async findOfUsers(userIds: string[]): Promise<UserSettingsRecord[]> {
    return this.model
      .find({ user_id: trusted({ $in: userIds }), platform: this.platform })
      .lean<UserSettingsRecord[]>();
  }

  async replace(
    userId: string,
    fields: Partial<Pick<UserSettingsRecord, 'is_active' | 'is_deleted' | 'configs'>>,
  ): Promise<UserSettingsRecord> {
    return this.model
      .findOneAndUpdate(
        { user_id: userId, platform: this.platform },
        { $set: { is_deleted: false, ...fields } },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<UserSettingsRecord>();
  }

  /** Sets the named agent fields (`null` removes one) of the account's config, making the config if needed. */
  async patchAgent(userId: string, accountId: string, configName: string, patch: AgentSettingsPatch): Promise<void> {
    await this.ensure(userId);
    const fresh: UserConfigRecord = {
      config_name: configName,
      account_id: accountId,
      is_active: true,
      is_deleted: false,
      agent: {},
    };
    // Two writes, each conditional: of two processes that add the config at once, one does.
    await this.model.updateOne(
      { user_id: userId, platform: this.platform, 'configs.account_id': trusted({ $ne: accountId }) },
      { $push: { configs: fresh } },
    );
    const set: Record<string, unknown> = { 'configs.$.is_deleted': false };
    const unset: Record<string, 1> = {};
    for (const [key, value] of Object.entries(patch)) {
      if (value === undefined || value === null) unset[`configs.$.agent.${key}`] = 1;
      else set[`configs.$.agent.${key}`] = value;
    }
    await this.model.updateOne(
      { user_id: userId, platform: this.platform, 'configs.account_id': accountId },
      { $set: set, ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}) },
    );
  }

  /** Takes the account's config out of use; its settings stay for a reconnect. */
  async markConfigDeleted(userId: string, accountId: string): Promise<void> {
    await this.model.updateOne(
      { user_id: userId, platform: this.platform, 'configs.account_id': accountId },
      { $set: { 'configs.$.is_deleted': true } },
    );
  }

  async remove(userId: string): Promise<void> {
    await this.model.deleteOne({ user_id: userId, platform: this.platform });
  }

  async removeConfig(userId: string, accountId: string): Promise<void> {
    await this.model.updateOne(
      { user_id: userId, platform: this.platform },
      { $pull: { configs: { account_id: accountId } } },
    );
  }
}

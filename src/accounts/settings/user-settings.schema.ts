import { Schema, type Types } from 'mongoose';
import type { AgentSettingsPatch } from './agent-settings.js';

export interface UserConfigRecord {
  config_name: string;
  /** `accounts._id` as hex. */
  account_id: string;
  is_active: boolean;
  is_deleted: boolean;
  /** What was configured; the rest follows the defaults, also when those change. */
  agent: AgentSettingsPatch;
}

export interface UserSettingsRecord {
  _id: Types.ObjectId;
  user_id: string;
  /** The contract's; see `UserSettingsRepository`. */
  platform: string;
  is_active: boolean;
  is_deleted: boolean;
  configs: UserConfigRecord[];
  created_at: Date;
  updated_at: Date;
}

export const USER_SETTINGS = 'UserSettings';

const UserConfigSchema = new Schema<UserConfigRecord>(
  {
    config_name: { type: String, required: true },
    account_id: { type: String, required: true },
    is_active: { type: Boolean, required: true, default: true },
    is_deleted: { type: Boolean, required: true, default: false },
    agent: { type: Schema.Types.Mixed, default: {} },
  },
  { _id: false, minimize: false },
);

export const UserSettingsSchema = new Schema<UserSettingsRecord>(
  {
    user_id: { type: String, required: true },
    platform: { type: String, required: true },
    is_active: { type: Boolean, required: true, default: true },
    is_deleted: { type: Boolean, required: true, default: false },
    configs: { type: [UserConfigSchema], default: [] },
  },
  { collection: 'user_settings', timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' }, minimize: false },
);

// A tenant has one record a platform; the agent reads it before each answer.
UserSettingsSchema.index({ user_id: 1, platform: 1 }, { unique: true });

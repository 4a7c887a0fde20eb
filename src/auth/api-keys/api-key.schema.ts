import { Schema, type Types } from 'mongoose';
import type { Role } from '../principal.js';

/** The model's name. */
export const API_KEY = 'ApiKey';

/** What a program of a tenant shows in place of a password. */
export interface ApiKeyRecord {
  _id: Types.ObjectId;
  /** Whose data it opens. */
  tenant_id: string;
  /** As its owner calls it. */
  name: string;
  role: Role;
  /** SHA-256 of the key, as hex: 256 random bits need no slow hash. */
  key_hash: string;
  /** The key's last characters, by which people tell theirs apart. */
  ends_with: string;
  /** Who made it. */
  created_by: string;
  created_at: Date;
  /** Written every few minutes at most. */
  used_at?: Date;
  /** Left out: until it is revoked. */
  expires_at?: Date;
}

export const ApiKeySchema = new Schema<ApiKeyRecord>(
  {
    tenant_id: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, required: true },
    key_hash: { type: String, required: true },
    ends_with: { type: String, required: true },
    created_by: { type: String, required: true },
    created_at: { type: Date, required: true },
    used_at: Date,
    expires_at: Date,
  },
  { collection: 'api_keys' },
);

// Every request with a key.
ApiKeySchema.index({ key_hash: 1 }, { unique: true });
// GET /api-keys of a tenant, newest first.
ApiKeySchema.index({ tenant_id: 1, _id: -1 });

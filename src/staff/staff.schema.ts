import { Schema, type Types } from 'mongoose';
import type { Role } from '../auth/index.js';

/** The model's name. */
export const STAFF = 'StaffMember';

/** A person who may sign in. */
export interface StaffRecord {
  _id: Types.ObjectId;
  /** Whose data they work on. */
  tenant_id: string;
  /** Folded; one person has one, whatever tenant. */
  email: string;
  name: string;
  role: Role;
  /** As `PasswordsService` writes it. */
  password: string;
  /** They may not sign in; their name stays on what they wrote. */
  disabled_at?: Date;
  last_sign_in_at?: Date;
  created_at: Date;
  updated_at: Date;
}

export const StaffSchema = new Schema<StaffRecord>(
  {
    tenant_id: { type: String, required: true },
    email: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, required: true },
    password: { type: String, required: true },
    disabled_at: Date,
    last_sign_in_at: Date,
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'staff' },
);

// Signing in; and nobody is there twice.
StaffSchema.index({ email: 1 }, { unique: true });
// GET /staff of a tenant, newest first.
StaffSchema.index({ tenant_id: 1, _id: -1 });

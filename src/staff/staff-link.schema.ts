import { Schema } from 'mongoose';
import type { Role } from '../auth/index.js';

/** The model's name. */
export const STAFF_LINK = 'StaffLink';

/** The id of the one link by which the first administrator comes in: a new one replaces it. */
export const firstAdminLinkId = 'first-admin';

/** A link that makes one person a member of the staff, once. */
export interface StaffLinkRecord {
  /** {@link firstAdminLinkId}, or an id of its own for an invitation. */
  _id: string;
  /** SHA-256 of its token, as hex. */
  token_hash: string;
  tenant_id: string;
  role: Role;
  /** Whom it invites; the first administrator says it themselves. */
  email?: string;
  /** Who made it. */
  invited_by: string;
  created_at: Date;
  expires_at: Date;
}

export const StaffLinkSchema = new Schema<StaffLinkRecord>(
  {
    _id: { type: String, required: true },
    token_hash: { type: String, required: true },
    tenant_id: { type: String, required: true },
    role: { type: String, required: true },
    email: String,
    invited_by: { type: String, required: true },
    created_at: { type: Date, required: true },
    expires_at: { type: Date, required: true },
  },
  { collection: 'staff_links' },
);

// Whoever opens a link.
StaffLinkSchema.index({ token_hash: 1 }, { unique: true });
// GET /staff/invites of a tenant.
StaffLinkSchema.index({ tenant_id: 1, _id: -1 });
// MongoDB takes away what has run out.
StaffLinkSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });

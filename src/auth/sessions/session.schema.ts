import { Schema, type Types } from 'mongoose';
import type { Role } from '../principal.js';

/** The model's name. */
export const SESSION = 'Session';

/**
 * A person signed in at one browser. What they may do stands here as it was when they signed in: whoever changes a
 * person's role or tenant ends their sessions.
 */
export interface SessionRecord {
  _id: Types.ObjectId;
  /** SHA-256 of the cookie's token, as hex. */
  token_hash: string;
  staff_id: string;
  tenant_id: string;
  role: Role;
  /** As the browser named itself: by it people tell their sessions apart. */
  user_agent: string;
  created_at: Date;
  /** Written every few minutes at most. */
  seen_at: Date;
  expires_at: Date;
}

export const SessionSchema = new Schema<SessionRecord>(
  {
    token_hash: { type: String, required: true },
    staff_id: { type: String, required: true },
    tenant_id: { type: String, required: true },
    role: { type: String, required: true },
    user_agent: { type: String, default: '' },
    created_at: { type: Date, required: true },
    seen_at: { type: Date, required: true },
    expires_at: { type: Date, required: true },
  },
  { collection: 'sessions' },
);

// Every request with a cookie.
SessionSchema.index({ token_hash: 1 }, { unique: true });
// A person's list, and ending all of them.
SessionSchema.index({ staff_id: 1 });
// MongoDB takes away what has ended.
SessionSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });

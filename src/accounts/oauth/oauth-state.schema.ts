import { Schema } from 'mongoose';
import type { Role } from '../../auth/index.js';
import type { AccountLogin } from '../account.schema.js';

/** One attempt to connect, from the start to the way back from Meta. */
export interface OAuthStateRecord {
  /** SHA-256 of the nonce in the state: whoever reads the database can't make a state of it. */
  _id: string;
  login: AccountLogin;
  /** The tenant the account will belong to. */
  user_id: string;
  /** Who asked, where it is not the tenant itself. */
  actor?: { actor: string; role: Role };
  /** SHA-256 of the cookie of the browser that asked: nobody else's way back is accepted. */
  browser_hash: string;
  expires_at: Date;
  used_at?: Date;
  created_at: Date;
}

export const OAUTH_STATE = 'OAuthState';

export const OAuthStateSchema = new Schema<OAuthStateRecord>(
  {
    _id: String,
    login: { type: String, required: true },
    user_id: { type: String, required: true },
    actor: Schema.Types.Mixed,
    browser_hash: { type: String, required: true },
    expires_at: { type: Date, required: true },
    used_at: Date,
    created_at: { type: Date, required: true },
  },
  { collection: 'oauth_states', timestamps: false },
);

// Kept a day past their end, so that a late or repeated return is told what it is.
OAuthStateSchema.index({ expires_at: 1 }, { expireAfterSeconds: 86_400 });

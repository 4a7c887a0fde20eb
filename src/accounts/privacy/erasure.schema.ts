import { Schema, type Types } from 'mongoose';

/** What was removed so far; figures alone, they stay on the receipt. */
export interface ErasureCounts {
  dms?: number;
  conversations?: number;
  deliveries?: number;
  media?: number;
  accounts?: number;
}

/** A request to erase, and afterwards its receipt, which holds no personal data. */
export interface ErasureRecord {
  _id: Types.ObjectId;
  /** Meta's confirmation code: whoever has it may see the state. */
  code: string;
  /** The same signed_request again is the same erasure. */
  request_hash: string;
  /** Keyed hash of the person's id (`SubjectHashesService`): answers "was this person erased?" without keeping the id. */
  subject_hash: string;
  /**
   * `account`: everything about the accounts in `account_ids`; `tenant`: that, and what is the tenant's own; `person`: what
   * a customer wrote, to these accounts or, where none are named, to any.
   */
  kind: 'account' | 'person' | 'tenant';
  /** The tenant whose data it is, where one asked over the API: who may see the receipt. */
  user_id?: string;
  /** Removed on completion. */
  subject_id?: string;
  account_ids?: string[];
  state: 'queued' | 'running' | 'done' | 'failed';
  counts: ErasureCounts;
  attempts: number;
  claimed_until?: Date;
  error?: string;
  requested_at: Date;
  completed_at?: Date;
}

export const ERASURE = 'Erasure';

export const ErasureSchema = new Schema<ErasureRecord>(
  {
    code: { type: String, required: true },
    request_hash: { type: String, required: true },
    subject_hash: { type: String, required: true },
    kind: { type: String, required: true, enum: ['account', 'person', 'tenant'] },
    user_id: String,
    subject_id: String,
    account_ids: { type: [String], default: undefined },
    state: { type: String, required: true, enum: ['queued', 'running', 'done', 'failed'] },
    counts: { type: Schema.Types.Mixed, required: true, default: {} },
    attempts: { type: Number, required: true, default: 0 },
    claimed_until: Date,
    error: String,
    requested_at: { type: Date, required: true },
    completed_at: Date,
  },
  { collection: 'erasures', timestamps: false, minimize: false },
);

// GET /meta/data-deletion/{code}.
ErasureSchema.index({ code: 1 }, { unique: true });
// Whether a person was erased, asked before their messages are fetched from Meta.
ErasureSchema.index({ subject_hash: 1, requested_at: -1 });
// A repeated request finds its erasure.
ErasureSchema.index({ request_hash: 1 }, { unique: true });
// The sweep over what is not done.
ErasureSchema.index({ state: 1, requested_at: 1 });

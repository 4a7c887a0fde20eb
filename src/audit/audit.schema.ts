import { Schema, type Types } from 'mongoose';
import type { Principal } from '../auth/index.js';

/** What an entry is about, by our ids; of a customer a keyed hash, of staff also the address they signed in with. */
export type AuditTarget = Record<string, string>;

/** As what it was done: by whoever asked, by what acts by itself, or by who could not show who they are. */
export type AuditRole = Principal['role'] | 'system' | 'meta' | 'unknown';

/** One thing that somebody did. Rows are added and never changed, and go by age; ids only, nothing anybody wrote. */
export interface AuditRecord {
  _id: Types.ObjectId;
  at: Date;
  /** Whose data it was done to. Entries of a request as a whole have none, and those of before there were any. */
  tenant_id?: string;
  /** The person's or program's id. */
  actor: string;
  /** Entries of before it was noted are all of admins. */
  role?: AuditRole;
  /** How they had shown who they are. */
  via?: string;
  /** One of `auditActions`; or method and route pattern, such as `POST /admin/deliveries/:id/replay`. */
  action: string;
  target: AuditTarget;
  /** Names of the fields that were written. */
  changed?: string[];
  /** HTTP status of the answer, of requests as a whole: refused attempts are kept too. */
  status?: number;
  /** Where the request came from. */
  address?: string;
  user_agent?: string;
  request_id?: string;
}

export const AUDIT = 'Audit';

export const AuditSchema = new Schema<AuditRecord>(
  {
    at: { type: Date, required: true },
    tenant_id: String,
    actor: { type: String, required: true },
    role: String,
    via: String,
    action: { type: String, required: true },
    target: { type: Schema.Types.Mixed, required: true },
    changed: { type: [String], default: undefined },
    status: Number,
    address: String,
    user_agent: String,
    request_id: String,
  },
  { collection: 'audit_log', minimize: false },
);

// How long entries are kept is a setting: audit.module.ts has the TTL.
// GET /admin/audit-log, newest first: of all admins, of one.
AuditSchema.index({ role: 1, _id: -1 });
AuditSchema.index({ actor: 1, _id: -1 });
// GET /audit-log of a tenant, newest first: all of it, of one actor, one action, one account, one customer.
AuditSchema.index({ tenant_id: 1, _id: -1 });
AuditSchema.index({ tenant_id: 1, actor: 1, _id: -1 });
AuditSchema.index({ tenant_id: 1, action: 1, _id: -1 });
AuditSchema.index(
  { tenant_id: 1, 'target.account_id': 1, _id: -1 },
  { partialFilterExpression: { 'target.account_id': { $exists: true } } },
);
AuditSchema.index(
  { tenant_id: 1, 'target.person': 1, _id: -1 },
  { partialFilterExpression: { 'target.person': { $exists: true } } },
);

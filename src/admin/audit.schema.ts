import { Schema, type Types } from 'mongoose';

/** One thing an admin did. Rows are added and never changed, and go by age; ids only, nothing anybody wrote. */
export interface AuditRecord {
  _id: Types.ObjectId;
  at: Date;
  /** `sub` of the token. */
  actor: string;
  /** Method and route pattern, such as `POST /admin/deliveries/:id/replay`. */
  action: string;
  /** The route's parameters: what it was done to. */
  target: Record<string, string>;
  /** HTTP status of the answer: refused attempts are kept too. */
  status: number;
  request_id: string;
}

export const AuditSchema = new Schema<AuditRecord>(
  {
    at: { type: Date, required: true },
    actor: { type: String, required: true },
    action: { type: String, required: true },
    target: { type: Schema.Types.Mixed, required: true },
    status: { type: Number, required: true },
    request_id: { type: String, required: true },
  },
  { collection: 'audit_log', minimize: false },
);

// How long entries are kept is a setting: audit-retention.service.ts has the TTL.
// GET /admin/audit-log of one admin, newest first; without a filter `_id` serves.
AuditSchema.index({ actor: 1, _id: -1 });

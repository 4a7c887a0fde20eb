import { Schema, type Types } from 'mongoose';

/** Lines by their type. */
export type ExportCounts = Record<string, number>;

/** What is to be written next. */
export interface ExportPosition {
  /** Which of the export's parts; see `ExportSourcesService`. */
  part: number;
  /** Where that part goes on. */
  after?: string;
}

/** Everything of a customer, an account or a tenant, asked for as a file. */
export interface ExportRecord {
  _id: Types.ObjectId;
  /** The tenant whose data it is, and who may see it. */
  user_id: string;
  kind: 'person' | 'account' | 'tenant';
  account_ids: string[];
  participant_id?: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  position: ExportPosition;
  /** Pieces of the file that are written. */
  chunks: number;
  counts: ExportCounts;
  /** Of the whole file. */
  bytes: number;
  attempts: number;
  claimed_until?: Date;
  error?: string;
  requested_at: Date;
  completed_at?: Date;
  /** It goes then, whatever its state. */
  expires_at: Date;
}

/** A piece of the file: whole lines, compressed. */
export interface ExportChunkRecord {
  /** `<export>:<number>`. */
  _id: string;
  export_id: Types.ObjectId;
  number: number;
  data: Buffer;
  expires_at: Date;
}

export const EXPORT = 'DataExport';
export const EXPORT_CHUNK = 'DataExportChunk';

export const ExportSchema = new Schema<ExportRecord>(
  {
    user_id: { type: String, required: true },
    kind: { type: String, required: true, enum: ['person', 'account', 'tenant'] },
    account_ids: { type: [String], required: true },
    participant_id: String,
    state: { type: String, required: true, enum: ['queued', 'running', 'done', 'failed'] },
    position: { type: Schema.Types.Mixed, required: true },
    chunks: { type: Number, required: true },
    counts: { type: Schema.Types.Mixed, required: true },
    bytes: { type: Number, required: true },
    attempts: { type: Number, required: true },
    claimed_until: Date,
    error: String,
    requested_at: { type: Date, required: true },
    completed_at: Date,
    expires_at: { type: Date, required: true },
  },
  { collection: 'data_exports', timestamps: false, minimize: false },
);
// GET /privacy/exports, newest first.
ExportSchema.index({ user_id: 1, _id: -1 });
// The sweep over what is not done.
ExportSchema.index({ state: 1, requested_at: 1 });
ExportSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });

export const ExportChunkSchema = new Schema<ExportChunkRecord>(
  {
    _id: String,
    export_id: { type: Schema.Types.ObjectId, required: true },
    number: { type: Number, required: true },
    data: { type: Buffer, required: true },
    expires_at: { type: Date, required: true },
  },
  { collection: 'data_export_chunks', timestamps: false },
);
// Reading the file from its beginning, and removing it.
ExportChunkSchema.index({ export_id: 1, number: 1 });
ExportChunkSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });

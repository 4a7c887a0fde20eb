import { Schema, type Types } from 'mongoose';
import type { Passage } from './passages.js';

export const KNOWLEDGE_DOCUMENT = 'KnowledgeDocument';
export const KNOWLEDGE_REVISION = 'KnowledgeRevision';

export const knowledgeKinds = ['faq', 'text', 'markdown', 'html', 'url', 'file'] as const;
export type KnowledgeKind = (typeof knowledgeKinds)[number];
/** `pending`: its page is still to be fetched; `empty`: nothing in it can be read; `failed`: `reason` says why. */
export const knowledgeStates = ['pending', 'ready', 'empty', 'failed'] as const;
export type KnowledgeState = (typeof knowledgeStates)[number];
/** Only what is `approved` is shown to the agent. */
export const knowledgeReviews = ['approved', 'pending', 'rejected'] as const;
export type KnowledgeReview = (typeof knowledgeReviews)[number];
export type KnowledgeWarning = 'speaks_to_an_assistant';

/** What a page says now, while its owner has not said yes to it: what was approved before stays in force. */
export interface KnowledgeDraft {
  text: string;
  content_hash: string;
  warnings: KnowledgeWarning[];
  at: Date;
}

/**
 * One source as an owner adds it. Its passages stand in it: they change with its revision and go with it, in one write.
 */
export interface KnowledgeDocumentRecord {
  _id: Types.ObjectId;
  user_id: string;
  account_id: string;
  kind: KnowledgeKind;
  title: string;
  question?: string;
  url?: string;
  file_name?: string;
  language?: string;
  /** Days by the shop's calendar, `2026-10-01`; both belong to it. */
  valid_from?: string;
  valid_until?: string;
  /** What can be read of it, as Markdown. */
  text: string;
  passages: Passage[];
  warnings: KnowledgeWarning[];
  content_hash: string;
  /** Counts what was written to it. */
  revision: number;
  state: KnowledgeState;
  reason?: string;
  review: KnowledgeReview;
  draft?: KnowledgeDraft;
  /** Of a page: when it is to be fetched next, when it was last. */
  fetch_at?: Date;
  fetched_at?: Date;
  created_at: Date;
  updated_at: Date;
}

/** Counts what changed in an account's knowledge, so that processes know when what they hold in memory is old. */
export interface KnowledgeRevisionRecord {
  /** The account's id. */
  _id: string;
  revision: number;
}

export const KnowledgeDocumentSchema = new Schema<KnowledgeDocumentRecord>(
  {
    user_id: { type: String, required: true },
    account_id: { type: String, required: true },
    kind: { type: String, required: true },
    title: { type: String, required: true },
    text: { type: String, default: '' },
    revision: { type: Number, required: true },
    state: { type: String, required: true },
    review: { type: String, required: true },
    fetch_at: Date,
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'knowledge_documents', strict: false },
);

// An account's list, newest first; what the agent reads; removing all of an account.
KnowledgeDocumentSchema.index({ account_id: 1, _id: -1 });
// The sweep: pages whose time has come.
KnowledgeDocumentSchema.index({ fetch_at: 1 }, { partialFilterExpression: { fetch_at: { $exists: true } } });

export const KnowledgeRevisionSchema = new Schema<KnowledgeRevisionRecord>(
  { _id: String, revision: { type: Number, required: true } },
  { collection: 'knowledge_revisions' },
);

import { Schema, type Types } from 'mongoose';
import type { ToolArguments } from '../tools/tool-parameters.js';

export const AGENT_RUN = 'AgentRun';

/**
 * What became of the customer's messages.
 * - `answer`, `ask`: the agent's own words
 * - `hand_over`: a person has to go on; the customer may have been told so
 * - `silent`: nothing was said
 * - `fallback`: the account's own words, because there was no answer
 * - `draft`: a suggestion that a person may send
 */
export const runOutcomes = ['answer', 'ask', 'hand_over', 'silent', 'fallback', 'draft'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** A passage of the shop's knowledge; its text stands there alone. */
export interface RunPassage {
  id: string;
  document_id: string;
  title: string;
  heading?: string;
}

export interface RunCall {
  model: string;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  latency_ms: number;
  /** Micro-dollars; left out where the model's price is not known. */
  cost_micros?: number;
  failure?: string;
}

export interface RunToolCall {
  name: string;
  /** Without secrets. */
  arguments: ToolArguments;
  state: string;
  status?: number;
  latency_ms?: number;
  reason?: string;
  /** Whether the reply names it as its source. */
  used: boolean;
}

export interface RunCheck {
  /** Which of the model's replies, from 1. */
  reply: number;
  reason: string;
  /** What stood nowhere, as it was written. */
  figures?: string[];
}

export const ratings = ['up', 'down'] as const;
export type Rating = (typeof ratings)[number];

/** What a person thinks of it. */
export interface RunRating {
  rating: Rating;
  note?: string;
  /** The person, or what a token names. */
  by: string;
  at: Date;
}

/** How one reply, or one silence, came about. Of no other conversation, and without the words that were said. */
export interface AgentRunRecord {
  _id: Types.ObjectId;
  user_id: string;
  account_id: string;
  conversation_id: string;
  /** The reply's DMs; none where nothing was said. */
  reply_ids: string[];
  /** The customer's DMs that it was about. */
  answered_ids: string[];
  at: Date;
  outcome: RunOutcome;
  /** Why it is no answer. */
  reason?: string;
  prompt_version?: string;
  model: string;
  knowledge: 'none' | 'whole' | 'found';
  passages_shown: RunPassage[];
  passages_used: string[];
  language?: string;
  covers?: string;
  /** What was not known, in a few words. */
  missing?: string;
  /** For the person who takes over. */
  summary?: string;
  failed_checks: RunCheck[];
  calls: RunCall[];
  tool_calls: RunToolCall[];
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  /** Micro-dollars; left out where a price is not known. */
  cost_micros?: number;
  /** From the beginning of the answer to its end, voice and search included. */
  latency_ms: number;
  /** From the last message of the customer to the reply. */
  waited_ms: number;
  rating?: RunRating;
  expires_at: Date;
}

const counts = { type: Number, required: true };

export const AgentRunSchema = new Schema<AgentRunRecord>(
  {
    user_id: { type: String, required: true },
    account_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    reply_ids: [String],
    answered_ids: [String],
    at: { type: Date, required: true },
    outcome: { type: String, required: true, enum: runOutcomes },
    ...{ input_tokens: counts, cached_tokens: counts, output_tokens: counts, reasoning_tokens: counts },
    ...{ latency_ms: counts, waited_ms: counts },
    expires_at: { type: Date, required: true },
  },
  { collection: 'agent_runs', strict: false, timestamps: false },
);

// GET /agent/runs/{dm_id}, by either end.
AgentRunSchema.index({ reply_ids: 1 });
AgentRunSchema.index({ answered_ids: 1 });
// GET /agent/usage/{account_id}; removing an account's.
AgentRunSchema.index({ account_id: 1, at: 1 });
// Removing a person's.
AgentRunSchema.index({ conversation_id: 1 });
AgentRunSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });

import { Schema, type Types } from 'mongoose';

/** The model's name. */
export const SUGGESTION = 'AgentSuggestion';

/**
 * - `open`: a person may send it
 * - `sent`: one has, as it was or changed
 * - `dismissed`: nobody will: a person has written something else, or taken it away
 */
export const suggestionStates = ['open', 'sent', 'dismissed'] as const;
export type SuggestionState = (typeof suggestionStates)[number];

/** What the agent would answer in a conversation; nothing of it has reached the customer. */
export interface SuggestionRecord {
  _id: Types.ObjectId;
  user_id: string;
  platform_account_id: string;
  conversation_id: string;
  text: string;
  /** Why a person should look at it, where the agent would have left the conversation to one. */
  reason?: string;
  /** The customer's DMs that it answers. */
  answers: string[];
  /** When the latest of them was written: what is written later wants another answer. */
  asked_at: Date;
  state: SuggestionState;
  /** Under which it is sent, whoever sends it: twice under the same goes out once. */
  send_key?: string;
  /** What was sent in its place. */
  sent_text?: string;
  created_at: Date;
  updated_at: Date;
}

export const SuggestionSchema = new Schema<SuggestionRecord>(
  {
    user_id: { type: String, required: true },
    platform_account_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    text: { type: String, required: true },
    reason: String,
    answers: { type: [String], required: true },
    asked_at: { type: Date, required: true },
    state: { type: String, required: true, enum: suggestionStates },
    send_key: String,
    sent_text: String,
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'agent_suggestions' },
);

// A conversation has one at most: the next takes its place.
SuggestionSchema.index({ conversation_id: 1 }, { unique: true });
// Erasing an account.
SuggestionSchema.index({ platform_account_id: 1 });
// After a week no channel takes an answer any more.
SuggestionSchema.index({ updated_at: 1 }, { expireAfterSeconds: 7 * 86_400, name: 'too_late' });

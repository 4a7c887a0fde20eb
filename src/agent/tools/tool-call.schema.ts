import { Schema } from 'mongoose';

export const TOOL_CALL = 'AgentToolCall';

/**
 * One call of a tool that looks something up, written before it is made: an answer that is thrown away or taken over
 * finds what was said, and does not ask again.
 */
export interface ToolCallRecord {
  /** Hash of the conversation, its oldest open message, the tool and its arguments. */
  _id: string;
  user_id: string;
  account_id: string;
  conversation_id: string;
  tool: string;
  /** Of one try; only who began it ends it. */
  attempt: string;
  state: 'started' | 'done' | 'failed';
  /** Of `done`: what came back. Holds what the tool told of the customer, so it goes within the hour. */
  status?: number;
  answer?: unknown;
  /** Of `failed`. */
  reason?: string;
  ms?: number;
  /** A guess that was wrong: made up, or unknown at the other end. */
  missed?: boolean;
  started_at: Date;
  ended_at?: Date;
  expires_at: Date;
}

export const ToolCallSchema = new Schema<ToolCallRecord>(
  {
    _id: String,
    user_id: { type: String, required: true },
    account_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    state: { type: String, required: true },
    started_at: { type: Date, required: true },
    expires_at: { type: Date, required: true },
  },
  { collection: 'agent_tool_calls', strict: false },
);

ToolCallSchema.index({ expires_at: 1 }, { expireAfterSeconds: 0 });
// Wrong guesses of a conversation within the hour; erasing a conversation.
ToolCallSchema.index({ conversation_id: 1, started_at: -1 });
// Erasing an account.
ToolCallSchema.index({ account_id: 1 });

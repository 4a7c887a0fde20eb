import { Schema, type Types } from 'mongoose';
import type { ToolArguments } from './tool-parameters.js';

export const AGENT_ACTION = 'AgentAction';

/**
 * - `proposed`: a person decides
 * - `refused`: it will not be done
 * - `approved`: it will be done, in a moment
 * - `running`: claimed by a process that calls the tool
 * - `done`, `failed`: the other end said so
 * - `unknown`: nobody can tell whether it was done; it is never done again by itself
 */
export const actionStates = ['proposed', 'refused', 'approved', 'running', 'done', 'failed', 'unknown'] as const;
export type ActionState = (typeof actionStates)[number];

/** Something the agent wants done with a tool that writes. */
export interface ActionRecord {
  _id: Types.ObjectId;
  user_id: string;
  account_id: string;
  conversation_id: string;
  tool: string;
  /** What the tool was when it was proposed: changed since, it is not carried out. */
  tool_revision: number;
  arguments: ToolArguments;
  /** Hash of tool and arguments: the same is proposed once at a time. */
  key: string;
  /** The last of the messages whose answer proposed it. */
  message_id: string;
  state: ActionState;
  proposed_at: Date;
  decided_at?: Date;
  /** Who decided; `automatic` where the owner left it to the agent. */
  decided_by?: string;
  /** Of one run; only who claimed it ends it. */
  attempt?: string;
  started_at?: Date;
  ended_at?: Date;
  /** HTTP status of the tool's answer. */
  status?: number;
  reason?: string;
  answer?: unknown;
  /** By which the retention goes. */
  created_at: Date;
}

export const ActionSchema = new Schema<ActionRecord>(
  {
    user_id: { type: String, required: true },
    account_id: { type: String, required: true },
    conversation_id: { type: String, required: true },
    state: { type: String, required: true },
    created_at: { type: Date, required: true },
  },
  { collection: 'agent_actions', strict: false },
);

// Lists, newest first: a tenant's, an account's, those in a state.
ActionSchema.index({ user_id: 1, _id: -1 });
ActionSchema.index({ account_id: 1, state: 1, _id: -1 });
// A conversation's, for its page, for what is proposed already, and for erasing it.
ActionSchema.index({ conversation_id: 1, _id: -1 });
// The sweeps: what is approved and lost its job, what its process left running.
ActionSchema.index(
  { state: 1, decided_at: 1 },
  { name: 'under_way', partialFilterExpression: { state: { $in: ['approved', 'running'] } } },
);

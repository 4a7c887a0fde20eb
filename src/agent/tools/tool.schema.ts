import { Schema, type Types } from 'mongoose';
import type { ToolParameter } from './tool-parameters.js';

export const AGENT_TOOL = 'AgentTool';

export const toolMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type ToolMethod = (typeof toolMethods)[number];
/** `read` looks something up; `write` changes something, so a person decides. */
export const toolEffects = ['read', 'write'] as const;
export type ToolEffect = (typeof toolEffects)[number];
export const toolApprovals = ['person', 'automatic'] as const;
export type ToolApproval = (typeof toolApprovals)[number];

export interface ToolHeader {
  name: string;
  /** Of one that is no secret. */
  value?: string;
  /** Of a secret: its envelope, which opens in this tool and under this name alone. */
  sealed?: string;
}

/** An HTTP request that an owner lets the agent make, or propose. */
export interface ToolRecord {
  _id: Types.ObjectId;
  user_id: string;
  account_id: string;
  name: string;
  description: string;
  method: ToolMethod;
  /** With placeholders: `https://shop.example.com/orders/{order_number}`. */
  url: string;
  hosts: string[];
  parameters: ToolParameter[];
  headers: ToolHeader[];
  /** JSON pointers; empty: the whole answer. */
  pick: string[];
  effect: ToolEffect;
  /** Doing it twice is doing it once. */
  idempotent: boolean;
  approval: ToolApproval;
  /** Counts what was written to it: an action is carried out as it was approved, or not at all. */
  revision: number;
  created_at: Date;
  updated_at: Date;
}

export const ToolSchema = new Schema<ToolRecord>(
  {
    user_id: { type: String, required: true },
    account_id: { type: String, required: true },
    name: { type: String, required: true },
    revision: { type: Number, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
  },
  { collection: 'agent_tools', strict: false },
);

// A tool by its name; an account's list, by name; what an answer may use.
ToolSchema.index({ account_id: 1, name: 1 }, { unique: true });

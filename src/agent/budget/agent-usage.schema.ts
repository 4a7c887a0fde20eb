import { Schema } from 'mongoose';

/** A counter of what the agent used within a window, or a mark that something was done within one. */
export interface AgentUsageRecord {
  /** `<what>:<whose>:<window>`. */
  _id: string;
  amount: number;
  expires_at: Date;
}

export const AGENT_USAGE = 'AgentUsage';

export const AgentUsageSchema = new Schema<AgentUsageRecord>(
  { _id: String, amount: { type: Number, required: true }, expires_at: { type: Date, required: true } },
  { collection: 'agent_usage', timestamps: false },
);

// Windows that are over.
AgentUsageSchema.index({ expires_at: 1 }, { expireAfterSeconds: 3_600 });

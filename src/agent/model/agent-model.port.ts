import type { ReasoningEffort } from '../../config/index.js';

export type ModelPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

/** One message of what the model reads; in the form of Chat Completions, which other adapters translate. */
export type ModelMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ModelPart[] }
  | { role: 'assistant'; content: string | null; tool_calls?: ModelMessageToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export interface ModelMessageToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** A JSON schema as strict output takes it: every property required, none additional, no limits. */
export type StrictSchema = Record<string, unknown>;

/** What the model may ask us to look up. */
export interface ModelTool {
  name: string;
  description: string;
  parameters: StrictSchema;
}

/** The form that the answer has to have. */
export interface ModelOutput {
  name: string;
  schema: StrictSchema;
}

export interface ModelRequest {
  model: string;
  temperature: number;
  effort: ReasoningEffort;
  /** Of the answer itself. */
  maxOutputTokens: number;
  /** More than thinking usually needs, where that was not enough. */
  extraRoom?: number;
  messages: ModelMessage[];
  /** Without them, or with none, it can only answer. */
  tools?: readonly ModelTool[];
  /** It has to answer now: no tool is called any more. */
  mustAnswer?: boolean;
  /** Without it the answer is prose. */
  output?: ModelOutput;
  /** Requests that begin alike; a provider keeps what they share. */
  cacheKey?: string;
}

export interface ModelToolCall {
  id: string;
  name: string;
  /** JSON as the model wrote it: nothing of it is checked. */
  arguments: string;
}

export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
  /** Of the input, what the provider had kept. */
  cachedTokens: number;
  /** Of the output, what was thought. */
  reasoningTokens: number;
}

/** What one call of the model came to: an answer, or tools that it wants called before it answers. */
export interface ModelStep extends ModelUsage {
  /** As written, JSON too; empty when it said nothing. Whoever asked reads it. */
  text: string;
  /** It ran out of tokens before its end. */
  truncated: boolean;
  toolCalls: ModelToolCall[];
  /** With the tries that failed. */
  latencyMs: number;
  model: string;
}

/** A model, whatever API it is reached by. */
export abstract class AgentModelPort {
  abstract get isConfigured(): boolean;

  /** Whether a call would end at once, because the model keeps failing. */
  abstract isLeftAlone(model: string): boolean;

  /**
   * @throws {ModelError} no answer
   * @throws whatever `signal` was aborted with
   */
  abstract step(request: ModelRequest, signal: AbortSignal): Promise<ModelStep>;
}

import type { ModelStep, ModelToolCall } from './agent-model.port.js';
import { ModelError } from './model-errors.js';

export type Completion = Omit<ModelStep, 'latencyMs' | 'model'>;

type Fields = Record<string, unknown>;

/**
 * Reads a chat completion of any server that speaks OpenAI's API; nothing of its shape is taken for granted.
 * @throws {ModelError} it declined, or it can't be read
 */
export function readCompletion(completion: unknown): Completion {
  const { choices, usage, error } = fieldsOf(completion) ?? {};
  // Some routers answer 200 and put the error of the server behind them into it.
  if (fieldsOf(error) && choices === undefined) throw new ModelError('unavailable', 'an error with status 200');
  const choice = Array.isArray(choices) ? fieldsOf(choices[0]) : undefined;
  const message = fieldsOf(choice?.message);
  if (!choice || !message) throw unreadable('no choice with a message');
  const { text, refused } = readContent(message.content);
  const ended = String(choice.finish_reason);
  if (refused || isText(message.refusal) || ended === 'content_filter')
    throw new ModelError('declined', 'the model declined to answer', { answered: true });
  return {
    text,
    truncated: ended === 'length' || ended === 'max_tokens',
    toolCalls: toolCallsOf(message.tool_calls),
    ...usageOf(fieldsOf(usage) ?? {}),
  };
}

function usageOf(usage: Fields) {
  const { prompt_tokens: input, completion_tokens: output } = usage;
  return {
    inputTokens: countOf(input),
    outputTokens: countOf(output),
    cachedTokens: countOf(fieldsOf(usage.prompt_tokens_details)?.cached_tokens),
    reasoningTokens: countOf(fieldsOf(usage.completion_tokens_details)?.reasoning_tokens),
  };
}

/** A call without a name can't be made; one without an id gets one, so that its answer can be told apart. */
function toolCallsOf(calls: unknown): ModelToolCall[] {
  if (!Array.isArray(calls)) return [];
  return (calls as unknown[]).flatMap((call, index) => {
    const { id, function: called } = fieldsOf(call) ?? {};
    const { name, arguments: given } = fieldsOf(called) ?? {};
    if (typeof name !== 'string' || name === '') return [];
    const written = typeof given === 'string' ? given : JSON.stringify(given ?? {});
    return [{ id: typeof id === 'string' && id !== '' ? id : `call-${index}`, name, arguments: written }];
  });
}

/** A text, or a list of parts of which those that hold text are the answer; what it thought is none of it. */
function readContent(content: unknown): { text: string; refused: boolean } {
  if (content === undefined || content === null) return { text: '', refused: false };
  if (typeof content === 'string') return { text: content, refused: false };
  const parts = Array.isArray(content) ? (content as unknown[]) : [content];
  const texts: string[] = [];
  let refused = false;
  for (const part of parts) {
    if (typeof part === 'string') texts.push(part);
    else {
      const fields = fieldsOf(part);
      if (!fields) throw unreadable('content that is no text');
      const { type, text } = fields;
      if (type === 'refusal') refused = true;
      else if (type === undefined || type === 'text' || type === 'output_text') texts.push(textOf(text));
    }
  }
  return { text: texts.join(''), refused };
}

function textOf(text: unknown): string {
  const value = typeof text === 'string' ? text : fieldsOf(text)?.value;
  if (typeof value !== 'string') throw unreadable('a part of text without text');
  return value;
}

function unreadable(what: string): ModelError {
  return new ModelError('unreadable', what, { answered: true });
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.ceil(value) : 0;
}

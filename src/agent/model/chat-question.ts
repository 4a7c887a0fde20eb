import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { Parameters } from './accepted-parameters.js';
import type { ModelMessage, ModelOutput, ModelRequest } from './agent-model.port.js';

/** A step as Chat Completions asks for it. */
export function chatQuestion(request: ModelRequest, sent: Parameters): ChatCompletionCreateParamsNonStreaming {
  const { model, output } = request;
  // Offered all the same where none may be called: what is asked begins as before, and a provider keeps that.
  const tools = request.mustAnswer && sent.tool_choice === undefined ? [] : (request.tools ?? []);
  const toldInWords = output !== undefined && sent.response_format === undefined;
  return {
    model,
    messages: toldInWords ? withFormTold(request.messages, output) : request.messages,
    ...(tools.length > 0
      ? { tools: tools.map((tool) => ({ type: 'function' as const, function: { ...tool, strict: true } })) }
      : {}),
    ...(sent as object),
  };
}

export function formatOf({ name, schema }: ModelOutput): object {
  return { type: 'json_schema', json_schema: { name, schema, strict: true } };
}

/** For a server that takes no `response_format`: what comes of it is read with patience. */
function withFormTold(messages: ModelMessage[], { schema }: ModelOutput): ModelMessage[] {
  const told = `Answer with one JSON object and nothing around it, of this JSON schema: ${JSON.stringify(schema)}`;
  return messages.map((message) =>
    message.role === 'system' ? { ...message, content: `${message.content}\n\n${told}` } : message,
  );
}

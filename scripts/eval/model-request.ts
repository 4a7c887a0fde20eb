/** What a model is shown, whichever of OpenAI's APIs it comes by. */
export interface ShownToModel {
  model: string;
  /** Every text of the request, unpacked where it is JSON. */
  texts: string[];
  /** Knowledge with the names that an answer has to use. */
  passages: { id: string; title: string; text: string }[];
  /** Names of the tools that are offered. */
  tools: string[];
  /** What tools have answered on the way to this answer. */
  toolAnswers: string[];
  /** The calls that they answer: an answer names them as its sources. */
  callIds: string[];
  /** Whether the answer has a form. */
  structured: boolean;
}

type Fields = Record<string, unknown>;

/** Reads a request of Chat Completions or Responses. */
export function readModelRequest(body: unknown): ShownToModel {
  const request = (body ?? {}) as Fields;
  const items = (request['messages'] ?? request['input'] ?? []) as Fields[];
  const shown: ShownToModel = {
    model: typeof request['model'] === 'string' ? request['model'] : '',
    ...{ texts: [], passages: [], tools: [], toolAnswers: [], callIds: [] },
    structured: request['response_format'] !== undefined || request['text'] !== undefined,
  };
  if (typeof request['instructions'] === 'string') shown.texts.push(request['instructions']);
  for (const item of Array.isArray(items) ? items : []) {
    const isAnswer = item['role'] === 'tool' || item['type'] === 'function_call_output';
    const callId = item['tool_call_id'] ?? item['call_id'];
    if (isAnswer && typeof callId === 'string') shown.callIds.push(callId);
    for (const text of textsIn(item['content'] ?? item['output'])) {
      if (isAnswer) shown.toolAnswers.push(text);
      take(parsed(text) ?? text, shown);
    }
  }
  for (const tool of (request['tools'] as Fields[] | undefined) ?? []) {
    const name = (tool['function'] as Fields | undefined)?.['name'] ?? tool['name'];
    if (typeof name === 'string') shown.tools.push(name);
  }
  return shown;
}

function textsIn(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return (content as Fields[]).flatMap(({ text }) => (typeof text === 'string' ? [text] : []));
}

/** All strings, and the passages among them. */
function take(value: unknown, shown: ShownToModel): void {
  if (typeof value === 'string') shown.texts.push(value);
  else if (typeof value === 'number') shown.texts.push(String(value));
  else if (Array.isArray(value)) for (const one of value) take(one, shown);
  else if (typeof value === 'object' && value !== null) {
    const { id, title, text } = value as Fields;
    if (typeof id === 'string' && typeof text === 'string') {
      const passage = { id, title: typeof title === 'string' ? title : '', text };
      if (!shown.passages.some((one) => one.id === id)) shown.passages.push(passage);
    }
    for (const one of Object.values(value)) take(one, shown);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

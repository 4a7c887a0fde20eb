import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer byte for byte, also one that no OpenAI would give. */
export interface WireReply {
  status?: number;
  headers?: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  body: unknown;
}

/** A request as it came in. */
export interface WireRequest {
  method: string;
  /** Behind `/v1`. */
  path: string;
  headers: IncomingMessage['headers'];
  /** Its JSON; of a form (a recording) the text. */
  body: unknown;
}

export type WireResponder = (request: WireRequest) => WireReply | Promise<WireReply>;

export async function readRequest(req: IncomingMessage, path: string): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return { method: req.method ?? 'GET', path, headers: req.headers, body: parsed(text) };
}

export function writeReply(res: ServerResponse, { status = 200, headers = {}, body }: WireReply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(text);
}

/** A chat completion around a message, for a reply that differs from the usual in one thing. */
export function completionOf(message: unknown, change: { finish_reason?: string; usage?: unknown } = {}): object {
  const { finish_reason = 'stop', usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } } = change;
  return {
    id: 'chatcmpl-wire',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'gpt-test',
    choices: [{ index: 0, finish_reason, message }],
    usage,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

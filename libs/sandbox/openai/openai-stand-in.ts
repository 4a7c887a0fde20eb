import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from '@copilotkit/aimock';
import type { ChatCompletionRequest, ChatMessage, Fixture, FixtureResponse } from '@copilotkit/aimock';
import { Random } from '../random.js';
import { asksForPerson, DEFAULT_ANSWER, HUMAN_ANSWER, shopAnswer } from './shop-answers.js';
import {
  answerFromKnowledge,
  answerFromTools,
  handOverUnknown,
  written,
  type StandInAnswer,
} from './structured-answer.js';
import { toolAnswersIn, wantedTools, type WantedTool } from './tool-calls.js';
import { readRequest, writeReply, type WireRequest, type WireResponder } from './wire.js';

export interface OpenAiFault {
  /** `hang`: no answer until the caller gives up. A number: that HTTP status. */
  mode: 'hang' | 'rate_limit' | 'server_error' | number;
  /** Requests it hits; without it, until cleared. */
  count?: number;
  /** Probability per request, 0 to 1. */
  rate?: number;
  /** Makes `rate` repeatable. */
  seed?: number;
  /** Of a 429: seconds in `Retry-After`. */
  retryAfterSeconds?: number;
}

/** One question that the model was asked. */
export interface AskedModel {
  at: number;
  model: string;
  /** All messages, as the server sent them. */
  messages: ChatMessage[];
  /** The customer's messages since the last answer of ours. */
  open: string[];
  pictures: string[];
  /** What came back: the answer's text, or the fault. */
  answered: string;
  /** The whole question as it came in. */
  request: ChatCompletionRequest;
}

/** What the model says: a text, or tools that it wants called first. */
export type ModelSays = string | { tools: WantedTool[] };

/** What a test wants said; null leaves it to the next. */
export type Responder = (asked: Omit<AskedModel, 'answered'>) => ModelSays | null | Promise<ModelSays | null>;

export interface OpenAiStandInOptions {
  /** 0 or left out: any free one. */
  port?: number;
  /** How long the model thinks. */
  latencyMs?: number;
}

interface Armed extends OpenAiFault {
  random: Random;
  left: number;
}

/** Starts an OpenAI API with a small shop's answers, on 127.0.0.1. */
export async function startOpenAiStandIn(options: OpenAiStandInOptions = {}): Promise<OpenAiStandIn> {
  const standIn = new OpenAiStandIn(options);
  await standIn.start();
  return standIn;
}

/** A model that always knows what to say, unless told to fail. */
export class OpenAiStandIn {
  /** Every question so far. */
  readonly asked: AskedModel[] = [];
  /** Milliseconds that the model thinks before it answers. */
  latencyMs: number;
  private running: Awaited<ReturnType<typeof createServer>> | null = null;
  /** What was answered by `replyWith`, as it came in. */
  readonly requests: WireRequest[] = [];
  private wired: { path: string; responder: WireResponder; left: number }[] = [];
  private readonly port: number;
  private responders: Responder[] = [];
  private faults: Armed[] = [];
  private readonly ending = new AbortController();

  constructor({ port = 0, latencyMs = 0 }: OpenAiStandInOptions) {
    setMaxListeners(0, this.ending.signal); // as many wait on it as there are questions
    this.port = port;
    this.latencyMs = latencyMs;
  }

  async start(): Promise<void> {
    const spoken: Fixture = {
      match: { endpoint: 'transcription' },
      response: { transcription: { text: 'Hello, do you ship to Norway?' } },
    };
    const written: Fixture = { match: { endpoint: 'chat' }, response: (request) => this.answer(request) };
    const options = { port: this.port, host: '127.0.0.1', journalMaxEntries: 1 };
    const handleRequest = (...args: Parameters<OpenAiStandIn['onWire']>) => this.onWire(...args);
    this.running = await createServer([spoken, written], options, [{ path: '/v1', handler: { handleRequest } }]);
  }

  /** For `OPENAI_BASE_URL`. */
  get baseUrl(): string {
    return `${this.running?.url ?? ''}/v1`;
  }

  /** Answers first by this; the latest added is asked first. A text answers everything. */
  answerWith(responder: Responder | string): void {
    this.responders.unshift(typeof responder === 'string' ? () => responder : responder);
  }

  /**
   * Answers requests byte for byte, instead of all else.
   * @param path behind `/v1`, such as `/chat/completions`; also everything below it
   * @param count requests that it answers; without it, until `resetAnswers`
   */
  replyWith(path: string, responder: WireResponder, count = Number.POSITIVE_INFINITY): void {
    this.wired.push({ path, responder, left: count });
  }

  /** Only the shop's own answers again. */
  resetAnswers(): void {
    this.responders = [];
    this.wired = [];
  }

  /** Throws a fault switch. */
  fail(fault: OpenAiFault): void {
    this.faults.push({ ...fault, random: new Random(fault.seed), left: fault.count ?? Number.POSITIVE_INFINITY });
  }

  clearFaults(): void {
    this.faults = [];
  }

  /** Ends what still hangs, then closes. */
  async stop(): Promise<void> {
    this.ending.abort();
    const server = this.running?.server;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async onWire(req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean> {
    const wire = this.wired.find((one) => one.left > 0 && (path === one.path || path.startsWith(`${one.path}/`)));
    if (!wire) return false;
    wire.left--;
    const request = await readRequest(req, path);
    this.requests.push(request);
    writeReply(res, await wire.responder(request));
    return true;
  }

  private async answer(request: ChatCompletionRequest): Promise<FixtureResponse> {
    const question = questionIn(request);
    const fault = this.strike();
    const record: AskedModel = { ...question, answered: fault ? String(fault.mode) : '' };
    this.asked.push(record);
    if (fault) return this.failWith(fault);
    await this.wait(this.latencyMs);
    const says = await this.say(question);
    record.answered = typeof says === 'string' ? says : JSON.stringify(says);
    if (typeof says === 'string') return { content: says };
    return { toolCalls: says.tools.map(({ name, args }) => ({ name, arguments: JSON.stringify(args) })) };
  }

  private async say(question: Omit<AskedModel, 'answered'>): Promise<ModelSays> {
    for (const responder of this.responders) {
      const said = await responder(question);
      if (said !== null) return said;
    }
    const { request, open, messages } = question;
    const handOver = asksForPerson(open.join('\n')) ? handOverTool(request) : null;
    if (handOver) return { tools: [{ name: handOver, args: {} }] };
    const told = toolAnswersIn(messages);
    if (told.length > 0) return written(request, answerFromTools(told));
    const tools = wantedTools(request, open.join('\n'));
    return tools.length > 0 ? { tools } : written(request, answerOf(question));
  }

  private strike(): Armed | null {
    const struck = this.faults.find((fault) => fault.random.chance(fault.rate ?? 1)) ?? null;
    if (struck) struck.left--;
    this.faults = this.faults.filter(({ left }) => left > 0);
    return struck;
  }

  private async failWith({ mode, retryAfterSeconds }: OpenAiFault): Promise<FixtureResponse> {
    if (mode === 'hang') await this.wait(2 ** 31 - 1);
    const status = mode === 'rate_limit' ? 429 : typeof mode === 'number' ? mode : 500;
    const error =
      status === 429
        ? { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' }
        : { message: 'The server had an error while processing your request', type: 'server_error' };
    return { error, status, ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }) };
  }

  private async wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: this.ending.signal, ref: false }).catch(() => undefined);
  }
}

/** What the shop's agent says by itself. */
function answerOf({ request, open, pictures }: Omit<AskedModel, 'answered'>): StandInAnswer {
  const text = shopAnswer(open, pictures.length > 0);
  if (text === HUMAN_ANSWER)
    return { outcome: 'hand_over', text, reason: 'customer_request', summary: 'The customer asks for a person.' };
  const known = answerFromKnowledge(request, open);
  if (known) return known;
  return (text === DEFAULT_ANSWER ? handOverUnknown(request, open) : null) ?? { outcome: 'answer', text };
}

/** Splits off what is still open: all from the customer since the assistant, or a colleague of it, last spoke. */
function questionIn(request: ChatCompletionRequest): Omit<AskedModel, 'answered'> {
  const { model, messages } = request;
  const lastAnswer = messages.findLastIndex(
    ({ role, content, tool_calls: calls }) =>
      (role === 'assistant' && !calls) || (typeof content === 'string' && content.startsWith('{"colleague":')),
  );
  const openMessages = messages.slice(lastAnswer + 1).filter((message) => message.role === 'user' && !isFact(message));
  const parts = openMessages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []),
  );
  return {
    at: Date.now(),
    model,
    messages,
    request,
    open: parts.flatMap(({ text }) => (text === undefined ? [] : [text])),
    pictures: parts.filter(({ type }) => type.includes('image')).map((part) => pictureUrl(part)),
  };
}

/** What the server tells beside the talk: the shop's knowledge, and what was passed on before. */
function isFact({ content }: ChatMessage): boolean {
  return typeof content === 'string' && /^\{"(?:knowledge|actions)":\[/.test(content);
}

function pictureUrl(part: Record<string, unknown>): string {
  const { image_url: image } = part as { image_url?: string | { url?: string } };
  return typeof image === 'string' ? image : (image?.url ?? '');
}

/** The tool by which a server lets its model ask for a person, if it offers one. */
function handOverTool({ tools }: ChatCompletionRequest): string | null {
  return tools?.find(({ function: { name } }) => /hand_?over|human|person/i.test(name))?.function.name ?? null;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import {
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import OpenAI, { type APIError, type Uploadable } from 'openai';
import { untilAborted, withOwnSignal } from '#libs/own-signal';
import { AppConfig } from '../../config/index.js';
import { metrics } from '../../observability/index.js';
import { withoutPictures } from '../context/context-builder.js';
import { AcceptedParameters, type Parameters } from './accepted-parameters.js';
import { AgentModelPort, type ModelMessage, type ModelRequest, type ModelStep } from './agent-model.port.js';
import { chatQuestion, formatOf } from './chat-question.js';
import { readCompletion, type Completion } from './completion-reader.js';
import { outputRoom, reasons, takesTemperature } from './known-models.js';
import { ModelError } from './model-errors.js';
import { toldShutdown } from './model-shutdowns.js';
import { proxiedFetch } from '../../http/index.js';
import { fetchWithReadableErrors, isApiError, isPassing, retryAfterMs, toModelError } from './provider-errors.js';

type ModelState = 'there' | 'gone' | 'unknown';

/** A call is tried so often again on 408, 409, 429, 5xx and lost connections. */
const retries = 2;
/** Longer waits are not sat out: whoever asked is told until when, and does something else meanwhile. */
const longestOwnWaitMs = 2_000;
const firstPauseMs = 500;
/** Failures in a row that open the circuit. */
const opensAfter = 5;
/** More refusals than there are parameters say nothing new. */
const mostAdaptations = 8;

/** Asks the model; the one place that talks to OpenAI. It calls no tools itself and lets nothing be stored there. */
@Injectable()
export class ModelClient extends AgentModelPort {
  private readonly logger = new Logger(ModelClient.name);
  private readonly client?: OpenAI;
  /** One for each model: a tenant's that is away must not silence the others'. */
  private readonly breakers = new LRUCache<string, CircuitBreakerPolicy>({ max: 200 });
  private readonly accepted = new AcceptedParameters();

  constructor(private readonly config: AppConfig) {
    super();
    if (!config.OPENAI_API_KEY) return;
    this.client = new OpenAI({
      apiKey: config.OPENAI_API_KEY.reveal(),
      baseURL: config.OPENAI_BASE_URL,
      timeout: config.OPENAI_TIMEOUT_MS,
      // It would sleep as long as the provider says, and through an abort.
      maxRetries: 0,
      fetch: proxiedFetch(fetchWithReadableErrors, config.egressProxy),
      logLevel: 'off',
    });
  }

  get isConfigured(): boolean {
    return this.client !== undefined;
  }

  /** Whether a call would end at once, because the model keeps failing. */
  isLeftAlone(model: string): boolean {
    return this.breakers.peek(model)?.state === CircuitState.Open;
  }

  /**
   * Takes at most three times OPENAI_TIMEOUT_MS, retries included.
   * @throws {ModelError} no answer
   * @throws whatever `signal` was aborted with
   */
  async step(request: ModelRequest, signal: AbortSignal): Promise<ModelStep> {
    const stop = metrics.agentModel.startTimer();
    const began = performance.now();
    try {
      const asking = () => this.within(signal, (own) => this.askAdapting(request, own));
      const answer = await this.breakerOf(request.model).execute(asking);
      stop({ outcome: 'answered' });
      metrics.agentTokens.inc({ direction: 'input', model: request.model }, answer.inputTokens);
      metrics.agentTokens.inc({ direction: 'output', model: request.model }, answer.outputTokens);
      return { ...answer, model: request.model, latencyMs: Math.round(performance.now() - began) };
    } catch (error) {
      const failure = isBrokenCircuitError(error) ? new ModelError('unavailable', 'the circuit is open') : error;
      stop({ outcome: failure instanceof ModelError ? failure.failure : 'aborted' });
      throw failure;
    }
  }

  /**
   * What a recording says; takes as long as `step` at most.
   * @throws {ModelError} it can't be heard
   * @throws whatever `signal` was aborted with
   */
  async transcribe(file: Uploadable, signal: AbortSignal): Promise<string> {
    const question = { file, model: this.config.OPENAI_TRANSCRIPTION_MODEL };
    return this.within(signal, async (own) => {
      const heard: { text?: unknown } | null = await this.trying(own, () =>
        this.openai.audio.transcriptions.create(question, { signal: own }),
      );
      if (typeof heard?.text !== 'string') throw new ModelError('unreadable', 'no text', { answered: true });
      return heard.text;
    });
  }

  /** Whether the provider has it, and until when; many that speak OpenAI's API can't be asked. */
  async lookUp(model: string, signal: AbortSignal): Promise<{ state: ModelState; shutdownAt?: Date }> {
    try {
      const found: unknown = await this.within(signal, (own) =>
        this.trying(own, () => this.openai.models.retrieve(model, { signal: own })),
      );
      const shutdownAt = toldShutdown((found as { shutdown_date?: unknown } | null)?.shutdown_date);
      return { state: 'there', ...(shutdownAt ? { shutdownAt } : {}) };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return { state: error.failure === 'gone' ? 'gone' : 'unknown' };
    }
  }

  private get openai(): OpenAI {
    if (!this.client) throw new ModelError('not_configured', 'OPENAI_API_KEY is not set');
    return this.client;
  }

  /** Runs calls under one deadline, and says what went wrong in our terms. */
  private async within<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
    const timeoutMs = this.config.OPENAI_TIMEOUT_MS * 3;
    try {
      return await withOwnSignal({ under: signal, timeoutMs }, (own) => untilAborted(own, work(own)));
    } catch (error) {
      signal.throwIfAborted();
      throw toModelError(error, Date.now());
    }
  }

  /** Models differ in what they take: what one refuses by name is left out or said otherwise, and it is asked again. */
  private async askAdapting(request: ModelRequest, own: AbortSignal): Promise<Completion> {
    const { model } = request;
    const server = this.config.OPENAI_BASE_URL;
    let messages: ModelMessage[] = request.messages;
    let { tools } = request;
    for (let adaptations = 0; ; adaptations++) {
      const asked = { ...request, messages, tools };
      const sent = this.accepted.adapt(server, model, parametersFor(asked));
      try {
        return await this.trying(own, () => this.complete(asked, sent, own));
      } catch (error) {
        if (!isApiError(error) || adaptations >= mostAdaptations) throw error;
        if (this.accepted.learn(server, model, error, sent)) continue;
        if (tools && isAboutTools(error)) {
          tools = undefined;
          continue;
        }
        if (messages !== request.messages || !isAboutPictures(error)) throw error;
        messages = withoutPictures(request.messages);
      }
    }
  }

  private async complete(request: ModelRequest, sent: Parameters, own: AbortSignal): Promise<Completion> {
    const question = chatQuestion(request, sent);
    return readCompletion(await this.openai.chat.completions.create(question, { signal: own }));
  }

  /** Tries again what may go well in a moment, unless the provider asks for more patience than a call has. */
  private async trying<T>(own: AbortSignal, call: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await call();
      } catch (error) {
        if (own.aborted || tries >= retries || !isApiError(error) || !isPassing(error)) throw error;
        const pauseMs = firstPauseMs * 2 ** tries * (1 - Math.random() / 4);
        const waitMs = retryAfterMs(error.headers, Date.now()) ?? pauseMs;
        if (waitMs > longestOwnWaitMs) throw error;
        await sleep(waitMs, undefined, { signal: own });
      }
    }
  }

  private breakerOf(model: string): CircuitBreakerPolicy {
    const known = this.breakers.get(model);
    if (known) return known;
    const breaker = circuitBreaker(
      handleWhen((error) => error instanceof ModelError && error.failure === 'unavailable'),
      {
        halfOpenAfter: new ExponentialBackoff({ initialDelay: 2_000, maxDelay: 60_000 }),
        breaker: new ConsecutiveBreaker(opensAfter),
      },
    );
    breaker.onStateChange((state) => {
      const anyOpen = [...this.breakers.values()].some((each) => each.state !== CircuitState.Closed);
      metrics.breaker.set({ host: 'openai' }, anyOpen ? 1 : 0);
      if (state === CircuitState.Open)
        this.logger.warn({ msg: 'the model keeps failing; it is left alone for a while', model });
    });
    this.breakers.set(model, breaker);
    return breaker;
  }
}

function parametersFor(request: ModelRequest): Parameters {
  const hasTools = (request.tools ?? []).length > 0;
  // Chat Completions takes no tools beside thinking.
  const effort = hasTools && reasons(request.model) ? 'none' : request.effort;
  return {
    max_completion_tokens: outputRoom(request) + (request.extraRoom ?? 0),
    ...(takesTemperature({ ...request, effort }) ? { temperature: request.temperature } : {}),
    ...(reasons(request.model) === false ? {} : { reasoning_effort: effort }),
    ...(hasTools && request.mustAnswer ? { tool_choice: 'none' } : {}),
    ...(request.output ? { response_format: formatOf(request.output) } : {}),
    ...(request.cacheKey && reasons(request.model) !== undefined ? { prompt_cache_key: request.cacheKey } : {}),
    store: false,
  };
}

function isAboutTools({ status, code, param, message }: APIError): boolean {
  return (status === 400 || status === 422) && /\b(?:tools?|functions?)\b/i.test(`${code} ${param} ${message}`);
}

function isAboutPictures({ status, code, param, message }: APIError): boolean {
  return (status === 400 || status === 422) && /image/i.test(`${code} ${param} ${message}`);
}

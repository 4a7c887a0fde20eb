import { Injectable, Logger } from '@nestjs/common';
import {
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import OpenAI, { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import type { ChatCompletion, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { withOwnSignal } from '#libs/own-signal';
import { AppConfig, type ReasoningEffort } from '../../config/index.js';
import { metrics } from '../../observability/index.js';
import { withoutPictures } from '../context/context-builder.js';
import { outputRoom, reasons, takesTemperature } from './known-models.js';
import { ModelError } from './model-errors.js';

export interface ModelRequest {
  model: string;
  temperature: number;
  effort: ReasoningEffort;
  /** Of the answer itself. */
  maxOutputTokens: number;
  messages: ChatCompletionMessageParam[];
}

export interface ModelAnswer {
  text: string;
  /** It ran out of tokens before its end. */
  truncated: boolean;
  inputTokens: number;
  outputTokens: number;
}

/** The client tries this often again on 408, 409, 429, 5xx and lost connections, with backoff or as `Retry-After` says. */
const retries = 2;
/** Failures in a row that open the circuit. */
const opensAfter = 5;

/** Asks the model; the one place that talks to OpenAI. It offers no tools and lets nothing be stored there. */
@Injectable()
export class ModelClient {
  private readonly logger = new Logger(ModelClient.name);
  private readonly client?: OpenAI;
  private readonly breaker = circuitBreaker(
    handleWhen((error) => error instanceof ModelError && error.failure === 'unavailable'),
    {
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 2_000, maxDelay: 60_000 }),
      breaker: new ConsecutiveBreaker(opensAfter),
    },
  );
  /** Models that said they don't take a temperature. */
  private readonly withoutTemperature = new Set<string>();

  constructor(private readonly config: AppConfig) {
    if (config.OPENAI_API_KEY) {
      this.client = new OpenAI({
        apiKey: config.OPENAI_API_KEY.reveal(),
        baseURL: config.OPENAI_BASE_URL,
        timeout: config.OPENAI_TIMEOUT_MS,
        maxRetries: retries,
        logLevel: 'off',
      });
    }
    this.breaker.onStateChange((state) => {
      metrics.breaker.set({ host: 'openai' }, state === CircuitState.Closed ? 0 : 1);
      if (state === CircuitState.Open) this.logger.warn('the model keeps failing; it is left alone for a while');
    });
  }

  get isConfigured(): boolean {
    return this.client !== undefined;
  }

  /** For endpoints beside chat. @throws {ModelError} when no key is set */
  get openai(): OpenAI {
    if (!this.client) throw new ModelError('not_configured', 'OPENAI_API_KEY is not set');
    return this.client;
  }

  /**
   * Takes at most three times OPENAI_TIMEOUT_MS, retries included.
   * @throws {ModelError} no answer
   * @throws whatever `signal` was aborted with
   */
  async ask(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const stop = metrics.agentModel.startTimer();
    try {
      const answer = await this.breaker.execute(() => this.askAdapting(request, signal));
      stop({ outcome: 'answered' });
      metrics.agentTokens.inc({ direction: 'input' }, answer.inputTokens);
      metrics.agentTokens.inc({ direction: 'output' }, answer.outputTokens);
      return answer;
    } catch (error) {
      const failure = isBrokenCircuitError(error) ? new ModelError('unavailable', 'the circuit is open') : error;
      stop({ outcome: failure instanceof ModelError ? failure.failure : 'aborted' });
      throw failure;
    }
  }

  /** Models differ in what they take: what one refuses by name is left out, and it is asked once more. */
  private async askAdapting(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    try {
      return await this.complete(request, signal);
    } catch (error) {
      if (!(error instanceof APIError) || error.status !== 400) throw translate(error, signal);
      if (error.param === 'temperature') this.withoutTemperature.add(request.model);
      else if (!/image/i.test(`${error.code} ${error.param} ${error.message}`)) throw translate(error, signal);
      const messages = error.param === 'temperature' ? request.messages : withoutPictures(request.messages);
      return this.complete({ ...request, messages }, signal).catch((again: unknown) => {
        throw translate(again, signal);
      });
    }
  }

  private async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    const timeoutMs = this.config.OPENAI_TIMEOUT_MS * 3;
    const question = {
      model: request.model,
      messages: request.messages,
      max_completion_tokens: outputRoom(request),
      ...(takesTemperature(request) && !this.withoutTemperature.has(request.model)
        ? { temperature: request.temperature }
        : {}),
      // Efforts newer than this version of the client knows pass through it.
      ...(reasons(request.model) === false ? {} : { reasoning_effort: request.effort as 'low' }),
      store: false,
    };
    const completion = await withOwnSignal({ under: signal, timeoutMs }, (own) =>
      this.openai.chat.completions.create(question, { signal: own }),
    );
    return read(completion);
  }
}

function read(completion: ChatCompletion): ModelAnswer {
  const choice = completion.choices?.[0];
  if (!choice) throw new ModelError('unavailable', 'an answer without a choice');
  if (choice.message.refusal || choice.finish_reason === 'content_filter')
    throw new ModelError('declined', 'the model declined to answer', true);
  return {
    text: choice.message.content ?? '',
    truncated: choice.finish_reason === 'length',
    inputTokens: completion.usage?.prompt_tokens ?? 0,
    outputTokens: completion.usage?.completion_tokens ?? 0,
  };
}

/** The status decides, as with Meta; texts of errors may hold parts of the request and stay out of the message. */
function translate(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ModelError) return error;
  if (error instanceof APIUserAbortError || error instanceof APIConnectionTimeoutError)
    return new ModelError('unavailable', 'the model took too long', true);
  if (!(error instanceof APIError)) {
    return new ModelError('unavailable', error instanceof Error ? error.name : 'the call failed');
  }
  const { status, code, type, requestID } = error as APIError<number | undefined>;
  const what = `${status ?? 'no answer'} ${code ?? type ?? ''} ${requestID ?? ''}`.trim();
  const temporary = status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
  return new ModelError(temporary && code !== 'insufficient_quota' ? 'unavailable' : 'refused', what);
}

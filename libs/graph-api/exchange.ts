import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** One HTTP request, as the dispatcher takes it. */
export type ExchangeRequest = Pick<Dispatcher.DispatchOptions, 'origin' | 'path' | 'method' | 'headers' | 'body'>;

export interface TokenExchangeResult {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export type ExchangeLimit = 'timeout' | 'aborted' | 'too_large';

/** The exchange did not complete. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';

  constructor(
    /** False when not a byte of the request was written, and none will be. */
    readonly dispatched: boolean,
    /** Who ended it, when it was not the network. */
    readonly limit: ExchangeLimit | undefined,
    readonly systemCode: string | undefined,
    readonly status: number | undefined,
  ) {
    super('the exchange did not complete');
  }
}

export interface ExchangeLimits {
  timeoutMs: number;
  maxBodyBytes: number;
  signal?: AbortSignal;
}

/**
 * Sends a request and reads its answer whole. Stands below undici's `request` for one reason: only the handler learns
 * when a request is put on a connection, which is what makes a failed send repeatable or not.
 * @throws {ExchangeError}
 */
export function exchange(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  limits: ExchangeLimits,
): Promise<TokenExchangeResult> {
  if (limits.signal?.aborted) return Promise.reject(new ExchangeError(false, 'aborted', undefined, undefined));
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(limits, resolve, reject);
    // Our own timer bounds the whole call; undici's are for parts of it.
    try {
      dispatcher.dispatch({ ...request, headersTimeout: 0, bodyTimeout: 0 }, handler);
    } catch (error) {
      handler.onResponseError(undefined, error as Error);
    }
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private status: number | undefined;
  private headers: IncomingHttpHeaders = {};
  private settled = false;
  private readonly onAbort = (): void => this.end('aborted');

  constructor(
    private readonly limits: ExchangeLimits,
    private readonly resolve: (answer: TokenExchangeResult) => void,
    private readonly reject: (error: ExchangeError) => void,
  ) {
    this.timer = setTimeout(() => this.end('timeout'), limits.timeoutMs);
    limits.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: undici asks here before it writes, so it will never be sent.
    if (this.settled) controller.abort(new Error('given up'));
    else this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.limits.maxBodyBytes) this.end('too_large');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.settle()) return;
    this.resolve({ status: this.status ?? 0, headers: this.headers, body: Buffer.concat(this.chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error & { code?: unknown }): void {
    if (!this.settle()) return;
    this.reject(this.failure(undefined, typeof error.code === 'string' ? error.code : error.name));
  }

  private end(limit: ExchangeLimit): void {
    if (!this.settle()) return;
    const failure = this.failure(limit, undefined);
    this.reject(failure);
    this.controller?.abort(new Error(limit));
  }

  private failure(limit: ExchangeLimit | undefined, systemCode: string | undefined): ExchangeError {
    return new ExchangeError(this.controller !== undefined, limit, systemCode, this.status);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    this.limits.signal?.removeEventListener('abort', this.onAbort);
    return true;
  }
}

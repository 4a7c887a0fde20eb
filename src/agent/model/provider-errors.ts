import { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { ModelError } from './model-errors.js';

/** Longer waits are as good as none: whoever asks for one is asked again after this. */
const longestRetryAfterMs = 3_600_000;
/** Of an error's text. */
const maxErrorBytes = 16_000;

/**
 * The status decides, as with Meta; then type and code, in which providers say what a status leaves open. Texts of
 * errors may hold parts of the request and stay out of the message.
 * @param now for a `Retry-After` that is a date
 */
export function toModelError(error: unknown, now: number): ModelError {
  if (error instanceof ModelError) return error;
  if (
    error instanceof APIUserAbortError ||
    error instanceof APIConnectionTimeoutError ||
    nameOf(error) === 'TimeoutError'
  )
    return new ModelError('unavailable', 'the model took too long', { mayHaveCost: true });
  // A body that broke off or is no JSON: the answer was made, and can't be read.
  if (nameOf(error) === 'SyntaxError')
    return new ModelError('unreadable', 'an answer that is no JSON', { answered: true });
  if (!isApiError(error)) return new ModelError('unavailable', nameOf(error) ?? 'the call failed');
  const { status, code, type, requestID } = error;
  const what = [status ?? 'no answer', code ?? type, requestID].filter((part) => part != null).join(' ');
  if (isOutOfCredit(error)) return new ModelError('quota', what);
  if (status === 404 && isModelGone(error)) return new ModelError('gone', what);
  if (!isPassing(error)) return new ModelError('refused', what);
  return new ModelError('unavailable', what, { retryAfterMs: retryAfterMs(error.headers, now) });
}

/** What an API answered, or that it could not be reached. */
export function isApiError(error: unknown): error is APIError {
  return error instanceof APIError;
}

/** Whether another try may go well. */
export function isPassing(error: unknown): boolean {
  if (!isApiError(error)) return false;
  const { status } = error;
  return !isOutOfCredit(error) && (status === undefined || [408, 409, 425, 429].includes(status) || status >= 500);
}

/** No credit left is told as 429 like a rate limit, by type or code alone; 402 says nothing else. */
function isOutOfCredit({ status, code, type }: APIError): boolean {
  return status === 402 || /quota|billing|credit|balance|payment/i.test(`${code ?? ''} ${type ?? ''}`);
}

/** A server without the route answers 404 as well. */
export function isModelGone({ code, message }: APIError): boolean {
  return /model_?not_?found|deprecat|decommission/i.test(code ?? '') || /\bmodel\b/i.test(message);
}

/** As the provider asks: `retry-after-ms`, or `Retry-After` in seconds or as a date; nothing when it is nonsense. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const exact = headers?.get('retry-after-ms')?.trim();
  const usual = headers?.get('retry-after')?.trim();
  const candidates = [
    exact && Number(exact),
    usual && Number(usual) * 1_000,
    usual && /[a-z]/i.test(usual) ? Date.parse(usual) - now : NaN,
  ];
  const waitMs = candidates.find((ms): ms is number => typeof ms === 'number' && Number.isFinite(ms) && ms >= 0);
  return waitMs === undefined ? undefined : Math.min(waitMs, longestRetryAfterMs);
}

/**
 * `fetch` whose error bodies have the form that the client reads, `{ error: { message } }`: others say it in `detail`,
 * in a list, or in plain text, which it would drop.
 */
export async function fetchWithReadableErrors(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok) return response;
  const text = (await response.text()).slice(0, maxErrorBytes);
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(readableError(text)), { status: response.status, headers });
}

function readableError(text: string): object {
  try {
    const body = JSON.parse(text) as { error?: unknown } | null;
    // A nested detail is kept in the message, where the name of a parameter is looked for.
    if (typeof body?.error === 'object' && body.error !== null) {
      const { message } = body.error as { message?: unknown };
      return { error: { ...body.error, message: typeof message === 'string' ? message : text } };
    }
  } catch {
    // no JSON
  }
  return { error: { message: text } };
}

/** A `DOMException` is no `Error` everywhere. */
function nameOf(error: unknown): string | undefined {
  const name = (error as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}

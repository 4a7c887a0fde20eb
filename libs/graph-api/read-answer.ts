import { GraphApiError, GraphCallError, type GraphRoute } from './errors.js';
import type { TokenExchangeResult } from './exchange.js';
import { parseJsonLossless, toId } from './json.js';
import { redact } from './redact.js';
import { readUsage, type GraphUsage } from './usage.js';

export type JsonObject = Record<string, unknown>;

/** A good answer. */
export interface GraphResult {
  body: unknown;
  usage?: GraphUsage;
}

/**
 * Reads an HTTP answer of the Graph API.
 * @param secrets what must not turn up in an error's text
 * @throws {GraphApiError} for an error of the platform, whatever its HTTP status
 * @throws {GraphCallError} `unreadable` for a good status without JSON, and for a bad one that Meta's side gave no
 *   reason for: whether the call had an effect isn't known then
 */
export function readAnswer(route: GraphRoute, answer: TokenExchangeResult, secrets: readonly string[]): GraphResult {
  const usage = readUsage(answer.headers);
  const body = parseBody(answer.body);
  const said = errorIn(body);
  const { status } = answer;
  // An answer of 4xx refuses without a word of explanation too; 408 tells that the request didn't arrive whole.
  if (said || (status >= 400 && status < 500 && status !== 408)) {
    throw apiError(route, said ?? {}, answer, { usage, secrets });
  }
  if (status >= 200 && status < 300 && body !== undefined) return { body, ...(usage && { usage }) };
  throw new GraphCallError(`The answer can't be read (HTTP ${status}).`, {
    ...route,
    reason: 'unreadable',
    delivered: 'unknown',
    httpStatus: status,
    usage,
  });
}

function parseBody(body: Buffer): unknown {
  try {
    return parseJsonLossless(body);
  } catch {
    return undefined;
  }
}

/** Graph answers `error{…}`, the OAuth hosts `error_type, error_message` beside each other. */
function errorIn(body: unknown): JsonObject | undefined {
  if (!isObject(body)) return undefined;
  if (isObject(body.error)) return body.error;
  if (typeof body.error_message === 'string' || typeof body.error_type === 'string') {
    // Its `code` repeats the HTTP status; as a Graph code it would mean something else.
    return { message: body.error_message, type: body.error_type, fbtrace_id: body.fbtrace_id };
  }
  return typeof body.error === 'string'
    ? { message: body.error_description ?? body.error, type: body.error }
    : undefined;
}

function apiError(
  route: GraphRoute,
  said: JsonObject,
  { status, headers }: TokenExchangeResult,
  { usage, secrets }: { usage: GraphUsage | undefined; secrets: readonly string[] },
): GraphApiError {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? redact(value, secrets) : undefined;
  const regainMs = usage && usage.regainMs > 0 ? usage.regainMs : undefined;
  return new GraphApiError(text(said.message) ?? `Refused without a reason (HTTP ${status}).`, {
    ...route,
    httpStatus: status,
    code: toCode(said.code),
    subcode: toCode(said.error_subcode),
    type: text(said.type),
    fbtraceId: text(said.fbtrace_id),
    isTransient: said.is_transient === true || said.is_transient === 'true',
    userTitle: text(said.error_user_title),
    userMessage: text(said.error_user_msg),
    usage,
    retryAfterMs: readRetryAfter(headers['retry-after']) ?? regainMs,
  });
}

function toCode(value: unknown): number | undefined {
  const id = toId(value);
  return id !== undefined && /^-?\d{1,9}$/.test(id) ? Number(id) : undefined;
}

function readRetryAfter(value: string | string[] | undefined): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return undefined;
  const ms = /^\d{1,7}$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

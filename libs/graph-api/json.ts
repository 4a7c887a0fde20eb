import { parse as parseLossless } from 'lossless-json';

/**
 * Why a body was refused: `invalid` is not JSON, `too_deep` nests further than anything Meta sends, `proto_key` names a
 * prototype where that is refused.
 */
export type GraphJsonErrorReason = 'invalid' | 'too_deep' | 'proto_key';

/** The text is not JSON we take. Its message never quotes the text: bodies carry people's messages. */
export class GraphJsonError extends Error {
  override readonly name = 'GraphJsonError';

  constructor(
    readonly reason: GraphJsonErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A bare number of 16 digits or more may stand above 2^53, where `JSON.parse` turns …057 into …056. */
const LONG_NUMBER = /(?:^|[:[,])\s*-?\d{16}/;
/** `__proto__` as a key, with any of its letters escaped. Rare enough that the careful path may be slow. */
const PROTO_KEY =
  /"(?:_|\\u005f){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006f)(?:t|\\u0074)(?:o|\\u006f)(?:_|\\u005f){2}"\s*:/i;
const INTEGER = /^-?\d+$/;
/** Webhook payloads nest a dozen levels; MongoDB stops at a hundred. */
const defaultDepth = 64;

/**
 * Parses JSON without losing a digit of a long id: a bare integer that a double can't hold comes back as a string of
 * the same digits. A `__proto__` key is left out, a repeated key keeps its last value, as with `JSON.parse`. One byte
 * order mark at the beginning is no part of it (RFC 8259 section 8.1).
 *
 * @param maxDepth how many arrays and objects may stand inside each other
 * @param refuseProto whether a `__proto__` key is refused instead
 * @throws GraphJsonError for anything that is not JSON or nests too deep
 */
export function parseJsonLossless(
  input: string | Buffer,
  { maxDepth = defaultDepth, refuseProto = false }: { maxDepth?: number; refuseProto?: boolean } = {},
): unknown {
  const text = withoutMark(typeof input === 'string' ? input : input.toString('utf8'));
  if (deeperThan(text, maxDepth))
    throw new GraphJsonError('too_deep', `The JSON nests deeper than ${maxDepth} levels.`);
  try {
    const value = LONG_NUMBER.test(text)
      ? parseLossless(text, null, { parseNumber: keepDigits, onDuplicateKey: ({ newValue }) => newValue })
      : (JSON.parse(text) as unknown);
    if (!PROTO_KEY.test(text)) return value;
    if (refuseProto) throw new GraphJsonError('proto_key', 'The JSON has a key that names a prototype.');
    return withoutProtoKeys(value);
  } catch (error) {
    if (error instanceof GraphJsonError) throw error;
    // The cause's message quotes the body; only its kind may travel on into a log.
    throw new GraphJsonError('invalid', `The body is not valid JSON (${(error as Error).name}).`);
  }
}

/**
 * As {@link parseJsonLossless}, but what nests too deep becomes `null`, and only that: one event in a delivery must not
 * take its neighbours with it.
 * @throws GraphJsonError for anything that is not JSON
 */
export function parseJsonCut(text: string, maxDepth = defaultDepth): { body: unknown; isCut: boolean } {
  try {
    return { body: parseJsonLossless(text, { maxDepth }), isCut: false };
  } catch (error) {
    if (!(error instanceof GraphJsonError) || error.reason !== 'too_deep') throw error;
    return { body: parseJsonLossless(cutBelow(text, maxDepth), { maxDepth }), isCut: true };
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function keepDigits(digits: string): number | string {
  const number = Number(digits);
  return INTEGER.test(digits) && !Number.isSafeInteger(number) ? digits : number;
}

/** Counts brackets outside strings before parsing, because a recursive parser dies of a deep body instead of refusing it. */
function deeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      if (at < 0) return false;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return false;
}

/** With `null` for each array and object below that depth. */
function cutBelow(text: string, maxDepth: number): string {
  const kept: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      if (at < 0) break;
    } else if (code === 0x5b || code === 0x7b) {
      if (depth++ === maxDepth) kept.push(text.slice(from, at), 'null');
    } else if (code === 0x5d || code === 0x7d) {
      if (--depth === maxDepth) from = at + 1;
    }
  }
  // One that never ends leaves the text open: it is not JSON then, as it was not before.
  return depth > maxDepth ? kept.join('') : kept.join('') + text.slice(from);
}

function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return -1;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function withoutProtoKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProtoKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === '__proto__' ? [] : [[key, withoutProtoKeys(inner)]])),
  );
}

/**
 * Meta's id as the string it is, whether it came as a string, a number or a bigint. `undefined` when there is none.
 * A number above 2^53 has already lost its last digits by then: parse with {@link parseJsonLossless}.
 */
export function toId(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString();
  return undefined;
}

/** Below this a number is seconds, above it milliseconds: as seconds it is the year 5138, as milliseconds 1973. */
const SECONDS_LIMIT = 1e11;
const MICROSECONDS_LIMIT = 1e14;
const NUMERIC = /^\d+(?:\.\d+)?$/;
const ISO = /^\d{4}-\d{2}-\d{2}/;

/**
 * A time of Meta's in milliseconds, from milliseconds, seconds, microseconds, numeric strings, ISO strings (also
 * `+0000` without a colon) or a Date. `undefined` for what is no time, zero and below included.
 */
export function toMillis(value: unknown): number | undefined {
  if (typeof value === 'number') return scaleToMillis(value);
  if (typeof value === 'bigint') return scaleToMillis(Number(value));
  if (value instanceof Date) return scaleToMillis(value.getTime(), 1);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (NUMERIC.test(text)) return scaleToMillis(Number(text));
  return ISO.test(text) ? scaleToMillis(Date.parse(text), 1) : undefined;
}

function scaleToMillis(value: number, factor?: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const millis = value * (factor ?? (value < SECONDS_LIMIT ? 1000 : value < MICROSECONDS_LIMIT ? 1 : 0.001));
  return millis <= 8.64e15 ? Math.round(millis) : undefined;
}

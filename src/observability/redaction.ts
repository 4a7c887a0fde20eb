const mark = '[redacted]';

/** Field names whose values never reach a log, wherever they stand in an object. */
const secretKeys =
  /^(authorization|cookie|set-cookie|x-hub-signature(-256)?|access_token|accesstoken|refresh_token|token|client_secret|app_secret|appsecret_proof|secret|password|signed_request|code|jwt|api_key|apikey)$/i;

/** Field names that hold what people wrote: ids are for logs, content is not. */
const contentKeys = /^(text|message_text|content|payload|raw|body|caption|instructions|fallback_text|last_message)$/i;

const secretValues = [
  /\b(?:IGAA|EAA)[A-Za-z0-9_-]{8,}/g, // Meta's access tokens
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, // JWTs
  /\bsk-[A-Za-z0-9_-]{12,}/g, // OpenAI keys
  /\bBearer\s+[\w.~+/-]{8,}=*/gi,
  /((?:access_token|client_secret|appsecret_proof|code|token|signed_request)=)[^&\s"']+/gi,
  /((?:mongodb(?:\+srv)?|rediss?|redis\+\w+|https?):\/\/)[^@\s/]+(?=@)/gi,
];

/** Takes tokens, keys and credentials out of a text, whatever they stand in. */
export function redactText(text: string): string {
  let clean = text;
  for (const pattern of secretValues) {
    clean = clean.replace(pattern, (_match, prefix: unknown) =>
      typeof prefix === 'string' ? `${prefix}${mark}` : mark,
    );
  }
  return clean;
}

/**
 * A copy of `value` fit for a log: secrets by key and by look, message text by key. pino's own `redact` knows paths
 * only and would miss a token inside an error's text or a URL.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > 6) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value;
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return redact((value.toJSON as () => unknown)(), depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      (secretKeys.test(key) && item != null && !isNumericCode(key, item)) ||
      (contentKeys.test(key) && typeof item === 'string')
        ? mark
        : redact(item, depth + 1),
    ]),
  );
}

/** `code` is OAuth's secret but also the name of every error code: numbers and short words are no secrets. */
function isNumericCode(key: string, item: unknown): boolean {
  return (
    key.toLowerCase() === 'code' &&
    (typeof item === 'number' || (typeof item === 'string' && /^[A-Za-z_]{1,40}$/.test(item)))
  );
}

/** The driver hangs its whole view of the replica set on an error; the cause is told on its own. */
const bulkyErrorKeys = new Set(['cause', 'reason', 'errorLabelSet', 'errorResponse', 'connectionGeneration']);

function redactError(error: Error, depth: number): Record<string, unknown> {
  const extra = Object.fromEntries(Object.entries(error).filter(([key]) => !bulkyErrorKeys.has(key)));
  return {
    type: error.name,
    message: redactText(error.message),
    stack: error.stack === undefined ? undefined : redactText(error.stack),
    ...(redact(extra, depth + 1) as Record<string, unknown>),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

import { cleanText } from '../text/clean-text.js';

/** What of a tool's answer the model sees, at most. */
export const maxAnswerBytes = 2_000;

const pointerRule = /^(?:\/(?:[^~/]|~[01])*)+$/;

/** Whether it is a JSON pointer (RFC 6901) into an answer. */
export function isPointer(text: string): boolean {
  return pointerRule.test(text);
}

/**
 * What the model is shown of an answer: what the owner picked of it, without what can't be seen, and little.
 * @param body as it came; JSON, or a text
 */
export function pickedAnswer(body: string, pick: readonly string[]): unknown {
  const parsed = parse(body);
  const isJson = parsed !== undefined;
  const shown = pick.length === 0 ? (isJson ? parsed : body) : picked(isJson ? parsed : null, pick);
  const clean = cleaned(shown, 0);
  const text = JSON.stringify(clean);
  if (Buffer.byteLength(text) <= maxAnswerBytes) return clean;
  return { cut: `${cutAt(text, maxAnswerBytes - 100)}…` };
}

function picked(value: unknown, pick: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(pick.map((pointer) => [pointer, at(value, pointer) ?? null]));
}

function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replace(/~1/g, '/').replace(/~0/g, '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 8) return null;
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => cleaned(one, depth + 1));
  const entries = Object.entries(value).slice(0, 100);
  return Object.fromEntries(entries.map(([key, one]) => [cleanText(key).slice(0, 100), cleaned(one, depth + 1)]));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** Never within a letter. */
function cutAt(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD$/, '');
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseJsonLossless } from './json.js';

export type SignedRequestResult =
  /** `secretIndex` tells which of the secrets matched. */
  | { ok: true; payload: Record<string, unknown>; secretIndex: number }
  | { ok: false; reason: 'missing' | 'malformed' | 'mismatch' };

const form = /^([\w-]+={0,2})\.([\w-]+={0,2})$/;

/** The form field that Meta's deauthorize and data deletion callbacks carry, for specs and stand-ins. */
export function signRequest(payload: Record<string, unknown>, appSecret: string): string {
  const encoded = Buffer.from(JSON.stringify({ algorithm: 'HMAC-SHA256', ...payload })).toString('base64url');
  return `${digestOf(encoded, appSecret).toString('base64url')}.${encoded}`;
}

/**
 * Opens Meta's `signed_request`: a base64url signature, a dot, base64url JSON. What is signed is the text behind the
 * dot as it was sent. The payload's algorithm must be the one that was checked, or a caller could believe another.
 *
 * @param appSecrets all that may have signed; each is compared, in constant time
 * @throws {RangeError} when there is no secret: nothing may pass unchecked
 */
export function verifySignedRequest(value: unknown, appSecrets: readonly string[]): SignedRequestResult {
  if (!appSecrets.some((secret) => secret !== '')) throw new RangeError('No app secret is configured.');
  if (value === undefined || value === null || value === '') return { ok: false, reason: 'missing' };
  const [, signature, encoded] = (typeof value === 'string' && form.exec(value)) || [];
  if (signature === undefined || encoded === undefined) return { ok: false, reason: 'malformed' };
  const given = Buffer.from(signature, 'base64url');
  let secretIndex = -1;
  for (const [index, secret] of appSecrets.entries()) {
    if (secret === '') continue;
    const expected = digestOf(encoded, secret);
    if (given.length === expected.length && timingSafeEqual(given, expected) && secretIndex < 0) secretIndex = index;
  }
  if (secretIndex < 0) return { ok: false, reason: 'mismatch' };
  const payload = readPayload(encoded);
  return payload ? { ok: true, payload, secretIndex } : { ok: false, reason: 'malformed' };
}

function digestOf(encoded: string, appSecret: string): Buffer {
  return createHmac('sha256', appSecret).update(encoded).digest();
}

function readPayload(encoded: string): Record<string, unknown> | undefined {
  try {
    const json = parseJsonLossless(Buffer.from(encoded, 'base64url'), { maxDepth: 16 });
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
    const payload = json as Record<string, unknown>;
    const { algorithm } = payload;
    return typeof algorithm === 'string' && algorithm.toUpperCase() === 'HMAC-SHA256' ? payload : undefined;
  } catch {
    return undefined;
  }
}

import { createHmac, timingSafeEqual } from 'node:crypto';

const prefix = 'sha256=';
const digestLength = 32;

/** Why a signature was refused, for the log of the server; the sender is told nothing. */
export type SignatureProblem =
  | 'no secret is configured'
  | 'the header is missing'
  | 'the header is not sha256= and 64 hex digits'
  | 'no configured app secret signed these bytes';

export type SignatureResult =
  /** `secretIndex` tells which of the secrets matched: during a rotation, whether the old one is still in use. */
  { ok: true; secretIndex: number } | { ok: false; reason: SignatureProblem };

/** The `X-Hub-Signature-256` header that Meta would send with these bytes. */
export function signBody(rawBody: Buffer | string, appSecret: string): string {
  return prefix + createHmac('sha256', appSecret).update(rawBody).digest('hex');
}

/**
 * Checks `X-Hub-Signature-256` over the raw bytes, before anything parses them: Meta escapes `/` and non-ASCII in what
 * it signs, so a body that was parsed and written again no longer matches. Every secret is compared, in constant time.
 *
 * @param header as the server has it; a repeated header (an array) is refused
 * @param appSecrets all that may have signed: Meta doesn't document which of its two apps' secrets does
 */
export function verifySignature(
  rawBody: Buffer,
  header: string | string[] | undefined,
  appSecrets: readonly string[],
): SignatureResult {
  const usable = appSecrets.filter((secret) => secret !== '');
  if (usable.length === 0) return { ok: false, reason: 'no secret is configured' };
  if (header === undefined || header === '') return { ok: false, reason: 'the header is missing' };
  const given = readDigest(header);
  if (given === undefined) return { ok: false, reason: 'the header is not sha256= and 64 hex digits' };
  let secretIndex = -1;
  for (const [index, secret] of appSecrets.entries()) {
    // An empty secret would make everybody's signature computable.
    if (secret === '') continue;
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    if (timingSafeEqual(given, expected) && secretIndex < 0) secretIndex = index;
  }
  return secretIndex < 0
    ? { ok: false, reason: 'no configured app secret signed these bytes' }
    : { ok: true, secretIndex };
}

function readDigest(header: string | string[]): Buffer | undefined {
  if (typeof header !== 'string' || !/^sha256=[0-9a-fA-F]{64}$/.test(header)) return undefined;
  const digest = Buffer.from(header.slice(prefix.length), 'hex');
  return digest.length === digestLength ? digest : undefined;
}

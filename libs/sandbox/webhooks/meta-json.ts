import { createHmac } from 'node:crypto';

/**
 * JSON as Meta writes it into a webhook's body: slashes and everything beyond ASCII escaped. The signature covers these
 * very bytes, which is why a server that parses and writes them again before it checks refuses every emoji.
 */
export function metaJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The headers with which Meta signs a webhook's raw body. Written apart from the server's own library on purpose: a
 * mistake there would otherwise be made on both sides, and go unseen.
 */
export function signatureHeaders(rawBody: string, appSecret: string): Record<string, string> {
  const digest = (algorithm: string) => createHmac(algorithm, appSecret).update(rawBody).digest('hex');
  return { 'x-hub-signature': `sha1=${digest('sha1')}`, 'x-hub-signature-256': `sha256=${digest('sha256')}` };
}

/** A `signed_request` as Meta's deauthorize and data deletion callbacks carry it. */
export function signedRequest(claims: Record<string, unknown>, appSecret: string): string {
  const payload = Buffer.from(JSON.stringify({ algorithm: 'HMAC-SHA256', ...claims })).toString('base64url');
  return `${createHmac('sha256', appSecret).update(payload).digest('base64url')}.${payload}`;
}

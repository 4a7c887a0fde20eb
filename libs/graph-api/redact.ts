/** Shapes of tokens as Meta issues them; `app-id|app-secret` and codes are known by value only. */
const tokenShapes = /\b(?:IG(?:AA|QV|QW|Q)|EAA)[\w-]{16,}/g;
const tokenParameters =
  /\b((?:access_token|client_secret|fb_exchange_token|input_token|appsecret_proof|code)=)[^&\s"']+/gi;

/**
 * Takes secrets out of a sentence: Meta repeats a malformed token in its error message, and that message is stored,
 * logged and shown.
 * @param secrets what was sent with the call
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    for (const form of new Set([secret, encodeURIComponent(secret)])) clean = clean.replaceAll(form, '[redacted]');
  }
  return clean.replace(tokenShapes, '[redacted]').replace(tokenParameters, '$1[redacted]');
}

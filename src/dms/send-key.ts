import { randomUUID } from 'node:crypto';

const callersPrefix = 'api:';

/** The intent that a caller names with an Idempotency-Key; it may come again. */
export function callersKey(idempotencyKey: string): string {
  return `${callersPrefix}${idempotencyKey}`;
}

/** The intent of a request without an Idempotency-Key; it comes once. */
export function ownKey(): string {
  return `own:${randomUUID()}`;
}

/** Whether a DM with this `send_key` was sent with an Idempotency-Key. */
export function isCallersKey(sendKey: string | undefined): boolean {
  return sendKey?.startsWith(callersPrefix) ?? false;
}

/** What the caller named it by. */
export function clientKeyOf(sendKey: string | undefined): string | undefined {
  return isCallersKey(sendKey) ? replyKeyOf(sendKey as string).slice(callersPrefix.length) : undefined;
}

/** The reply that a `send_key` is a part of. */
export function replyKeyOf(sendKey: string): string {
  return sendKey.slice(0, sendKey.lastIndexOf(':'));
}

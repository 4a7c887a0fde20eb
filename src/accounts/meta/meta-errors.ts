import { classifyGraphFailure, GraphApiError, isGraphError, type GraphError } from '#libs/graph-api';
import { UpstreamError } from '../../errors/index.js';
import type { AccountError } from '../account.schema.js';

/** The token is invalid, expired or revoked. */
export function isDeadToken(error: GraphError): boolean {
  return classifyGraphFailure(error).kind === 'token_invalid';
}

/** The object asked for does not exist, or not for this account. */
export function isUnknownObject(error: GraphError): boolean {
  return error instanceof GraphApiError && error.code === 100 && error.subcode === 33;
}

/** What operators may see of a failed call. */
export function noteOf(error: GraphError): Omit<AccountError, 'at' | 'during'> {
  if (!(error instanceof GraphApiError)) return { message: error.message };
  return { message: error.message, code: error.code, subcode: error.subcode, fbtrace_id: error.fbtraceId };
}

/** The `details` of an error answer. */
export function detailsOf(error: GraphError): Record<string, unknown> {
  if (!(error instanceof GraphApiError)) return { reason: error.reason };
  const { code, subcode, type, fbtraceId } = error;
  return { code, subcode, type, fbtrace_id: fbtraceId };
}

/** A failed Graph call as our answer: 502 with Meta's codes in `details`. What isn't one passes through. */
export function asUpstream(error: unknown): unknown {
  if (!isGraphError(error)) return error;
  const sentence = error instanceof GraphApiError ? `Meta refused: ${error.message}` : 'Meta did not answer.';
  return new UpstreamError(sentence, { details: detailsOf(error), cause: error });
}

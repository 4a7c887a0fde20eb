import { classifyGraphFailure, GraphApiError, type GraphError, type GraphUsage } from '#libs/graph-api';
import type { CallError, CallResult } from '../outbound.port.js';

/** What a failed call of the Graph API says of the message. */
export function graphFailureOf(error: GraphError): CallResult {
  const { kind, retryAfterMs } = classifyGraphFailure(error);
  const said = callErrorOf(error, kind);
  if (kind === 'outcome_unknown') return { kind: 'unknown', error: said };
  return { kind: 'not_sent', refusal: kind, error: said, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** A failed call in the words that are stored with the message. */
export function callErrorOf(error: GraphError, kind: CallError['kind']): CallError {
  const api = error instanceof GraphApiError ? error : undefined;
  return {
    kind,
    message: error.message,
    ...(api?.code === undefined ? {} : { code: api.code }),
    ...(api?.subcode === undefined ? {} : { subcode: api.subcode }),
    ...(api?.fbtraceId === undefined ? {} : { fbtrace_id: api.fbtraceId }),
  };
}

export function usageIn(usage: GraphUsage | undefined): Pick<CallResult, 'usage'> {
  return usage ? { usage: { percent: usage.percent, regainMs: usage.regainMs } } : {};
}

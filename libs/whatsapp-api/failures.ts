import { GraphApiError, type GraphError, type GraphFailureKind } from '#libs/graph-api';

type Codes = number | readonly [from: number, to: number];

/** A row: which codes, and what they mean for whoever sent. */
export interface WhatsAppFailureRule {
  rule: string;
  kind: GraphFailureKind;
  codes: readonly Codes[];
  /** `person`: this person's pace alone. */
  scope?: 'person';
}

/** How a refusal is read, in an answer and in a status. Only the code decides; the first row that has it. */
export const WHATSAPP_FAILURE_RULES: readonly WhatsAppFailureRule[] = [
  { rule: 'token', kind: 'token_invalid', codes: [0, 190] },
  { rule: 'pair_rate', kind: 'rate_limited', codes: [131056], scope: 'person' },
  { rule: 'rate', kind: 'rate_limited', codes: [4, 80007, 130429, 131048, 131064, 133016] },
  { rule: 'window', kind: 'outside_window', codes: [131047] },
  { rule: 'person', kind: 'no_recipient', codes: [131021, 131026, 131030, 130472, 131049, 131050, 130403] },
  { rule: 'locked', kind: 'blocked', codes: [368, 131031, 130497, 131037, 131042] },
  // The number moves, for a minute at most: nothing was taken.
  { rule: 'maintenance', kind: 'rate_limited', codes: [131057] },
  { rule: 'not_registered', kind: 'permission', codes: [131045, 133010, 33] },
  { rule: 'permission', kind: 'permission', codes: [3, 10, [200, 299], 131005] },
  { rule: 'request', kind: 'bad_request', codes: [100, 131008, 131009, 131051, 131052, 131053, 131062, 135000] },
  { rule: 'template', kind: 'bad_request', codes: [[132000, 132999]] },
  // Meta may have sent it all the same: its status tells, and nothing else does.
  { rule: 'fate_unknown', kind: 'outcome_unknown', codes: [1, 2, 131000, 131016, 133004] },
];

/** What a code means; `undefined` for one that nobody here knows. */
export function whatsAppRuleOf(code: number | undefined): WhatsAppFailureRule | undefined {
  if (code === undefined) return undefined;
  return WHATSAPP_FAILURE_RULES.find(({ codes }) =>
    codes.some((one) => (typeof one === 'number' ? one === code : code >= one[0] && code <= one[1])),
  );
}

export interface WhatsAppFailure {
  kind: GraphFailureKind;
  rule: string;
  scope?: 'person';
  retryAfterMs?: number;
}

/**
 * What a failed send means. There is no record of what was sent to look at, so that whatever is not plainly a refusal
 * leaves the outcome open.
 */
export function classifyWhatsAppFailure(error: GraphError): WhatsAppFailure {
  if (!(error instanceof GraphApiError)) {
    if (error.delivered === 'unknown') return { kind: 'outcome_unknown', rule: error.reason };
    return { kind: error.reason === 'invalid' ? 'bad_request' : 'not_reached', rule: error.reason };
  }
  const { code, httpStatus, retryAfterMs } = error;
  const known = whatsAppRuleOf(code);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (known) return { kind: known.kind, rule: known.rule, ...(known.scope ? { scope: known.scope } : {}), ...wait };
  if (httpStatus === 429) return { kind: 'rate_limited', rule: 'status', ...wait };
  if (httpStatus === 401) return { kind: 'token_invalid', rule: 'status' };
  return { kind: httpStatus >= 500 || httpStatus < 400 ? 'outcome_unknown' : 'bad_request', rule: 'unknown_code' };
}

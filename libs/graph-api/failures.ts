import { GraphApiError, type GraphError } from './errors.js';

/** What a failed call means for whoever made it. */
export type GraphFailureKind =
  | 'rate_limited'
  /** Nothing was sent: repeating it at once is safe. */
  | 'not_reached'
  /** Meta asks to try again. It says so of what it has done, too: look before repeating a send. */
  | 'temporary'
  | 'outcome_unknown'
  | 'outside_window'
  | 'no_recipient'
  | 'bad_request'
  | 'token_invalid'
  | 'permission'
  | 'blocked'
  | 'person_unavailable';

export interface GraphFailure {
  kind: GraphFailureKind;
  /** Which row of {@link GRAPH_FAILURE_RULES} said so. */
  rule: string;
  /** Whether a message may have reached the person all the same. */
  sent: 'no' | 'unknown';
  /** When Meta said it. */
  retryAfterMs?: number;
}

type Codes = number | readonly [from: number, to: number];

export interface GraphFailureRule {
  rule: string;
  kind: GraphFailureKind;
  /** Single codes and ranges (both ends included). Absent: the row doesn't look at the code. */
  codes?: readonly Codes[];
  /** Absent: any subcode, or none. */
  subcodes?: readonly number[];
  /** The row also wants `is_transient`. */
  transient?: true;
  /** HTTP statuses, for answers whose code says nothing. */
  statuses?: readonly Codes[];
  meaning: string;
}

/**
 * How an error answer is read: the first row that fits decides. Code and subcode come before the HTTP status, because
 * Meta gives the same code with 400, 403 or 500, and sometimes with 200.
 */
export const GRAPH_FAILURE_RULES: readonly GraphFailureRule[] = [
  {
    rule: 'sent_but_error',
    kind: 'outcome_unknown',
    codes: [1],
    subcodes: [1357046],
    meaning: 'Meta’s documentation: the messages are all sent, but the endpoint returns an error',
  },
  {
    rule: 'window_closed',
    kind: 'outside_window',
    codes: [10],
    subcodes: [2018278, 2534022],
    meaning: 'The person’s last message is too long ago',
  },
  {
    rule: 'account_restricted',
    kind: 'blocked',
    codes: [10],
    subcodes: [1893063],
    meaning: 'The account is restricted',
  },
  {
    rule: 'blocked_from_api',
    kind: 'blocked',
    codes: [100],
    subcodes: [2534029],
    meaning: 'The account is blocked from sending through the API',
  },
  {
    rule: 'no_matching_user',
    kind: 'no_recipient',
    codes: [100],
    subcodes: [2018001, 2534014],
    meaning: 'There is no such person for this account',
  },
  {
    rule: 'rate_limit',
    kind: 'rate_limited',
    codes: [4, 17, 32, 613, [80000, 80014]],
    meaning: 'Too many calls by the app, the person, the Page or the account',
  },
  {
    rule: 'token',
    kind: 'token_invalid',
    codes: [190, 102, 463, 467],
    meaning: 'The token is invalid, expired or revoked',
  },
  { rule: 'policy', kind: 'blocked', codes: [368], meaning: 'Blocked for a violation of Meta’s policies' },
  {
    rule: 'person_unavailable',
    kind: 'person_unavailable',
    codes: [551],
    meaning: 'The person takes no messages from this account right now',
  },
  {
    rule: 'person_unavailable_by_subcode',
    kind: 'person_unavailable',
    codes: [200],
    subcodes: [1545041],
    meaning: 'The same in its older form',
  },
  { rule: 'page_pace_transient', kind: 'temporary', codes: [1200], meaning: 'A temporary failure of sending' },
  { rule: 'transient_code', kind: 'temporary', codes: [2], meaning: 'Meta has trouble for the moment' },
  { rule: 'transient_flag', kind: 'temporary', transient: true, meaning: 'Meta says that it will pass' },
  {
    rule: 'permission',
    kind: 'permission',
    codes: [3, 10, [200, 299]],
    meaning: 'The app or the person has not given this permission; 230: the person has not yet consented to be seen',
  },
  { rule: 'bad_parameter', kind: 'bad_request', codes: [100], meaning: 'The request is wrong, or names what is gone' },
  { rule: 'unknown_error', kind: 'outcome_unknown', codes: [1], meaning: 'Meta doesn’t know itself what happened' },
  { rule: 'http_429', kind: 'rate_limited', statuses: [429], meaning: 'Too many requests' },
  { rule: 'http_5xx', kind: 'temporary', statuses: [[500, 599]], meaning: 'A readable error of Meta’s own side' },
  { rule: 'http_401', kind: 'token_invalid', statuses: [401], meaning: 'The token was not taken' },
  { rule: 'http_403', kind: 'permission', statuses: [403], meaning: 'Refused without a known code' },
  { rule: 'other', kind: 'bad_request', meaning: 'Any other refusal' },
];

/** Reads a failure of {@link GraphClient}: what it means, and whether a message may have gone out all the same. */
export function classifyGraphFailure(error: GraphError): GraphFailure {
  if (!(error instanceof GraphApiError)) {
    if (error.delivered === 'unknown') return { kind: 'outcome_unknown', rule: error.reason, sent: 'unknown' };
    const kind = error.reason === 'invalid' ? 'bad_request' : 'not_reached';
    return { kind, rule: error.reason, sent: 'no' };
  }
  const { kind, rule } = GRAPH_FAILURE_RULES.find((row) => fits(row, error)) as GraphFailureRule;
  return {
    kind,
    rule,
    sent: kind === 'outcome_unknown' || kind === 'temporary' ? 'unknown' : 'no',
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

function fits({ codes, subcodes, transient, statuses }: GraphFailureRule, error: GraphApiError): boolean {
  if (codes && !isAmong(error.code, codes)) return false;
  if (subcodes && !isAmong(error.subcode, subcodes)) return false;
  if (transient && !error.isTransient) return false;
  return !statuses || isAmong(error.httpStatus, statuses);
}

function isAmong(value: number | undefined, codes: readonly Codes[]): boolean {
  if (value === undefined) return false;
  return codes.some((code) => (typeof code === 'number' ? value === code : value >= code[0] && value <= code[1]));
}

/**
 * Whether Meta refused the call for its `appsecret_proof`: the token is not of the app whose secret made it, or the app
 * asks for one that was not sent. Meta refuses before it does anything.
 */
export function isProofRefusal(error: unknown): error is GraphApiError {
  return error instanceof GraphApiError && /appsecret_proof/i.test(error.message);
}

/** Whether `GraphClient.refresh` was refused only because the token isn't 24 hours old yet: try again later. */
export function isTokenTooYoung(error: unknown): boolean {
  if (!(error instanceof GraphApiError) || error.route !== 'refresh_token') return false;
  return error.code === 100 && /24\s*hours|too (?:young|new|recent)|cannot be refreshed yet/i.test(error.message);
}

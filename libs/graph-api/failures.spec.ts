import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { graphAnswer, graphFixtureNames } from '../../test/fixtures/graph-fixtures.js';
import { GraphApiError, GraphCallError, type GraphRoute } from './errors.js';
import { classifyGraphFailure, GRAPH_FAILURE_RULES, isTokenTooYoung } from './failures.js';
import type { GraphFailureKind, GraphFailureRule } from './failures.js';
import { readAnswer } from './read-answer.js';

const route: GraphRoute = { host: 'instagram', route: 'send', method: 'POST' };

interface Said {
  code?: number;
  subcode?: number;
  httpStatus?: number;
  isTransient?: boolean;
  retryAfterMs?: number;
}

function kindOf(said: Said): GraphFailureKind {
  return classifyGraphFailure(new GraphApiError('no', { ...route, httpStatus: 400, ...said })).kind;
}

function failureOfFixture(name: string): GraphApiError {
  const { status, headers, body } = graphAnswer(name);
  const lowerCase = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
  try {
    readAnswer(route, { status, headers: lowerCase, body: Buffer.from(body) }, []);
  } catch (error) {
    return error as GraphApiError;
  }
  throw new Error(`${name} is no error`);
}

describe('what an error of the platform means', () => {
  it.each<[string, GraphFailureKind]>([
    ['err-1-1357046-sent', 'outcome_unknown'],
    ['err-100-33', 'bad_request'],
    ['err-190-expired', 'token_invalid'],
    ['err-190-unparseable', 'token_invalid'],
    ['err-230-consent-500', 'permission'],
    ['err-blocked-api', 'blocked'],
    ['err-buc-80002', 'rate_limited'],
    ['err-no-permission', 'permission'],
    ['err-no-recipient', 'no_recipient'],
    ['err-rate-613', 'rate_limited'],
    ['err-transient-2', 'temporary'],
    ['err-user-unavailable', 'person_unavailable'],
    ['err-window-400', 'outside_window'],
    ['message-deleted-detail', 'bad_request'],
    ['oauth-error', 'bad_request'],
    ['send-429', 'rate_limited'],
  ])('%s is %s', (name, kind) => expect(classifyGraphFailure(failureOfFixture(name)).kind).toBe(kind));

  it('covers every fixture of an error', () => {
    expect(graphFixtureNames().filter((name) => name.startsWith('err-'))).toHaveLength(13);
  });

  it.each<[Said, GraphFailureKind]>([
    [{ code: 10 }, 'permission'],
    [{ code: 10, subcode: 2018278 }, 'outside_window'],
    [{ code: 10, subcode: 2534022 }, 'outside_window'],
    [{ code: 10, subcode: 1893063 }, 'blocked'],
    [{ code: 100 }, 'bad_request'],
    [{ code: 100, subcode: 2018001 }, 'no_recipient'],
    [{ code: 100, subcode: 2534014 }, 'no_recipient'],
    [{ code: 100, subcode: 2534029 }, 'blocked'],
    [{ code: 200 }, 'permission'],
    [{ code: 299 }, 'permission'],
    [{ code: 300 }, 'bad_request'],
    [{ code: 4 }, 'rate_limited'],
    [{ code: 17 }, 'rate_limited'],
    [{ code: 32 }, 'rate_limited'],
    [{ code: 80006 }, 'rate_limited'],
    [{ code: 80002, isTransient: true }, 'rate_limited'],
    [{ code: 102 }, 'token_invalid'],
    [{ code: 190, subcode: 467 }, 'token_invalid'],
    [{ code: 463 }, 'token_invalid'],
    [{ code: 467 }, 'token_invalid'],
    [{ code: 368 }, 'blocked'],
    [{ code: 551, subcode: 1545041 }, 'person_unavailable'],
    [{ code: 1, subcode: 1357046, isTransient: true }, 'outcome_unknown'],
    [{ code: 100, isTransient: true }, 'temporary'],
    [{ code: 31337 }, 'bad_request'],
    [{}, 'bad_request'],
  ])('%j is %s', (said, kind) => expect(kindOf(said)).toBe(kind));

  it.each([200, 400, 401, 403, 429, 500, 503])('goes by the code, also with HTTP %d', (httpStatus) => {
    expect(kindOf({ httpStatus, code: 10, subcode: 2534022 })).toBe('outside_window');
    expect(kindOf({ httpStatus, code: 190 })).toBe('token_invalid');
    expect(kindOf({ httpStatus, code: 613 })).toBe('rate_limited');
    expect(kindOf({ httpStatus, code: 230 })).toBe('permission');
    expect(kindOf({ httpStatus, code: 100 })).toBe('bad_request');
    expect(kindOf({ httpStatus, code: 2 })).toBe('temporary');
    expect(kindOf({ httpStatus, code: 1 })).toBe('outcome_unknown');
  });

  it('goes by the HTTP status when the code says nothing', () => {
    for (const code of [undefined, 31337]) {
      expect(kindOf({ code, httpStatus: 429 })).toBe('rate_limited');
      expect(kindOf({ code, httpStatus: 401 })).toBe('token_invalid');
      expect(kindOf({ code, httpStatus: 403 })).toBe('permission');
      expect(kindOf({ code, httpStatus: 500 })).toBe('temporary');
      expect(kindOf({ code, httpStatus: 404 })).toBe('bad_request');
    }
  });

  it('is no proof that nothing was sent when Meta asks to try again', () => {
    const sentAfter = (said: Said) =>
      classifyGraphFailure(new GraphApiError('no', { ...route, httpStatus: 400, ...said })).sent;

    for (const said of [{ code: 2 }, { isTransient: true }, { httpStatus: 503 }])
      expect(sentAfter(said)).toBe('unknown');
    for (const said of [{ code: 613 }, { code: 190 }, { code: 100 }]) expect(sentAfter(said)).toBe('no');
  });

  it('hands on when to try again', () => {
    const failure = classifyGraphFailure(failureOfFixture('err-buc-80002'));
    expect(failure).toEqual({ kind: 'rate_limited', rule: 'rate_limit', sent: 'no', retryAfterMs: 17 * 60_000 });
  });
});

describe('what a call without an answer means', () => {
  it('is repeatable only when nothing was sent', () => {
    const errorOf = (delivered: 'no' | 'unknown') =>
      new GraphCallError('no answer', { ...route, reason: 'timeout', delivered });

    expect(classifyGraphFailure(errorOf('no'))).toEqual({ kind: 'not_reached', rule: 'timeout', sent: 'no' });
    expect(classifyGraphFailure(errorOf('unknown'))).toEqual({
      ...{ kind: 'outcome_unknown', rule: 'timeout', sent: 'unknown' },
    });
  });
});

describe('the table of failures', () => {
  it('names every row once, says what it means, and ends with one that fits anything', () => {
    const names = GRAPH_FAILURE_RULES.map(({ rule }) => rule);
    expect(new Set(names).size).toBe(names.length);
    expect(GRAPH_FAILURE_RULES.every(({ meaning }) => meaning !== '')).toBe(true);
    const { codes, subcodes, statuses, transient } = GRAPH_FAILURE_RULES.at(-1)!;
    expect([codes, subcodes, statuses, transient]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('stands in the README row by row', () => {
    const readme = readFileSync(resolve('libs/graph-api/README.md'), 'utf8');
    const table = readme.slice(readme.indexOf('| the answer'), readme.indexOf('`retryAfterMs` comes'));
    const lines = table.split('\n').filter((line) => line.startsWith('|'));
    const rows = lines.slice(2).map((line) => line.replace(/ {2,}/g, ' '));
    expect(rows).toEqual(GRAPH_FAILURE_RULES.map(rowOf));
  });
});

function rowOf({ codes, subcodes, transient, statuses, kind, meaning }: GraphFailureRule): string {
  const list = (values: GraphFailureRule['codes']) =>
    values?.map((value) => (typeof value === 'number' ? value : value.join('–'))).join(', ');
  const looksAt = [
    codes && `code ${list(codes)}`,
    subcodes && `subcode ${list(subcodes)}`,
    transient && '`is_transient`',
    statuses && `HTTP ${list(statuses)}`,
  ].filter(Boolean);
  return `| ${looksAt.join(', ') || 'anything else'} | \`${kind}\` | ${meaning} |`;
}

describe('a token that is too young to be refreshed', () => {
  it('is told from other refusals', () => {
    const { message } = failureOfFixture('oauth-refresh-too-young');
    const said = { httpStatus: 400, code: 100 };

    expect(isTokenTooYoung(new GraphApiError(message, { ...route, route: 'refresh_token', ...said }))).toBe(true);
    expect(isTokenTooYoung(new GraphApiError('Invalid parameter', { ...route, route: 'refresh_token', ...said }))).toBe(
      false,
    );
    expect(isTokenTooYoung(new GraphApiError(message, { ...route, ...said }))).toBe(false);
    expect(isTokenTooYoung(new Error(message))).toBe(false);
  });
});

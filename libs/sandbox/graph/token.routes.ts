import type { NewToken, Token } from '../world/token-book.js';
import type { Login } from '../world/types.js';
import type { OAuthCodes } from '../oauth/oauth-codes.js';
import { APP_ID } from '../app-id.js';
import { parameter, textParameter } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { GRAPH_ERRORS, GraphError, refuseParameter } from './graph-error.js';
import { usableToken } from './tokens.js';

/** A token must be at least this old before it can be refreshed. */
const REFRESHABLE_AFTER_MS = 24 * 3_600_000;

/** Where tokens are made, exchanged, refreshed and looked at. */
export function tokenRoutes(context: GraphContext, codes: OAuthCodes): GraphRouteSpec[] {
  const instagram: readonly Login[] = ['instagram'];
  const facebook: readonly Login[] = ['facebook'];
  const open = { method: 'GET', route: 'token', withoutToken: true } as const;
  return [
    { ...open, path: '/access_token', hosts: instagram, handler: (call) => exchangeInstagram(context, call) },
    { ...open, path: '/refresh_access_token', hosts: instagram, handler: (call) => refresh(context, call) },
    { ...open, path: '/oauth/access_token', hosts: facebook, handler: (call) => facebookToken(context, codes, call) },
    {
      ...open,
      method: 'POST',
      path: '/oauth/access_token',
      hosts: facebook,
      handler: (call) => facebookToken(context, codes, call),
    },
    { method: 'GET', path: '/debug_token', route: 'debug_token', withoutToken: true, handler: debug(context) },
  ];
}

function exchangeInstagram(context: GraphContext, call: GraphCall): GraphResult {
  checkGrant(call, 'ig_exchange_token');
  checkSecret(context, call);
  const short = given(context, call, 'access_token');
  if (short.longLived) refuseParameter('The access token is already long-lived');
  return longLived(context, short);
}

/** A new token with a new life; the old one goes on working until its own end. */
function refresh(context: GraphContext, call: GraphCall): GraphResult {
  checkGrant(call, 'ig_refresh_token');
  const old = given(context, call, 'access_token');
  if (!old.longLived) refuseParameter('Only long-lived access tokens can be refreshed');
  if (context.clock.now() - old.issuedAt < REFRESHABLE_AFTER_MS) {
    refuseParameter('The access token is less than 24 hours old and cannot be refreshed yet');
  }
  return longLived(context, old);
}

function facebookToken(context: GraphContext, codes: OAuthCodes, call: GraphCall): GraphResult {
  checkSecret(context, call);
  if (parameter(call, 'grant_type') === 'fb_exchange_token') {
    return longLived(context, given(context, call, 'fb_exchange_token'));
  }
  const redirectUri = textParameter(call, 'redirect_uri');
  const grant = codes.redeem(textParameter(call, 'code'), 'facebook', redirectUri);
  if (typeof grant === 'string') {
    throw new GraphError({ status: 400, message: grant, code: 100, subcode: 36009 });
  }
  return { body: tokenBody(context, context.tokens.issue(grant)) };
}

function longLived(context: GraphContext, from: Token): GraphResult {
  const { login, kind, account, ownerId, scopes, pageIds } = from;
  const made: NewToken = { login, kind, account, ownerId, scopes, pageIds, longLived: true };
  return { body: tokenBody(context, context.tokens.issue(made)) };
}

function tokenBody(context: GraphContext, token: Token): object {
  const seconds = Math.round(((token.expiresAt ?? 0) - context.clock.now()) / 1000);
  const expiresIn = context.shapes.expiresIn === 'string' ? String(seconds) : seconds;
  return { access_token: token.value, token_type: 'bearer', expires_in: expiresIn };
}

function debug(context: GraphContext) {
  return (call: GraphCall): GraphResult => {
    const token = context.tokens.find(textParameter(call, 'input_token'));
    const now = context.clock.now();
    if (!token) return { body: { data: { is_valid: false, error: { code: 190, message: 'Malformed access token' } } } };
    const isExpired = token.expiresAt !== null && token.expiresAt <= now;
    return {
      body: {
        data: {
          app_id: APP_ID,
          type: token.kind === 'page' ? 'PAGE' : 'USER',
          is_valid: token.revokedSubcode === null && !isExpired,
          issued_at: Math.floor(token.issuedAt / 1000),
          expires_at: token.expiresAt === null ? 0 : Math.floor(token.expiresAt / 1000),
          scopes: token.scopes,
          user_id: token.ownerId,
          ...(token.account && { profile_id: token.account.pageId }),
        },
      },
    };
  };
}

function checkGrant(call: GraphCall, expected: string): void {
  if (parameter(call, 'grant_type') !== expected) refuseParameter(`Invalid grant_type, expected ${expected}`);
}

function checkSecret(context: GraphContext, call: GraphCall): void {
  if (parameter(call, 'client_secret') === context.secrets[call.login]) return;
  throw new GraphError({ ...GRAPH_ERRORS.bad_parameter, message: 'Error validating client secret.', code: 1 });
}

function given(context: GraphContext, call: GraphCall, name: string): Token {
  return usableToken(context.tokens, call.login, textParameter(call, name), context.clock.now());
}

import type { TokenBook, Token } from '../world/token-book.js';
import { prefixOf } from '../world/token-book.js';
import type { Login } from '../world/types.js';
import { GRAPH_ERRORS, GraphError, refuse } from './graph-error.js';

/** Where a token may come from. */
export interface Credentials {
  authorization: string | undefined;
  query: Record<string, string>;
  body: Record<string, unknown>;
}

/**
 * The token of a call, checked as Meta checks it.
 * @throws {GraphError} 104 when there is none, 190 when it can't be used
 */
export function authenticate(book: TokenBook, login: Login, from: Credentials, now: number): Token {
  const bearer = /^Bearer\s+(.+)$/i.exec(from.authorization ?? '')?.[1];
  const value = bearer ?? from.query.access_token ?? from.body.access_token;
  if (typeof value !== 'string' || value === '') {
    throw new GraphError({ status: 400, message: 'An access token is required to request this resource.', code: 104 });
  }
  return usableToken(book, login, value, now);
}

/** @throws {GraphError} 190 when Meta can't parse it, doesn't know it, or no longer takes it */
export function usableToken(book: TokenBook, login: Login, value: string, now: number): Token {
  const token = book.find(value);
  if (!value.startsWith(prefixOf(login)) || (token && token.login !== login)) refuse('token_unparseable');
  if (!token) throw new GraphError({ ...GRAPH_ERRORS.token_unparseable, message: 'Invalid OAuth access token data.' });
  if (token.revokedSubcode === 458) {
    const message = 'Error validating access token: The user has not authorized application.';
    throw new GraphError({ status: 400, message, code: 190, subcode: 458 });
  }
  if (token.revokedSubcode === 460) refuse('token_revoked');
  if (token.expiresAt !== null && token.expiresAt <= now) {
    const message =
      `Error validating access token: Session has expired on ${metaTime(token.expiresAt)}. ` +
      `The current time is ${metaTime(now)}.`;
    throw new GraphError({ ...GRAPH_ERRORS.token_expired, message });
  }
  return token;
}

/** As in `Tuesday, 01-Dec-25 06:00:00 PST`. */
function metaTime(ms: number): string {
  const zone = 'America/Los_Angeles';
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { timeZone: zone, ...options }).format(ms);
  const day = part({ weekday: 'long' });
  const date = `${part({ day: '2-digit' })}-${part({ month: 'short' })}-${part({ year: '2-digit' })}`;
  const time = part({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  return `${day}, ${date} ${time} PST`;
}

import { ForbiddenError, UnauthenticatedError } from '../errors/index.js';

/**
 * A token or ticket that we never gave out, or that anybody could have put together: to its sender the same 401 as any
 * other, but one that counts. Our own that has expired, as in a tab left open, is no guess, and neither is none at all.
 */
export class GuessedTokenError extends UnauthenticatedError {}

/** A browser brings its cookie along whoever's page asked it to: that of another site must not act with it. */
export class CrossSiteRequestError extends ForbiddenError {
  override readonly code = 'cross_site_request';
  override readonly logLevel = 'debug';
}

import { toId, verifySignedRequest } from '#libs/graph-api';
import { ForbiddenError } from '../../errors/index.js';

/** Not signed with any of our app secrets, or not in Meta's form. Says nothing of what was expected. */
export class BadSignedRequestError extends ForbiddenError {
  override readonly code = 'bad_signed_request';
  /** Anybody could fill the log with them. */
  override readonly logLevel = 'debug';

  constructor() {
    super('The signed_request is missing or not valid.');
  }
}

/**
 * The app-scoped id of the person whom Meta's callback is about.
 * @param secrets every configured app secret: Meta doesn't say which app it speaks for
 * @throws {BadSignedRequestError}
 */
export function userIdIn(signedRequest: unknown, secrets: readonly string[]): string {
  const opened = verifySignedRequest(signedRequest, secrets);
  const userId = opened.ok ? toId(opened.payload['user_id']) : undefined;
  if (userId === undefined) throw new BadSignedRequestError();
  return userId;
}

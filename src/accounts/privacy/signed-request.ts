import { createHash } from 'node:crypto';
import { toId, toMillis, verifySignedRequest } from '#libs/graph-api';
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

export interface SignedRequest {
  /** The app-scoped id of the person whom Meta's callback is about. */
  userId: string;
  /** What was connected from then on, the request does not mean. Meta tells whole seconds: those of one are before it. */
  issuedBefore?: Date;
  /** Knows it again. */
  hash: string;
}

/**
 * Opens Meta's callback.
 * @param secrets every configured app secret: Meta doesn't say which app it speaks for
 * @throws {BadSignedRequestError}
 */
export function openSignedRequest(signedRequest: unknown, secrets: readonly string[]): SignedRequest {
  const opened = verifySignedRequest(signedRequest, secrets);
  const userId = opened.ok ? toId(opened.payload['user_id']) : undefined;
  if (userId === undefined) throw new BadSignedRequestError();
  const issuedAt = opened.ok ? toMillis(opened.payload['issued_at']) : undefined;
  return {
    userId,
    ...(issuedAt === undefined ? {} : { issuedBefore: new Date(issuedAt + 1000) }),
    hash: createHash('sha256').update(String(signedRequest)).digest('hex'),
  };
}

import { ConflictError, InvalidRequestError, UnauthenticatedError } from '../errors/index.js';

/** The address or the password is wrong, or the person may not sign in: which of them is told to nobody. */
export class SignInRefusedError extends UnauthenticatedError {
  override readonly code = 'sign_in_refused';
}

/** Used, taken back, run out, or never ours. */
export class LinkNotValidError extends InvalidRequestError {
  override readonly code = 'link_not_valid';
}

/** Somebody signs in with this address already. */
export class EmailTakenError extends ConflictError {
  override readonly code = 'email_taken';
}

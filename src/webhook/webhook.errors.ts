import { AppError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../errors/index.js';

/** No entry of the delivery names an account connected here. Meta redelivers, for it may be connecting right now. */
export class AccountNotConnectedError extends NotFoundError {
  constructor() {
    super('Account not found');
  }
}

/** The door tells of it itself, once in a while: anybody can ask this. */
export class NotConfirmedError extends ForbiddenError {
  override readonly logLevel = 'debug';

  constructor() {
    super('The verify token is not the one configured here.');
  }
}

/** Says nothing of what was expected; the log names the likely cause. */
export class BadSignatureError extends UnauthenticatedError {
  override readonly code = 'bad_signature';

  constructor() {
    super('The signature is missing or not valid.');
  }
}

/** The door tells of these itself, once in a while: in an outage there is one for every delivery. */
abstract class NotTakenError extends AppError {
  readonly status = 503;
  readonly code: string = 'unavailable';
  override readonly logLevel = 'debug';
}

/** More arrives than can be written. Refusing keeps the process alive, and Meta delivers again. */
export class OverloadedError extends NotTakenError {
  override readonly code = 'overloaded';

  constructor(cause: unknown) {
    super('Too many deliveries at once. Try again shortly.', { cause, retryAfterS: 5 });
  }
}

/** MongoDB did not confirm the write, for whatever reason: never a 200 then, and delivering it again is harmless. */
export class NotDurableError extends NotTakenError {
  constructor(cause: unknown) {
    super('The delivery could not be stored right now.', { cause, retryAfterS: 5 });
  }
}

/** The delivery may or may not have become durable in time; delivering it again is harmless. */
export class IntakeTimeoutError extends NotTakenError {
  constructor() {
    super('The store did not answer in time.', { retryAfterS: 5 });
  }
}

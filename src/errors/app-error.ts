/**
 * How loud an error is in the log: 4xx are the caller's, ours are `error`. What a caller may do all day, or without a
 * token, is `debug`: nobody else may fill the log.
 */
export type ErrorLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where the input was wrong and what was expected instead. */
export interface FieldProblem {
  field: string;
  expected: string;
  /** Where it is a channel's limit that the field is beyond: whose, how much, and of what. */
  channel?: string;
  limit?: number;
  unit?: string;
}

export interface AppErrorOptions {
  details?: unknown;
  cause?: unknown;
  /** Seconds for the `Retry-After` header. */
  retryAfterS?: number;
}

/**
 * An error with an answer: `{"success": false, "error": message, "code": code, "details": details}` and `status`.
 * The message is a sentence for the caller; it never holds a secret, a message's text or a driver's words.
 */
export abstract class AppError extends Error {
  abstract readonly status: number;
  abstract readonly code: string;
  readonly logLevel: ErrorLogLevel = 'info';
  readonly details?: unknown;
  readonly retryAfterS?: number;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }
}

/** The request is malformed; `details` lists the fields. */
export class InvalidRequestError extends AppError {
  readonly status = 400;
  readonly code: string = 'invalid_request';
  override readonly logLevel: ErrorLogLevel = 'debug';

  constructor(message: string, problems: FieldProblem[] = [], options: AppErrorOptions = {}) {
    super(message, { ...options, details: problems.length > 0 ? problems : options.details });
  }
}

export class UnauthenticatedError extends AppError {
  readonly status = 401;
  readonly code: string = 'unauthenticated';
  override readonly logLevel = 'debug';
}

export class ForbiddenError extends AppError {
  readonly status = 403;
  readonly code: string = 'forbidden';
}

/** Not there, or not the caller's: another tenant's ids look like ids that don't exist. */
export class NotFoundError extends AppError {
  readonly status = 404;
  readonly code: string = 'not_found';
  override readonly logLevel = 'debug';
}

export class ConflictError extends AppError {
  readonly status = 409;
  readonly code: string = 'conflict';
}

/** Too much for now; `retryAfterS` says when to come back. */
export class TooManyRequestsError extends AppError {
  readonly status = 429;
  readonly code: string = 'rate_limited';
  override readonly logLevel: ErrorLogLevel = 'debug';
}

/** A part we need (MongoDB, Redis) is away; the caller may try again. */
export class UnavailableError extends AppError {
  readonly status = 503;
  readonly code: string = 'unavailable';
  override readonly logLevel = 'warn';
}

/** Meta or OpenAI refused or failed. */
export class UpstreamError extends AppError {
  readonly status: number = 502;
  readonly code: string = 'upstream_error';
  override readonly logLevel = 'warn';
}

/** A read took longer than a request may. Asking again takes as long. */
export class TooExpensiveError extends AppError {
  readonly status = 503;
  readonly code = 'too_expensive';
  override readonly logLevel = 'warn';

  constructor(options: AppErrorOptions = {}) {
    super('That took too long to look for. Ask for less: one account, a shorter time, a longer word.', options);
  }
}

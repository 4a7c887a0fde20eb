import type { GraphLogin } from './access.js';
import type { GraphUsage } from './usage.js';

/** Which call it was. Holds nothing of what was sent. */
export interface GraphRoute {
  host: GraphLogin;
  /** What the call does, as a label: `send`, `profile`, `me`, … */
  route: string;
  method: 'GET' | 'POST' | 'DELETE';
}

export interface GraphApiErrorFields extends GraphRoute {
  httpStatus: number;
  code?: number;
  subcode?: number;
  type?: string;
  fbtraceId?: string;
  isTransient?: boolean;
  userTitle?: string;
  userMessage?: string;
  usage?: GraphUsage;
  retryAfterMs?: number;
}

/**
 * The platform answered, and its answer is an error. `message` is Meta's own sentence.
 * What it means for a send is told by `classifyGraphFailure`: code and subcode decide, not the HTTP status.
 */
export class GraphApiError extends Error {
  override readonly name = 'GraphApiError';
  readonly host: GraphLogin;
  readonly route: string;
  readonly method: GraphRoute['method'];
  /** Meta gives the same code with different statuses, and an error may come with 200. */
  readonly httpStatus: number;
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  readonly type: string | undefined;
  /** What Meta's support asks for. */
  readonly fbtraceId: string | undefined;
  readonly isTransient: boolean;
  readonly userTitle: string | undefined;
  /** A sentence that Meta means for people, in the app's language. */
  readonly userMessage: string | undefined;
  readonly usage: GraphUsage | undefined;
  /** From `Retry-After`, else from the usage headers when they say when calls are taken again. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, fields: GraphApiErrorFields) {
    super(message);
    this.host = fields.host;
    this.route = fields.route;
    this.method = fields.method;
    this.httpStatus = fields.httpStatus;
    this.code = fields.code;
    this.subcode = fields.subcode;
    this.type = fields.type;
    this.fbtraceId = fields.fbtraceId;
    this.isTransient = fields.isTransient ?? false;
    this.userTitle = fields.userTitle;
    this.userMessage = fields.userMessage;
    this.usage = fields.usage;
    this.retryAfterMs = fields.retryAfterMs;
  }

  toJSON(): Record<string, unknown> {
    return { message: this.message, ...(this as object) };
  }
}

/**
 * Why there is no answer. `invalid`: the request breaks a limit of Meta's and was not made. `connect`, `dns`, `refused`,
 * `tls`: no connection. `timeout`, `aborted`, `reset`: the call ended early. `unreadable`: an answer came that is not
 * one of the Graph API. `closed`: the client was closed before.
 */
export type GraphCallFailureReason =
  'invalid' | 'dns' | 'refused' | 'connect' | 'tls' | 'timeout' | 'aborted' | 'reset' | 'unreadable' | 'closed';

export interface GraphCallErrorFields extends GraphRoute {
  reason: GraphCallFailureReason;
  delivered: 'no' | 'unknown';
  /** What the system calls it, such as `ECONNREFUSED`. */
  systemCode?: string;
  httpStatus?: number;
  usage?: GraphUsage;
}

/**
 * The call never completed, or its answer can't be read. `delivered: 'no'` only when not a byte of the request can have
 * left: repeating it is safe. After `'unknown'` a repeated send may be a second message.
 *
 * Has no `cause`: what the network library knows of a request includes its headers.
 */
export class GraphCallError extends Error {
  override readonly name = 'GraphCallError';
  readonly host: GraphLogin;
  readonly route: string;
  readonly method: GraphRoute['method'];
  readonly reason: GraphCallFailureReason;
  readonly delivered: 'no' | 'unknown';
  readonly systemCode: string | undefined;
  readonly httpStatus: number | undefined;
  readonly usage: GraphUsage | undefined;

  constructor(message: string, fields: GraphCallErrorFields) {
    super(message);
    this.host = fields.host;
    this.route = fields.route;
    this.method = fields.method;
    this.reason = fields.reason;
    this.delivered = fields.delivered;
    this.systemCode = fields.systemCode;
    this.httpStatus = fields.httpStatus;
    this.usage = fields.usage;
  }

  toJSON(): Record<string, unknown> {
    return { message: this.message, ...(this as object) };
  }
}

/** What a call of the client may reject with, and nothing else. */
export type GraphError = GraphApiError | GraphCallError;

export function isGraphError(error: unknown): error is GraphError {
  return error instanceof GraphApiError || error instanceof GraphCallError;
}

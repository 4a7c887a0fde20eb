import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import mongoose from 'mongoose';
import { AppError, InvalidRequestError, TooExpensiveError, UnavailableError, type ErrorLogLevel } from './app-error.js';
import { failedAsWhole, isMongoAway, tookTooLong } from './mongo-away.js';

/** The one shape of an error answer. */
export interface ErrorBody {
  success: false;
  error: string;
  code: string;
  details?: unknown;
  /** Also in the log line of this request, so that a report can be traced. */
  request_id: string;
}

/** Codes of errors that the framework throws: all they have is a status. */
export const codesByStatus: Record<number, string> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  413: 'payload_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** Turns whatever was thrown into the one error shape. What we did not foresee answers 500 and says nothing of itself. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const answer = answerTo(thrown, request.id);
    this.log(thrown, answer);
    // A stream (server-sent events) that fails midway has sent its headers already: all that is left is to end it.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void writeHead(reply, answer).type('application/json; charset=utf-8').send(answer.body);
  }

  private log(thrown: unknown, { level, body, status }: Answer): void {
    const entry = { msg: body.error, code: body.code, status, request_id: body.request_id, err: thrown };
    if (level === 'error') this.logger.error(entry);
    else if (level === 'warn') this.logger.warn(entry);
    else this.logger[level === 'info' ? 'log' : 'debug']({ ...entry, err: undefined });
  }
}

interface Answer {
  status: number;
  body: ErrorBody;
  level: ErrorLogLevel;
  retryAfterS?: number;
}

/** @internal exported for the fastify instance, whose own errors (bad JSON, too large) never reach Nest's filters. */
export function answerTo(thrown: unknown, requestId: string): Answer {
  const error = translate(thrown);
  if (error instanceof AppError) {
    const { status, code, details, logLevel: level, retryAfterS } = error;
    return { status, level, retryAfterS, body: shape(error.message, code, requestId, details) };
  }
  const status = httpStatusOf(error);
  if (status !== undefined && status < 500) {
    const message = error instanceof Error ? error.message : 'The request is not valid.';
    return { status, level: 'debug', body: shape(message, codesByStatus[status] ?? 'invalid_request', requestId) };
  }
  return { status: 500, level: 'error', body: shape('Something went wrong on our side.', 'internal_error', requestId) };
}

/** Status and headers of the answer to an error; what follows is the caller's. */
export function writeHead(reply: FastifyReply, { status, retryAfterS }: Answer): FastifyReply {
  if (retryAfterS !== undefined) void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterS))));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.status(status);
}

function shape(error: string, code: string, request_id: string, details?: unknown): ErrorBody {
  return { success: false, error, code, ...(details === undefined ? {} : { details }), request_id };
}

function translate(thrown: unknown): unknown {
  if (thrown instanceof mongoose.Error.CastError) return new InvalidRequestError(`${thrown.path}: has the wrong type`);
  if (isMongoAway(thrown) || failedAsWhole(thrown))
    return new UnavailableError('The store is not reachable right now.', { cause: thrown, retryAfterS: 5 });
  if (tookTooLong(thrown)) return new TooExpensiveError({ cause: thrown });
  return thrown;
}

function httpStatusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { AppConfig } from '../config/index.js';
import { answerTo, type ErrorBody } from '../errors/index.js';
import { crossOriginHeaders } from './cross-origin.js';

interface Refusal {
  status: number;
  error: string;
}

/** What Node's HTTP parser refuses before there is a request, by its code. */
const parserRefusals: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: { status: 431, error: 'The headers or the address are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, error: 'The request did not arrive in time.' },
};
const malformed: Refusal = { status: 400, error: 'The request is not valid HTTP.' };

const addressRefusals: Record<string, Refusal> = {
  FST_ERR_BAD_URL: { status: 400, error: 'The address is not validly encoded.' },
  FST_ERR_MAX_PARAM_LENGTH: { status: 414, error: 'A part of the address is too long.' },
};

const lingerMs = 1_000;

function bodyOf({ status, error }: Refusal, requestId: string): ErrorBody {
  return answerTo(Object.assign(new Error(error), { statusCode: status }), requestId).body;
}

/** Fastify's own answers to what reaches no route, no hook and no filter, in the one shape of an error. */
export function frameworkErrorAnswers(
  config: AppConfig,
): Pick<FastifyServerOptions<Server>, 'frameworkErrors' | 'clientErrorHandler'> {
  const crossOrigin = crossOriginHeaders(config);
  return {
    frameworkErrors(error, request: FastifyRequest, reply: FastifyReply): void {
      const refusal = addressRefusals[error.code] ?? malformed;
      void reply.headers(crossOrigin(request.headers.origin ?? ''));
      void reply.header('x-request-id', request.id).status(refusal.status).send(bodyOf(refusal, request.id));
    },
    clientErrorHandler(error, socket): void {
      // The client is gone, or the answer is on its way: there is nothing left to say.
      if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
      const refusal = parserRefusals[error.code] ?? malformed;
      const body = JSON.stringify(bodyOf(refusal, randomUUID()));
      const headers = {
        Connection: 'close',
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
        ...crossOrigin(),
      };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
      // Cut at once, a client that is still sending would lose the answer; left open, it could stay for ever.
      setTimeout(() => socket.destroy(), lingerMs).unref();
    },
  };
}

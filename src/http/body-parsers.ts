import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphJsonError, parseJsonLossless } from '#libs/graph-api';
import { AppError, InvalidRequestError } from '../errors/index.js';
import { isToWebhook, isWebhookRoute } from './webhook-requests.js';

/** Meta batches up to 1000 events; three megabytes hold the largest seen with room to spare. */
const webhookLimitBytes = 3 * 1024 * 1024;
const apiLimitBytes = 256 * 1024;
/** Ten megabytes of a file, and the form around it. */
const uploadLimitBytes = 10 * 1024 * 1024 + 64 * 1024;
const uploadRoute = '/agent/knowledge/:account_id/files';
const maxDepth = 32;

class UnsupportedMediaTypeError extends AppError {
  readonly status = 415;
  readonly code = 'unsupported_media_type';
  override readonly logLevel = 'debug';
}

/**
 * Decides what becomes of a body before any handler sees it. Meta's door gets the raw bytes, whatever their type: the
 * signature over them is checked before anything parses. Everything else gets JSON of bounded size and depth.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (isWebhookRoute(route.url)) route.bodyLimit = webhookLimitBytes;
    else route.bodyLimit = route.url === uploadRoute ? uploadLimitBytes : apiLimitBytes;
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isToWebhook(request)) done(null, body);
    else parseInto(done, () => parseJson(body));
  });
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request, body: Buffer, done) => {
      if (isToWebhook(request)) done(null, body);
      else if (isToMetaCallback(request)) done(null, Object.fromEntries(new URLSearchParams(body.toString('utf8'))));
      else done(new UnsupportedMediaTypeError('Expected Content-Type: application/json.'));
    },
  );
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isToWebhook(request) || isUpload(request)) done(null, body);
    else if (body.length === 0) done(null, undefined);
    else {
      const expected = isToMetaCallback(request) ? 'application/x-www-form-urlencoded' : 'application/json';
      done(new UnsupportedMediaTypeError(`Expected Content-Type: ${expected}.`));
    }
  });
}

/** A form with a file in it: read by its own service, once the caller is known to own what it is for. */
function isUpload({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === uploadRoute;
}

/** Meta sends its deauthorize and deletion callbacks as forms. */
function isToMetaCallback({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/meta/') === true;
}

function parseInto(done: (error: Error | null, body?: unknown) => void, parse: () => unknown): void {
  try {
    done(null, parse());
  } catch (error) {
    done(error as Error);
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return parseJsonLossless(body, { maxDepth, refuseProto: true });
  } catch (cause) {
    if (!(cause instanceof GraphJsonError)) throw cause;
    if (cause.reason === 'proto_key') {
      const expected = 'is not a known field';
      throw new InvalidRequestError(`__proto__: ${expected}`, [{ field: '__proto__', expected }], { cause });
    }
    throw new InvalidRequestError(
      'The body is not valid JSON, or nests too deep.',
      [{ field: 'body', expected: `JSON of at most ${maxDepth} levels` }],
      { cause },
    );
  }
}

import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { AppConfig } from '../config/index.js';
import { enterLogContext, leaveLogContext, metrics } from '../observability/index.js';
import { crossOriginHeaders } from './cross-origin.js';
import { isDelivery } from './webhook-requests.js';

/**
 * Requests whose log lines need no context: Meta's door is busy and names the delivery itself, and reading logs little
 * but errors, which name the request anyway. Each context slows all of the process while it is open, streams for hours.
 */
const isWithoutLogContext = (request: FastifyRequest): boolean =>
  ((request.method === 'GET' || request.method === 'HEAD') && request.routeOptions.config.inContext !== true) ||
  isDelivery(request);
const isPageOfDocs = ({ url }: FastifyRequest): boolean => /^\/docs(?:[/?#]|$)/.test(url);
const aboutThisAnswer = new Set(['content-type', 'content-length', 'date', 'connection']);

/** Security headers, log context, request log and the HTTP histogram. */
export async function registerHttpHooks(fastify: FastifyInstance, config: AppConfig, logger: Logger): Promise<void> {
  const headers = await securityHeaders(config);
  const crossOrigin = crossOriginHeaders(config);
  fastify.addHook('onRequest', (request, reply, done) => {
    // The others tell browsers what a page may do; Meta's server has no use for a dozen headers on each answer.
    if (isDelivery(request)) void reply.header('x-content-type-options', 'nosniff');
    else {
      const { origin = '' } = request.headers;
      for (const [name, value] of [...headers, ...Object.entries(crossOrigin(origin))])
        reply.raw.setHeader(name, value);
      // People's messages are in nearly every answer: no proxy and no browser keeps one. A file says itself how long it keeps.
      if (!isPageOfDocs(request)) reply.raw.setHeader('cache-control', 'no-store');
    }
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isWithoutLogContext(request)) return done();
    reply.raw.once('close', leaveLogContext);
    enterLogContext({ request_id: request.id }, done, request);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    void reply.header('x-request-id', request.id);
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { route, method: request.method, status: String(reply.statusCode) };
    metrics.httpRequests.observe(labels, reply.elapsedTime / 1000);
    logger.debug({ msg: 'request', ...labels, request_id: request.id, duration_ms: Math.round(reply.elapsedTime) });
    done();
  });
}

/**
 * What helmet puts on every answer. It is the same each time, and helmet would work it out anew each time, which costs
 * the webhook more than checking the signature.
 */
async function securityHeaders({ isProduction }: AppConfig): Promise<[name: string, value: string][]> {
  const sample = Fastify();
  await sample.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // Swagger UI and the queue dashboard style themselves inline; nothing else here is a page.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'https:'],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: isProduction ? [] : null,
      },
    },
    strictTransportSecurity: isProduction ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  });
  sample.get('/', () => '');
  const { headers } = await sample.inject('/');
  await sample.close();
  return Object.entries(headers).flatMap(([name, value]) => (aboutThisAnswer.has(name) ? [] : [[name, String(value)]]));
}

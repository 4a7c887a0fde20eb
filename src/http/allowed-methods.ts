import type { FastifyInstance } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { AppError } from '../errors/index.js';
import { isHeadOfActing } from './acts-on-get.decorator.js';

/** The path is there, the method is not; the `Allow` header says which are. */
export class MethodNotAllowedError extends AppError {
  readonly status = 405;
  readonly code = 'method_not_allowed';
  override readonly logLevel = 'debug';
}

/**
 * Answers 405 instead of 404 where the path exists for other methods. Fastify can't tell the two apart, so a router
 * like its own learns every route beside it.
 */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  const router = findMyWay({ maxParamLength: 500 });
  const methods = new Set<HTTPMethod>();
  const byFixedPath = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method, config }) => {
    // Routes for whatever path (CORS preflights) say nothing of what is there.
    if (url.startsWith('*') || url.startsWith('/*')) return;
    for (const one of [method].flat() as HTTPMethod[]) {
      if (one === 'HEAD' && config?.actsOnGet) continue;
      methods.add(one);
      if (!router.hasRoute(one, url)) router.on(one, url, () => undefined);
      if (!/[:*]/.test(url)) byFixedPath.set(url, (byFixedPath.get(url) ?? new Set()).add(one));
    }
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?')[0] ?? '';
    // `/list` is a route of its own, even for a method with which only `/:id` would take it.
    const fixed = byFixedPath.get(path);
    // Of a prefix with a slash behind it, which it takes too, the router tells nobody.
    const own = [request.routeOptions.url, `${request.routeOptions.url}/`];
    const isThere = fixed ? own.includes(path) || request.method === 'OPTIONS' : !request.is404;
    const isTaken = isThere && !isHeadOfActing(request);
    if (isTaken) return done();
    const allowed = fixed ? [...fixed] : [...methods].filter((method) => router.find(method, path) !== null);
    if (allowed.length === 0) return done();
    void reply.header('allow', allowed.join(', '));
    done(new MethodNotAllowedError(`This route does not take ${request.method}.`));
  });
}

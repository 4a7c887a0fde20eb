import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the build leaves the pages; a server that was built without them has none. */
const builtFolder = fileURLToPath(new URL('../web', import.meta.url));

/** Whether this server has pages of its own. */
export const hasWebApp = (folder = builtFolder): boolean => existsSync(join(folder, 'index.html'));

/** Everything comes from our own origin, and nothing that stands in a page runs: what customers write is shown there. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/**
 * Serves the web app at `/app/`: its page, uncached, at every address below that asks for HTML, and its files, whose
 * names change with their content, for ever. `/` leads there.
 */
export async function serveWebApp(fastify: FastifyInstance, folder = builtFolder): Promise<void> {
  const pageFile = join(folder, 'index.html');
  if (!hasWebApp(folder)) return;
  const page = readFileSync(pageFile);
  await fastify.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/app/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'public, max-age=31536000, immutable'),
  });
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply | void => {
    if (!acceptsHtml(request)) return reply.callNotFound();
    return reply
      .header('content-security-policy', contentSecurityPolicy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page);
  };
  fastify.get('/app/*', answer);
  for (const path of ['/', '/app']) fastify.get(path, (_, reply) => reply.redirect('/app/', 302));
}

/** A script that asks for a file that is gone gets a 404, not a page. */
function acceptsHtml({ headers: { accept = '*/*' }, url }: FastifyRequest): boolean {
  return !url.startsWith('/app/assets/') && /text\/html|\*\/\*/.test(accept);
}

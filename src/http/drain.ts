import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';

const lookEveryMs = 50;

/**
 * Lets the server close when the last request is answered. Node's own `close` waits for connections, not for requests:
 * one that a client keeps open, or opened and never used, would hold the process until its keep-alive runs out.
 *
 * @param lingerMs while connections are open, so long it goes on answering and asks each client to come back elsewhere:
 * a connection that is cut while a request is on its way looks like a failure to whoever sent it
 */
export function drainOnClose(fastify: FastifyInstance, lingerMs: number): void {
  let unanswered = 0;
  let closing = false;
  fastify.addHook('onRequest', (_request, reply, done) => {
    unanswered += 1;
    // `close` comes whether the answer was sent or the client went away.
    reply.raw.once('close', () => (unanswered -= 1));
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('preClose', async () => {
    closing = true;
    if ((await countConnections(fastify.server)) > 0) await delay(lingerMs);
    const timer = setInterval(() => {
      if (unanswered === 0) fastify.server.closeAllConnections();
      else fastify.server.closeIdleConnections();
    }, lookEveryMs);
    timer.unref();
    fastify.server.once('close', () => clearInterval(timer));
  });
}

function countConnections(server: Server): Promise<number> {
  return promisify(server.getConnections.bind(server))();
}

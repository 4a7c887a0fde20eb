/** Floor: bare Fastify, the signature checked, one write to Redis, then 200. What Redis loses is lost. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
import { takeOrders } from '../support/tasks.js';

interface ServeOptions {
  redisUrl: string;
  appSecret: string;
  port: number;
}

/** Keys are used again, so that a long run does not fill the memory. */
const keys = 10_000;

async function serve({ redisUrl, appSecret, port }: ServeOptions): Promise<void> {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const app = Fastify({ bodyLimit: 3 * 1024 * 1024 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  let count = 0;
  app.post('/webhook/instagram', async (request, reply) => {
    const body = request.body as Buffer;
    const given = String(request.headers['x-hub-signature-256']);
    const expected = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
    if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected)))
      return reply.code(401).send({ success: false });
    count += 1;
    await redis.set(`bench:floor:${count % keys}`, body);
    return { success: true };
  });
  await app.listen({ host: '127.0.0.1', port });
}

takeOrders({ serve });

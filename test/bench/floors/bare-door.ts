import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';

/** Bare node:http: the signature checked, the body stored, then 200. */
export function bareDoor(appSecret: string, store: (payload: string) => Promise<unknown>): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const given = String(request.headers['x-hub-signature-256']);
      const expected = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
      const answer = (status: number): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end('{"success":true}');
      if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) answer(401);
      else
        store(body.toString('utf8')).then(
          () => answer(200),
          () => answer(503),
        );
    });
  });
}

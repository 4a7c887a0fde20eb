/** Floor: bare node:http, the signature checked, one insert that a majority has in its journal, then 200. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import mongoose from 'mongoose';
import { takeOrders } from '../support/tasks.js';

interface ServeOptions {
  databaseUrl: string;
  databaseName: string;
  appSecret: string;
  port: number;
}

async function serve({ databaseUrl, databaseName, appSecret, port }: ServeOptions): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(databaseUrl, { maxPoolSize: 60 });
  const writeConcern = { w: 'majority', journal: true } as const;
  const received = client.db(databaseName).collection('received', { writeConcern });
  const server = createServer((request, response) => {
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
        received.insertOne({ received_at: new Date(), payload: body.toString('utf8') }).then(
          () => answer(200),
          () => answer(503),
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

takeOrders({ serve });

/** Floor: bare node:http, the signature checked, one insert that a majority has in its journal, then 200. */
import mongoose from 'mongoose';
import { takeOrders } from '../support/tasks.js';
import { bareDoor } from './bare-door.js';

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
  const server = bareDoor(appSecret, (payload) => received.insertOne({ received_at: new Date(), payload }));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

takeOrders({ serve });

import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { useServices } from '../../../test/support/services.js';
import { ChangesRepository, type StoreChange } from './changes.repository.js';

const services = useServices();
let connection: Connection;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.databaseName }).asPromise();
});
afterAll(() => connection?.close());

it('a client that catches up reads its own tenant’s changes and removals, nobody else’s', async () => {
  const changes = new ChangesRepository(connection);
  const [mine, theirs] = [randomUUID(), randomUUID()];
  const begin = changes.open();
  await begin.next();
  const from = begin.position;
  await begin.close();
  const dms = connection.collection('instagram_dms');
  await dms.insertMany([theirs, mine, theirs].map((user_id) => ({ user_id, text: user_id })));
  await connection.collection('dm_tombstones').insertOne({ platform_account_id: 'a', message_id: 'mid' });

  const reader = changes.open(from, [mine]);
  const seen: StoreChange[] = [];
  while (seen.at(-1)?.ns.coll !== 'dm_tombstones') {
    const change = await reader.next();
    if (change) seen.push(change);
  }
  await reader.close();

  expect(seen.map(({ fullDocument }) => fullDocument)).toMatchObject([{ user_id: mine }, { message_id: 'mid' }]);
});

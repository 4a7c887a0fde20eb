import { setTimeout as sleep } from 'node:timers/promises';
import mongoose, { type ClientSession, type Connection } from 'mongoose';
import { findMongodProgram, MongodProcess } from '#libs/embedded';
import { useEmbeddedServers } from '../../test/support/embedded-servers.js';
import { isMongoAway } from '../errors/index.js';
import { AbandonedTransactionsService } from './abandoned-transactions.service.js';
import { TransactionsService } from './transactions.service.js';

jest.setTimeout(60_000);
const { track } = useEmbeddedServers();
let mongod: MongodProcess;
let connection: Connection;
let transactions: TransactionsService;

beforeEach(async () => {
  mongod = track(new MongodProcess(await findMongodProgram()));
  await mongod.start();
  // As the product has it, but that the monitor gives up sooner.
  const options = { heartbeatFrequencyMS: 500, connectTimeoutMS: 700, serverSelectionTimeoutMS: 5_000 };
  connection = await mongoose.createConnection(mongod.url, { ...options, dbName: 'interrupted' }).asPromise();
  await connection.createCollection('notes');
  transactions = new TransactionsService(connection, new AbandonedTransactionsService(connection));
});
afterEach(() => connection.close());

/** MongoDB is frozen while a command is under way, for longer than the monitor waits. */
async function whileFrozen(work: () => Promise<unknown>): Promise<void> {
  await connection.collection('notes').findOne();
  mongod.pause();
  const thawing = sleep(3_000).then(() => mongod.resume());
  await work().finally(() => thawing);
}

const insert = (session: ClientSession) =>
  connection.collection('notes').bulkWrite([{ insertOne: { document: { text: 'kept' } } }], { session });

it.each([
  ['a bulk write', insert],
  ['a query', (session: ClientSession) => connection.collection('notes').findOne({}, { session })],
])('a transaction starts over when its connection is given up during %s', async (_what, command) => {
  const failures: Error[] = [];
  let tries = 0;
  await transactions.run(async (session) => {
    await connection.collection('notes').insertOne({ text: 'kept' }, { session });
    if (++tries > 1) return;
    await whileFrozen(async () =>
      command(session).catch((error: Error) => {
        failures.push(error);
        throw error;
      }),
    );
  });

  expect(failures.map(({ message }) => message)).toEqual([
    expect.stringContaining('interrupted due to server monitor'),
  ]);
  expect(tries).toBe(2);
  expect(await connection.collection('notes').countDocuments({ text: 'kept' })).toBe(1);
});

it('what is lost with its connection outside of a transaction says that MongoDB was away', async () => {
  let failure: unknown;
  await whileFrozen(() =>
    connection
      .collection('notes')
      .bulkWrite([{ deleteMany: { filter: {} } }])
      .catch((error: unknown) => (failure = error)),
  );

  expect(isMongoAway(failure)).toBe(true);
});

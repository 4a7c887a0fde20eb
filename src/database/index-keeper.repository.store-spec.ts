import { Logger } from '@nestjs/common';
import mongoose, { Schema, type Connection } from 'mongoose';
import { useEmbeddedServers } from '../../test/support/embedded-servers.js';
import { startFailingMongod, type FailingMongod } from '../../test/support/failing-mongod.js';
import type { AppConfig } from '../config/index.js';
import { IndexKeeperRepository } from './index-keeper.repository.js';
import { UpgradesService } from './upgrades.service.js';
import { RetentionService } from './retention.service.js';

jest.setTimeout(60_000);
const { track } = useEmbeddedServers();
const databaseName = 'index_keeper';
let mongod: FailingMongod;
let connection: Connection;
let keeper: IndexKeeperRepository;
let warn: jest.SpyInstance;

beforeEach(async () => {
  mongod = track(await startFailingMongod());
  // As the product's, but that a command that tells nothing is given up much sooner.
  connection = await mongoose
    .createConnection(mongod.url, { dbName: databaseName, socketTimeoutMS: 500, autoIndex: false })
    .asPromise();
  connection.model('Note', new Schema({ text: String, written_at: Date }).index({ text: 1 }), 'notes');
  const retentions = new RetentionService();
  const notes = connection.collection('notes');
  retentions.all.push({ collection: notes, field: 'written_at', index: 'kept', replaces: ['retention'], days: 7 });
  const config = { DATABASE_URL: mongod.url, DATABASE_NAME: databaseName } as AppConfig;
  keeper = new IndexKeeperRepository(connection, config, retentions, new UpgradesService());
  jest.spyOn(Logger.prototype, 'log').mockImplementation();
  warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await connection?.close();
});

const names = async () => (await connection.collection('notes').indexes()).map(({ name }) => name).sort();

it('an index is waited for longer than any other command may take', async () => {
  await mongod.fail({ failCommands: ['createIndexes'], blockConnection: true, blockTimeMS: 2_000 });

  await keeper.build();

  expect(await names()).toEqual(['_id_', 'kept', 'text_1']);
  expect(await keeper.missing()).toEqual([]);
});

it('the retention of an earlier version goes, and what this version does not use is named and stays', async () => {
  await connection.collection('notes').createIndex({ made_at: 1 }, { name: 'retention', expireAfterSeconds: 60 });
  await connection.collection('notes').createIndex({ other: 1 }, { name: 'somebodys' });
  expect(await keeper.missing()).toEqual(['notes']);

  await keeper.build();

  expect(await names()).toEqual(['_id_', 'kept', 'somebodys', 'text_1']);
  expect(warn.mock.calls.flat()).toEqual([expect.objectContaining({ collection: 'notes', indexes: ['somebodys'] })]);
});

it('an index that was defined otherwise under the same name is refused by its name', async () => {
  await connection.collection('notes').createIndex({ text: 1 }, { name: 'text_1', unique: true });

  await expect(keeper.build()).rejects.toThrow(/text_1/);
});

import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import type { ChannelsService } from '../channels/index.js';
import { useServices } from '../../test/support/services.js';
import { UpgradesService } from '../database/index.js';
import { AccountUpgradeRepository } from './account-upgrade.repository.js';
import { ACCOUNT, AccountSchema, type AccountRecord } from './account.schema.js';

const services = useServices();
let connection: Connection;
let upgrades: UpgradesService;
const accounts = () => connection.collection('accounts');

beforeEach(async () => {
  connection = await mongoose.createConnection(services.databaseUrl, { dbName: `upgrade-${randomUUID()}` }).asPromise();
  const model = connection.model<AccountRecord>(ACCOUNT, AccountSchema);
  const channels = { first: { channel: 'instagram', platform: 'meta_instagram' } } as ChannelsService;
  upgrades = new UpgradesService();
  upgrades.all.push(new AccountUpgradeRepository(model, channels).upgrade());
});
afterEach(async () => {
  await connection?.dropDatabase();
  await connection?.close();
});

const oldAccount = (igId: string) => ({
  user_id: 'tenant',
  platform: 'meta_instagram',
  released: false,
  instagram_data: { ig_id: igId, username: `shop_${igId}` },
});

it('an account of an earlier version gets its channel and its id and name there, once', async () => {
  await accounts().insertMany([oldAccount('178'), oldAccount('179')]);
  expect(await upgrades.due()).toHaveLength(1);

  await upgrades.run();

  expect(await accounts().findOne({ external_id: '178' })).toMatchObject({
    channel: 'instagram',
    username: 'shop_178',
  });
  expect(await accounts().countDocuments({ external_id: { $exists: true } })).toBe(2);
  expect(await upgrades.due()).toEqual([]);
});

it('the indexes that allow one account without an Instagram id go, the successors tell channels apart', async () => {
  await accounts().createIndex({ 'instagram_data.ig_id': 1 }, { unique: true, name: 'one_live_record' });
  await accounts().insertOne(oldAccount('178'));
  await upgrades.run();
  await connection.model(ACCOUNT).createIndexes();

  await upgrades.dropObsoleteIndexes();

  const other = { user_id: 'tenant', released: false, external_id: '178' };
  await accounts().insertOne({ ...other, platform: 'another' });
  await accounts().insertOne({ ...other, platform: 'a third' });
  await expect(accounts().insertOne({ ...other, platform: 'meta_instagram' })).rejects.toMatchObject({ code: 11_000 });
});

import { gunzipSync, gzipSync } from 'node:zlib';
import mongoose, { type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../../test/support/services.js';
import { tenantScope } from '../../auth/index.js';
import { EXPORT, EXPORT_CHUNK, ExportChunkSchema, ExportSchema, type ExportRecord } from './export.schema.js';
import { ExportsRepository, type Export, type Written } from './exports.repository.js';

const services = useServices();
const clock = new MovableClock();
const leaseMs = 60_000;
let connection: Connection;
let exports: ExportsRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.databaseName }).asPromise();
  const record = connection.model<ExportRecord>(EXPORT, ExportSchema);
  const chunk = connection.model(EXPORT_CHUNK, ExportChunkSchema);
  await Promise.all([record.init(), chunk.init()]);
  exports = new ExportsRepository(record, chunk as never, clock);
});
afterAll(() => connection?.close());

const piece = (text: string, next?: Written['next']): Written => ({
  ...{ data: gzipSync(text), bytes: text.length, counts: { message: 1 } },
  next,
});
const asked = () => exports.insert({ user_id: 'tenant-1', kind: 'account', account_ids: ['a1'] });
const claimed = async (id: string) => (await exports.claim(id, leaseMs)) as Export;

async function textOf(id: string): Promise<string> {
  const found = (await exports.find(tenantScope('tenant-1'), id)) as Export;
  let text = '';
  for await (const data of exports.read(found)) text += gunzipSync(data).toString();
  return text;
}

it('goes on where a run was cut short, and has each piece once', async () => {
  const { _id } = await asked();
  const first = await claimed(_id);
  await exports.write(first, piece('a', { part: 0, after: 'x' }), leaseMs);
  expect(await exports.claim(_id, leaseMs)).toBeNull();

  clock.advance(leaseMs + 1);
  const second = await claimed(_id);
  expect(second).toMatchObject({ position: { part: 0, after: 'x' }, chunks: 1, attempts: 2 });
  // The one that was thought dead writes, too.
  expect(await exports.write(first, piece('a', { part: 0, after: 'x' }), leaseMs)).toBeNull();
  await exports.write(second, piece('b'), leaseMs);
  await exports.complete(_id);

  expect(await textOf(_id)).toBe('ab');
  expect(await exports.find(tenantScope('tenant-1'), _id)).toMatchObject({
    ...{ state: 'done', counts: { message: 2 }, bytes: 2 },
  });
  expect(await exports.find(tenantScope('tenant-2'), _id)).toBeNull();
  expect(await exports.claim(_id, leaseMs)).toBeNull();
});

it('leaves nothing of one that was removed while it was written', async () => {
  const { _id } = await asked();
  const writing = await claimed(_id);
  const wrote = (await exports.write(writing, piece('a', { part: 1 }), leaseMs)) as Export;

  await exports.removeOf(['tenant-1']);

  expect(await exports.write(wrote, piece('b'), leaseMs)).toBeNull();
  expect(await connection.collection('data_export_chunks').countDocuments()).toBe(0);
  expect(await connection.collection('data_exports').countDocuments()).toBe(0);
});

it('is found by the sweep until it is done', async () => {
  const { _id } = await asked();
  expect(await exports.findUnfinished(10)).toEqual([_id]);
  await claimed(_id);
  expect(await exports.findUnfinished(10)).toEqual([]);
  await exports.fail(_id, 'MongoNetworkError');
  expect(await exports.findUnfinished(10)).toEqual([_id]);
});

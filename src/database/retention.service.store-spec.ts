import mongoose, { type Collection, type Connection } from 'mongoose';
import { useServices } from '../../test/support/services.js';
import { isInForce, keepFor } from './retention.service.js';

const services = useServices();
let connection: Connection;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
});
afterAll(() => connection?.close());

async function daysOf(collection: Collection): Promise<number | undefined> {
  const indexes = await collection.indexes();
  const seconds = indexes.find(({ key }) => 'written_at' in key)?.['expireAfterSeconds'];
  return seconds === undefined ? undefined : Number(seconds) / 86_400;
}

describe('the retention of a collection', () => {
  it('is what the setting says, also after the setting changed', async () => {
    const notes = connection.collection('changing_notes');

    await keepFor({ collection: notes, field: 'written_at', days: 30 });
    expect(await daysOf(notes)).toBe(30);
    await keepFor({ collection: notes, field: 'written_at', days: 7 });
    expect(await daysOf(notes)).toBe(7);
    await keepFor({ collection: notes, field: 'written_at', days: 7 });
    expect(await daysOf(notes)).toBe(7);
  });

  it('ends when the setting says for ever, whether there is anything yet or not', async () => {
    const notes = connection.collection('lasting_notes');

    await keepFor({ collection: notes, field: 'written_at', days: 0 });
    await keepFor({ collection: notes, field: 'written_at', days: 30 });
    await keepFor({ collection: notes, field: 'written_at', days: 0 });
    expect(await daysOf(notes)).toBeUndefined();
    await keepFor({ collection: notes, field: 'written_at', days: 0 });
    await keepFor({ collection: notes, field: 'written_at', days: 30 });
    expect(await daysOf(notes)).toBe(30);
  });

  it('may be set by several processes that start at once', async () => {
    const notes = connection.collection('crowded_notes');
    const all = (days: number) =>
      Promise.all(Array.from({ length: 5 }, () => keepFor({ collection: notes, field: 'written_at', days })));

    for (const days of [30, 7, 0]) await all(days);

    expect(await daysOf(notes)).toBeUndefined();
  });

  it('is no reason to keep quiet about an index that MongoDB refuses', async () => {
    const notes = connection.collection('odd_notes');
    await notes.createIndex({ other: 1 }, { name: 'retention' });

    await expect(keepFor({ collection: notes, field: 'written_at', days: 30 })).rejects.toThrow(/retention/);
  });

  it('of an earlier version, by another time, ends with this one', async () => {
    const notes = connection.collection('moved_notes');
    await notes.createIndex({ made_at: 1 }, { name: 'retention', expireAfterSeconds: 60 });
    const retention = {
      collection: notes,
      field: 'written_at',
      index: 'retention_by_writing',
      replaces: ['retention'],
    };
    expect(await isInForce({ ...retention, days: 30 })).toBe(false);

    await keepFor({ ...retention, days: 30 });

    const ttl = (await notes.indexes()).filter((index) => 'expireAfterSeconds' in index);
    expect(ttl).toMatchObject([{ name: 'retention_by_writing', key: { written_at: 1 } }]);
    expect(await isInForce({ ...retention, days: 30 })).toBe(true);
    expect(await isInForce({ ...retention, days: 7 })).toBe(false);
    expect(await isInForce({ ...retention, days: 0 })).toBe(false);
  });
});

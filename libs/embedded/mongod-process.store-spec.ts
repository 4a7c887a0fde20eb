import { existsSync } from 'node:fs';
import { isListening, startMongo } from '#libs/embedded';
import { isRunning, useEmbeddedServers, withMongo } from '../../test/support/embedded-servers.js';

jest.setTimeout(60_000);

const { track, newFolder } = useEmbeddedServers();

describe('startMongo', () => {
  it('gives a replica set with transactions and change streams, and leaves nothing behind when stopped', async () => {
    const mongo = track(await startMongo());
    const { pid, port, folder } = mongo;

    await withMongo(mongo.url, async (client) => {
      const dms = client.db('spec').collection<{ text: string }>('dms');
      const changes = dms.watch();
      const seen = changes.next();
      await client.withSession((session) =>
        session.withTransaction(async () => void (await dms.insertOne({ text: 'hello' }, { session }))),
      );
      expect(await seen).toMatchObject({ operationType: 'insert', fullDocument: { text: 'hello' } });
      await changes.close();
    });
    await mongo.stop();

    expect(isRunning(pid!)).toBe(false);
    expect(await isListening(port)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps what was acknowledged, its port and its primary over kill -9 and restart', async () => {
    const mongo = track(await startMongo());
    const { url } = mongo;
    await withMongo(url, (client) =>
      client
        .db('spec')
        .collection('dms')
        .insertOne({ text: 'kept' }, { writeConcern: { w: 'majority', j: true } }),
    );

    await mongo.kill();
    expect(await isListening(mongo.port)).toBe(false);
    await mongo.restart();

    expect(mongo.url).toBe(url);
    await withMongo(url, async (client) => {
      expect(await client.db('spec').collection('dms').findOne()).toMatchObject({ text: 'kept' });
      await client.db('spec').collection('dms').insertOne({ text: 'and still writable' });
    });
  });

  it('finds its data again on another port, as the same replica set', async () => {
    const dataDir = await newFolder();
    const first = track(await startMongo({ dataDir }));
    await withMongo(first.url, (client) => client.db('spec').collection('dms').insertOne({ text: 'kept' }));
    await first.stop();

    const second = track(await startMongo({ dataDir, port: first.port + 1 }));

    expect(second.url).not.toBe(first.url);
    await withMongo(second.url, async (client) => {
      expect(await client.db('spec').collection('dms').findOne()).toMatchObject({ text: 'kept' });
    });
  });

  it('refuses a data folder that another one runs on, and leaves that one alone', async () => {
    const dataDir = await newFolder();
    const first = track(await startMongo({ dataDir }));

    await expect(startMongo({ dataDir })).rejects.toThrow(/already runs on .*Stop what started it/);

    await withMongo(first.url, (client) => client.db('admin').command({ ping: 1 }));
  });
});

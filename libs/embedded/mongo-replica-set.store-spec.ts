import { startMongoSet, type MongoReplicaSet } from '#libs/embedded';
import { withMongo } from '../../test/support/embedded-servers.js';
import { eventually } from '../../test/support/eventually.js';

describe('a replica set of three', () => {
  let set: MongoReplicaSet;
  const write = (text: string) =>
    withMongo(set.url, (client) =>
      client
        .db('spec')
        .collection('notes')
        .insertOne({ text }, { writeConcern: { w: 'majority' } }),
    );
  const texts = () =>
    withMongo(set.url, async (client) => {
      const notes = await client.db('spec').collection('notes').find().sort({ _id: 1 }).toArray();
      return notes.map(({ text }) => String(text));
    });

  beforeAll(async () => {
    set = await startMongoSet(3);
  });
  beforeEach(async () => {
    await withMongo(set.url, (client) => client.db('spec').collection('notes').deleteMany({}));
  });
  afterAll(() => set?.stop());

  it.each([
    ['is killed', (primary) => primary.kill(), (primary) => primary.start()],
    ['is frozen', async (primary) => primary.pause(), async (primary) => primary.resume()],
    ['steps down', () => set.stepDown(), async () => undefined],
  ] as [string, Harm, Harm][])('goes on under another primary when the one it had %s', async (_what, harm, heal) => {
    await write('before');
    const first = await set.primary();

    await harm(first);
    await eventually(async () => expect((await set.primary()).port).not.toBe(first.port));
    await write('meanwhile');
    await heal(first);

    expect(await texts()).toEqual(['before', 'meanwhile']);
  });

  it('goes on under the same primary when a secondary is killed', async () => {
    const primary = await set.primary();
    const secondary = await set.secondary();
    expect(secondary.port).not.toBe(primary.port);

    await secondary.kill();
    await write('with two of three');
    expect(await set.primary()).toBe(primary);
    await secondary.start();

    expect(await texts()).toEqual(['with two of three']);
  });
});

type Harm = (primary: MongoReplicaSet['members'][number]) => Promise<void>;

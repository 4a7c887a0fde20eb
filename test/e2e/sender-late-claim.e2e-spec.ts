import mongoose from 'mongoose';
import { eventually } from '../support/eventually.js';
import { SenderScene } from '../support/sender-scene.js';
import { useServices } from '../support/services.js';

const { MongoClient, ObjectId } = mongoose.mongo;

describe('a process that sleeps through its claim of a DM', () => {
  const services = useServices();
  const scene = new SenderScene(services);
  let mongo: mongoose.mongo.MongoClient;

  beforeAll(async () => (mongo = await MongoClient.connect(services.mongoUrl)));
  afterAll(() => mongo.close());

  /** Claims of DMs that MongoDB is at. */
  const claims = () =>
    mongo
      .db('admin')
      .aggregate([
        { $currentOp: {} },
        { $match: { ns: `${services.databaseName}.instagram_dms`, 'command.findAndModify': 'instagram_dms' } },
      ])
      .toArray();

  it('makes no call: by now the DM may be somebody else’s', async () => {
    const [id] = (await scene.queue(['Too late'])) as [string];
    const holder = mongo.startSession();
    holder.startTransaction();
    // Whoever claims the DM waits until this is over.
    await mongo
      .db()
      .collection('instagram_dms')
      .updateOne({ _id: new ObjectId(id) }, { $set: { kind: 'held' } }, { session: holder });

    const sending = scene.sendNow();
    await eventually(async () => expect(await claims()).toHaveLength(1));
    // The machine was asleep for a minute meanwhile.
    const now = performance.now.bind(performance);
    const woken = jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    await holder.abortTransaction();
    await sending;
    woken.mockRestore();
    await holder.endSession();

    expect(scene.callsTo()).toBe(0);
    expect(await scene.find(id)).toMatchObject({ status: 'queued', attempts: 1 });
    await scene.after(2_000);
    await eventually(() => expect(scene.accepted()).toEqual(['Too late']));
  });
});

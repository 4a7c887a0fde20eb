import mongoose from 'mongoose';
import { JobQueueService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const services = useServices();

let testApp: TestApp;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;

const letters = () => client.db(services.databaseName).collection('dead_letters').find().toArray();

beforeAll(async () => {
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  testApp = await startTestApp({ services, env: { LOG_LEVEL: 'silent' } });
});

afterAll(async () => {
  await testApp?.stop();
  await client?.close();
});

beforeEach(() => client.db(services.databaseName).collection('dead_letters').deleteMany({}));

describe('a job of another version of the product', () => {
  it.each([
    ['with a name that nobody here knows', 'replies', 'answer-by-voice', { v: 1, conversation_id: 'x' }],
    ['with a known name and a payload of its own', 'deliveries', 'store-deliveries', { v: 2, blob: 'x' }],
  ] as const)('%s is put aside at once, and what comes behind it is done', async (_what, queueName, name, data) => {
    const queue = testApp.get(JobQueueService).queue(queueName);

    await queue.add(name, data, { attempts: 20, backoff: 60_000 });

    const [letter, ...others] = await eventually(async () => {
      const found = await letters();
      expect(found).not.toHaveLength(0);
      return found;
    });
    expect(others).toHaveLength(0);
    const { v: _version, ...payload } = data;
    expect(letter).toMatchObject({ kind: 'job', subject: name, state: 'open', payload });
    await testApp.get(JobQueueService).add('store-deliveries', { delivery_ids: [] });
    await eventually(async () => {
      const { active, waiting, delayed } = await queue.getJobCounts();
      expect({ active, waiting, delayed }).toEqual({ active: 0, waiting: 0, delayed: 0 });
    });
  });
});

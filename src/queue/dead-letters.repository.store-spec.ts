import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { SystemClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { DEAD_LETTER, DeadLettersRepository, type NewDeadLetter } from './dead-letters.repository.js';
import { DeadLetterSchema, type DeadLetterRecord } from './dead-letter.schema.js';

const services = useServices();
let connection: Connection;
let letters: DeadLettersRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.databaseName }).asPromise();
  const model = connection.model<DeadLetterRecord>(DEAD_LETTER, DeadLetterSchema);
  await model.init();
  letters = new DeadLettersRepository(model, new SystemClock());
});
afterAll(() => connection?.close());

const about = (dmId: string, kind: NewDeadLetter['kind']): NewDeadLetter => ({
  ...{ kind, subject: 'send-conversation', reason: 'no_recipient', payload: { dm_id: dmId } },
});

it('letters about a DM are removed by reading them alone, however many there are of others', async () => {
  for (let n = 0; n < 50; n += 1) await letters.record(about(randomUUID(), 'send'));
  const dmId = randomUUID();
  await letters.record(about(dmId, 'send'));
  await letters.record(about(dmId, 'job'));

  const explained = await letters.explainAbout([dmId]);
  expect(explained).toMatchObject({ executionStats: { nReturned: 2, totalDocsExamined: 2 } });

  await letters.removeAbout([dmId]);
  expect(await connection.collection('dead_letters').countDocuments({ 'payload.dm_id': dmId })).toBe(0);
  expect(await connection.collection('dead_letters').countDocuments()).toBe(50);
});

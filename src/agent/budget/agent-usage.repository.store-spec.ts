import mongoose, { type Connection } from 'mongoose';
import { useServices } from '../../../test/support/services.js';
import { AgentUsageRepository, type Wanted } from './agent-usage.repository.js';
import { AGENT_USAGE, AgentUsageSchema, type AgentUsageRecord } from './agent-usage.schema.js';

const services = useServices();
const expiresAt = new Date('2030-01-01T00:00:00Z');
const wanted = (key: string, amount: number, limit: number): Wanted => ({ key, amount, limit, expiresAt });

let connection: Connection;
let usage: AgentUsageRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
  usage = new AgentUsageRepository(connection.model<AgentUsageRecord>(AGENT_USAGE, AgentUsageSchema));
});

afterAll(() => connection?.close());

const amountOf = async (key: string): Promise<number | undefined> => (await usage.amountsOf([key])).get(key);

describe('AgentUsageRepository', () => {
  it('lets many at once reserve no more than the limit, also when none has a counter yet', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => usage.reserve([wanted('race:a', 3, 10), wanted('race:b', 1, 25)])),
    );

    expect(answers.filter(([a]) => a)).toHaveLength(3);
    expect(answers.filter(([, b]) => b)).toHaveLength(25);
    expect([await amountOf('race:a'), await amountOf('race:b')]).toEqual([9, 25]);
  });

  it('tells each counter of several its own answer, and leaves those that refuse as they were', async () => {
    await usage.reserve([wanted('full', 5, 5), wanted('roomy', 1, 5)]);

    const answers = await usage.reserve([
      wanted('full', 1, 5),
      wanted('roomy', 4, 5),
      wanted('new', 2, 5),
      wanted('never', 6, 5),
    ]);

    expect(answers).toEqual([false, true, true, false]);
    const left = await usage.amountsOf(['full', 'roomy', 'new', 'never']);
    expect(Object.fromEntries(left)).toEqual({ full: 5, roomy: 5, new: 2 });
  });

  it('corrects several in one step', async () => {
    await usage.reserve([wanted('corrected', 100, 1_000), wanted('as it was', 1, 10)]);

    await usage.adjust([
      { key: 'corrected', by: -58 },
      { key: 'as it was', by: 0 },
    ]);

    expect([await amountOf('corrected'), await amountOf('as it was')]).toEqual([42, 1]);
  });
});
